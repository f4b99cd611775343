import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {decodeFunctionResult, encodeFunctionData, type Hex} from 'viem';
import {registryCoordinatorAbi, socketRegistryAbi} from '../../../src/lib/peers/chain/abis-avs.ts';
import type {AosContracts} from '../../../src/devnet/chain/deploy.ts';
import type {ChainHooks} from '../../support/chain-hooks.ts';
import {registrationParams} from '../../support/bn254-noble.ts';
import {
  BLS_SECRET,
  deregistration,
  messageOf,
  OPERATOR_ID,
  registrationOf,
  type Registration,
} from '../../support/bls-registry.ts';
import {callOf, OPERATOR, startChainRig, type ChainRig} from '../../support/chain-rig.ts';

const ME = OPERATOR.address;
const NEW_SALT: Hex = `0x${'01'.repeat(32)}`;

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let before: unknown;

beforeAll(async () => {
  rig = await startChainRig();
  const quorums = [{}, {minimumStake: 10n ** 27n}, {maxOperators: 0}];
  aos = await rig.deploy({flow: 'bls-v1', quorums, mayReturn: true});
  hooks = rig.hooks(aos);
});
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

const attempt = async (given: Registration = {}): Promise<string> =>
  rig.attempt(ME, aos.registry, await registrationOf(rig, aos, OPERATOR, given));
const asked = async (
  functionName: 'operatorSetsEnabled' | 'isM2QuorumRegistrationDisabled',
): Promise<boolean> => {
  const call = {abi: registryCoordinatorAbi, functionName};
  return decodeFunctionResult({
    ...call,
    data: (await rig.attempt(ME, aos.registry, encodeFunctionData(call))) as Hex,
  });
};

describe('registration (middleware v1.x)', () => {
  it('registers by the selectors of M2 and keeps the socket on chain', async () => {
    const registration = await registrationOf(rig, aos, OPERATOR, {socket: 'https://one.example'});
    expect(registration).toMatch(/^0xa50857bf/);
    await rig.send(ME, aos.registry, registration);
    const update = encodeFunctionData({
      abi: registryCoordinatorAbi,
      functionName: 'updateSocket',
      args: ['https://two.example'],
    });
    const call = {abi: socketRegistryAbi, functionName: 'getOperatorSocket', args: [OPERATOR_ID]} as const;
    const socket = async (): Promise<string> => {
      const data = await rig.attempt(ME, aos.socket_registry ?? '0x', encodeFunctionData(call));
      return decodeFunctionResult({...call, data: data as Hex});
    };
    expect(await socket()).toBe('https://one.example');
    await rig.send(ME, aos.registry, update);
    expect(await socket()).toBe('https://two.example');
    expect(deregistration()).toMatch(/^0xca4f2d97/);
  });

  it('refuses with custom errors, in order', async () => {
    await hooks.setPaused(aos.registry, 1n);
    expect(await attempt({quorums: '0x0100'})).toBe('reverts: CurrentlyPaused');
    await hooks.setPaused(aos.registry, 0n);
    const right = registrationParams(BLS_SECRET, await messageOf(rig, aos.registry, ME));
    expect(await attempt({params: {...right, pubkeyG1: {X: 0n, Y: 0n}}})).toBe('reverts: ZeroPubKey');
    expect(await attempt({params: {...right, pubkeyRegistrationSignature: {X: 1n, Y: 2n}}})).toBe(
      'reverts: InvalidBLSSignatureOrPrivateKey',
    );
    expect(await attempt({quorums: '0x0100'})).toBe('reverts: BytesArrayNotOrdered');
    expect(await attempt({quorums: '0x05'})).toBe('reverts: BitmapValueTooLarge');
    expect(await attempt({quorums: '0x'})).toBe('reverts: BitmapEmpty');
    expect(await attempt({quorums: '0x01'})).toBe('reverts: BelowMinimumStakeRequirement');
    expect(await attempt({quorums: '0x02'})).toBe('reverts: MaxOperatorCountReached');
    expect(await rig.attempt(ME, aos.registry, deregistration())).toBe('reverts: NotRegistered');
    await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR));
    expect(await attempt()).toBe('reverts: AlreadyRegisteredForQuorums');
    expect(await rig.attempt(ME, aos.registry, deregistration('0x01'))).toBe(
      'reverts: NotRegisteredForQuorum',
    );
    expect(await rig.attempt(ME, aos.registry, deregistration('0x'))).toBe('reverts: BitmapEmpty');
  });

  it('lets an ejected operator back only after the cool-down', async () => {
    await hooks.setEjectionCooldown(3600n);
    await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR));
    await hooks.eject(ME, [0]);
    expect(await attempt({salt: NEW_SALT})).toBe('reverts: CannotReregisterYet');
    await hooks.setEjectionCooldown(0n);
    await hooks.mine(2);
    expect(await attempt({salt: NEW_SALT})).toBe('0x');
  });

  it('closes M2 quorums in two steps', async () => {
    expect(await asked('operatorSetsEnabled')).toBe(false);
    const disable = callOf('function disableM2QuorumRegistration()');
    expect(await rig.attempt(aos.owner, aos.registry, disable)).toBe('reverts: OperatorSetsNotEnabled');
    await rig.send(aos.owner, aos.registry, callOf('function enableOperatorSets()'));
    const newQuorum = callOf(
      'function createQuorum((uint32,uint16,uint16), uint96, (address strategy, uint96 multiplier)[])',
      [[1, 0, 0], 0n, [{strategy: aos.strategies[0], multiplier: 1n}]],
    );
    await rig.send(aos.owner, aos.registry, newQuorum);
    expect(await asked('operatorSetsEnabled')).toBe(true);
    expect(await attempt({quorums: '0x03'})).toBe('reverts: OnlyM2QuorumsAllowed');
    expect(await attempt()).toBe('0x');
    await rig.send(aos.owner, aos.registry, disable);
    expect(await asked('isM2QuorumRegistrationDisabled')).toBe(true);
    expect(await attempt()).toBe('reverts: M2QuorumRegistrationIsDisabled');
  });
});
