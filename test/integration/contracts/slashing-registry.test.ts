import {decodeFunctionResult, encodeFunctionData, type Address, type Hex} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {registryCoordinatorAbi, socketRegistryAbi} from '../../../src/lib/peers/chain/abis-avs.ts';
import {allocationManagerAbi} from '../../../src/lib/peers/chain/abis-core.ts';
import {coordinatorData} from '../../../src/lib/peers/chain/flows/slashing-registry-plan.ts';
import type {AosContracts} from '../../../src/devnet/chain/deploy.ts';
import type {ChainHooks} from '../../support/chain-hooks.ts';
import {registrationParams} from '../../support/bn254-noble.ts';
import {BLS_SECRET, messageOf, OPERATOR_ID} from '../../support/bls-registry.ts';
import {respondTo} from '../../support/challenge-answer.ts';
import {callOf, OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../support/chain-rig.ts';

const ME = OPERATOR.address;
const UNIT = 10n ** 18n;
const SOCKET = 'https://one.example';

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let before: unknown;

beforeAll(async () => {
  rig = await startChainRig();
  const quorums = [{}, {minimumStake: 1_000n * UNIT}, {maxOperators: 0}];
  aos = await rig.deploy({flow: 'slashing-registry', quorums});
  hooks = rig.hooks(aos);
});
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

const proof = async (operator: Address = ME) =>
  registrationParams(BLS_SECRET, await messageOf(rig, aos.registry, operator));
const join = (ids: readonly number[], data: Hex, operator: Address = ME): Hex =>
  encodeFunctionData({
    abi: allocationManagerAbi,
    functionName: 'registerForOperatorSets',
    args: [operator, {avs: aos.service_manager, operatorSetIds: ids, data}],
  });
const leave = (ids: readonly number[]): Hex =>
  encodeFunctionData({
    abi: allocationManagerAbi,
    functionName: 'deregisterFromOperatorSets',
    args: [{operator: ME, avs: aos.service_manager, operatorSetIds: ids}],
  });
const attempt = async (ids: readonly number[], data?: Hex): Promise<string> =>
  rig.attempt(ME, aos.allocation_manager, join(ids, data ?? coordinatorData(SOCKET, await proof())));
const registered = async (): Promise<void> => {
  await rig.send(ME, aos.allocation_manager, join([0], coordinatorData(SOCKET, await proof())));
};
async function statusOf(): Promise<number> {
  const call = {abi: registryCoordinatorAbi, functionName: 'getOperatorStatus', args: [ME]} as const;
  const data = (await rig.attempt(ME, aos.registry, encodeFunctionData(call))) as Hex;
  return decodeFunctionResult({...call, data});
}
async function isMember(): Promise<boolean> {
  const set = {avs: aos.service_manager, id: 0};
  const call = {abi: allocationManagerAbi, functionName: 'isMemberOfOperatorSet', args: [ME, set]} as const;
  const data = (await rig.attempt(ME, aos.allocation_manager, encodeFunctionData(call))) as Hex;
  return decodeFunctionResult({...call, data});
}

describe('a SlashingRegistryCoordinator, by its ABI', () => {
  it('registers through AllocationManager with socket and BLS key, and leaves by it', async () => {
    await registered();
    expect([await statusOf(), await isMember()]).toEqual([1, true]);
    const call = {abi: socketRegistryAbi, functionName: 'getOperatorSocket', args: [OPERATOR_ID]} as const;
    const socket = (await rig.attempt(ME, aos.socket_registry!, encodeFunctionData(call))) as Hex;
    expect(decodeFunctionResult({...call, data: socket})).toBe(SOCKET);
    await rig.send(ME, aos.allocation_manager, leave([0]));
    expect([await statusOf(), await isMember()]).toEqual([2, false]);
    // The key stays registered, so a way back needs no proof.
    await hooks.mine(7);
    await rig.send(ME, aos.allocation_manager, join([0], coordinatorData(SOCKET, null)));
    expect(await statusOf()).toBe(1);
  });

  it('refuses what its quorums refuse, and a proof of another operator', async () => {
    expect(await attempt([1])).toBe('reverts: BelowMinimumStakeRequirement');
    expect(await attempt([2])).toBe('reverts: MaxOperatorCountReached');
    expect(await attempt([9])).toBe('reverts: InvalidOperatorSet');
    const other = coordinatorData(SOCKET, await proof(STRANGER.address));
    expect(await attempt([0], other)).toBe('reverts: InvalidBLSSignatureOrPrivateKey');
    expect(await attempt([0], '0x')).toMatch(/^reverts/);
  });

  it('takes operators from AllocationManager alone', async () => {
    const direct = callOf('function registerOperator(address, address, uint32[], bytes)', [
      ME,
      aos.service_manager,
      [0],
      '0x',
    ]);
    expect(await rig.attempt(ME, aos.registry, direct)).toMatch(/^reverts/);
  });

  it('puts an operator out through AllocationManager, and lets it wait', async () => {
    await registered();
    await hooks.setEjectionCooldown(1_000n);
    await hooks.eject(ME, [0]);
    expect([await statusOf(), await isMember()]).toEqual([2, false]);
    await hooks.mine(7);
    expect(await attempt([0], coordinatorData(SOCKET, null))).toBe('reverts: CannotReregisterYet');
  });

  it('changes the socket for a registered operator', async () => {
    const update = callOf('function updateSocket(string)', ['https://two.example']);
    expect(await rig.attempt(ME, aos.registry, update)).toBe('reverts: NotRegistered');
    await registered();
    expect(await rig.send(ME, aos.registry, update)).toHaveLength(1);
  });
});

describe('a challenge', () => {
  it('is answered with the keys that were in its quorum', async () => {
    await registered();
    await hooks.createChallenge({clockNumber: 1n, attestationHash: `0x${'07'.repeat(32)}`});
    await rig.send(ME, aos.allocation_manager, leave([0]));
    await respondTo(rig, aos, 0, [BLS_SECRET]);
    await hooks.createChallenge({clockNumber: 2n, attestationHash: `0x${'07'.repeat(32)}`});
    await expect(respondTo(rig, aos, 1, [BLS_SECRET])).rejects.toMatchObject({code: 'DEVNET_REFUSED'});
  });
});
