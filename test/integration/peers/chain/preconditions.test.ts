import {encodeFunctionData, type Hex} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {run} from '../../../../src/lib/foundation/next-step/next-step.ts';
import {ecdsaB2Abi} from '../../../../src/lib/peers/chain/abis-avs.ts';
import {allocationManagerAbi, delegationManagerAbi} from '../../../../src/lib/peers/chain/abis-core.ts';
import {readiness, type Precondition} from '../../../../src/lib/peers/chain/precondition.ts';
import type {PreconditionOptions} from '../../../../src/lib/peers/chain/flows/flow.ts';
import {flowNamed} from '../../../../src/lib/peers/chain/flows/list.ts';
import {readPreconditions} from '../../../../src/lib/peers/chain/flows/preconditions.ts';
import {isoTime} from '../../../../src/lib/foundation/time/time.ts';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import type {ChainHooks} from '../../../support/chain-hooks.ts';
import {devRpc} from '../../../../src/devnet/chain/rpc.ts';
import {signForAvs} from '../../../support/avs-signature.ts';
import {seen} from '../../../support/avs-view.ts';
import {deregistration, OPERATOR_ID, registrationOf} from '../../../support/bls-registry.ts';
import {callOf, LATER, OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../../support/chain-rig.ts';

const ME = OPERATOR.address;
const UNIT = 10n ** 18n;

/** Compiling the contracts anew takes its time on a busy machine. */
const COMPILE_MS = 60_000;

let rig: ChainRig;
let before: unknown;

beforeAll(async () => {
  rig = await startChainRig();
}, COMPILE_MS);
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

const check = async (
  aos: AosContracts,
  options: Partial<PreconditionOptions> = {},
  operator: Hex = ME,
): Promise<Precondition[]> => {
  const {chain, contracts, flow} = await seen(rig.url, aos);
  return readPreconditions(flow, {chain, contracts, operator}, {quorums: null, ...options});
};
/** `id state` of all that are not simply ok. */
const problems = (list: readonly Precondition[]): string[] =>
  list.filter(({state}) => state !== 'ok').map(({id, state}) => `${id} ${state}`);
const done = (list: readonly Precondition[]): string[] =>
  list.filter((one) => one.done === true).map(({id}) => id);
const find = (list: readonly Precondition[], id: string): Precondition | undefined =>
  list.find((one) => one.id === id);

describe('BLS registry coordinator', () => {
  let aos: AosContracts;
  let hooks: ChainHooks;
  const key = {blsKeyId: OPERATOR_ID} as const;

  beforeAll(async () => {
    aos = await rig.deploy({
      flow: 'bls',
      quorums: [{}, {minimumStake: 1_000n * UNIT}, {maxOperators: 0}],
    });
    hooks = rig.hooks(aos);
  });

  it('ready: each precondition with what is and what is needed', async () => {
    const list = await check(aos, key);
    expect(readiness(list)).toBe('ready');
    expect(problems(list)).toEqual(['quorum-1-stake warn', 'quorum-2-seats warn']);
    expect(done(list)).toEqual(['eigenlayer-operator']);
    expect(list.map(({id}) => id)).toEqual([
      'operator-account',
      'gas-balance',
      'eigenlayer-operator',
      'avs-directory-pause',
      'signature-domain',
      'avs-registration',
      'reregistration',
      'registry-pause',
      'service-manager-pause',
      'ejection-cooldown',
      'quorums',
      'quorum-0-stake',
      'quorum-0-seats',
      'quorum-1-stake',
      'quorum-1-seats',
      'quorum-2-stake',
      'quorum-2-seats',
      'bls-key',
    ]);
    expect(find(list, 'quorum-1-stake')).toMatchObject({found: '132', needed: '≥ 1000'});
    expect(find(list, 'quorums')).toMatchObject({found: 'joins 0'});
    for (const one of list) {
      expect([one.found, one.needed]).not.toContain('');
      expect(one.next === null).toBe(one.state === 'ok');
    }
  });

  it('fails for quorums that were asked for and cannot be joined', async () => {
    const list = await check(aos, {...key, quorums: [0, 1, 2]});
    expect(problems(list)).toEqual(['quorum-1-stake fail', 'quorum-2-seats fail']);
    expect(readiness(list)).toBe('fail');
    expect(problems(await check(aos, {...key, quorums: [7]}))).toEqual(['quorums fail']);
  });

  it('a stranger: no operator, no gas, no key', async () => {
    const list = await check(aos, {}, STRANGER.address);
    expect(problems(list).filter((one) => one.endsWith(' fail'))).toEqual([
      'gas-balance fail',
      'eigenlayer-operator fail',
      'bls-key fail',
    ]);
    expect(find(list, 'eigenlayer-operator')?.next).toEqual(
      run('register', ['--as-operator', '--metadata-url', 'URL']),
    );
  });

  it('a contract cannot send through the signer; a delegated account is told', async () => {
    await devRpc(rig.url, 'anvil_setCode', [ME, '0x6001']);
    expect(problems(await check(aos, key))).toContain('operator-account fail');
    await devRpc(rig.url, 'anvil_setCode', [ME, `0xef0100${aos.owner.slice(2)}`]);
    expect(problems(await check(aos, key))).toContain('operator-account warn');
  });

  it('registered, then gone for good: the service manager never takes anybody back', async () => {
    await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR));
    const inside = await check(aos, key);
    expect(readiness(inside)).toBe('registered');
    expect(done(inside)).toEqual(['eigenlayer-operator', 'avs-registration', 'bls-key']);
    expect(problems(inside)).toEqual([]);
    await rig.send(ME, aos.registry, deregistration());
    const outside = await check(aos, key);
    expect(problems(outside)).toContain('reregistration fail');
    expect(find(outside, 'avs-registration')).toMatchObject({state: 'ok', found: 'deregistered'});
    expect(readiness(outside)).toBe('fail');
    // Its pause hides the reason; the list still tells, with a range and without one.
    await hooks.setPaused(aos.service_manager, 2n);
    expect(problems(await check(aos, key))).toContain('reregistration fail');
    await hooks.setServiceManagerRange(ME, {start: 7n, end: 9n});
    expect(problems(await check(aos, key))).toContain('reregistration fail');
    expect(find(await check(aos, key, STRANGER.address), 'reregistration')?.state).toBe('ok');
  });

  it('further quorums of a registered operator need no way back', async () => {
    await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR));
    await hooks.setMinimumStake(1, 0n);
    const list = await check(aos, {...key, quorums: [0, 1]});
    expect(readiness(list)).toBe('ready');
    expect(find(list, 'quorums')).toMatchObject({found: 'joins 1'});
    expect(find(list, 'reregistration')).toBeUndefined();
  });

  it('the way back is open where the service manager forgets', async () => {
    const kind = await rig.deploy({flow: 'bls', mayReturn: true});
    await rig.send(ME, kind.registry, await registrationOf(rig, kind, OPERATOR));
    await rig.send(ME, kind.registry, deregistration());
    expect(find(await check(kind, key), 'reregistration')?.state).toBe('ok');
    expect(readiness(await check(kind, key))).toBe('ready');
  });

  it('pauses of the registry, the service manager and AVSDirectory', async () => {
    await hooks.setPaused(aos.registry, 1n);
    await hooks.setPaused(aos.service_manager, 2n);
    await hooks.setPaused(aos.avs_directory, 1n);
    const list = await check(aos, key);
    expect(problems(list).filter((one) => one.endsWith(' fail'))).toEqual([
      'avs-directory-pause fail',
      'registry-pause fail',
      'service-manager-pause fail',
    ]);
  });

  it('other bits of the pause are no obstacle', async () => {
    await hooks.setPaused(aos.registry, 2n);
    await hooks.setPaused(aos.service_manager, 1n);
    expect(readiness(await check(aos, key))).toBe('ready');
  });

  it('an ejected operator waits until the cool-down ends, and then only time was missing', async () => {
    const kind = await rig.deploy({flow: 'bls-v1'});
    const hooksOf = rig.hooks(kind);
    await hooksOf.setEjectionCooldown(1000n);
    await rig.send(ME, kind.registry, await registrationOf(rig, kind, OPERATOR));
    await hooksOf.eject(ME, [0]);
    const ejected = await rig.now();
    const list = await check(kind, key);
    expect(problems(list)).toContain('ejection-cooldown pending');
    expect(find(list, 'ejection-cooldown')?.clearsAt).toEqual({
      at: isoTime(Number(ejected + 1001n) * 1000),
      block: null,
    });
    await devRpc(rig.url, 'evm_increaseTime', [1002]);
    await hooksOf.mine(1);
    expect(find(await check(kind, key), 'ejection-cooldown')).toMatchObject({state: 'ok'});
  });

  it('M2 quorums that are closed, and quorums that are operator sets', async () => {
    const kind = await rig.deploy({flow: 'bls-v1', quorums: [{}]});
    await rig.send(kind.owner, kind.registry, callOf('function enableOperatorSets()'));
    expect(readiness(await check(kind, key))).toBe('ready');
    const {contracts} = await seen(rig.url, kind);
    await rig.send(kind.owner, kind.registry, callOf('function disableM2QuorumRegistration()'));
    const later = await seen(rig.url, kind);
    expect(later.flow.name).toBe('slashing-registry');
    const list = await readPreconditions(
      flowNamed('bls'),
      {chain: later.chain, contracts, operator: ME},
      {quorums: null, ...key},
    );
    expect(problems(list)).toContain('m2-quorums fail');
  });

  it('a BLS key that another operator has registered, and another one than the registered', async () => {
    await devRpc(rig.url, 'anvil_setBalance', [STRANGER.address, '0xde0b6b3a7640000']);
    const asOperator = encodeFunctionData({
      abi: delegationManagerAbi,
      functionName: 'registerAsOperator',
      args: ['0x0000000000000000000000000000000000000000', 0, ''],
    });
    await rig.send(STRANGER.address, aos.delegation_manager, asOperator);
    await rig.send(STRANGER.address, aos.registry, await registrationOf(rig, aos, STRANGER));
    expect(find(await check(aos, key), 'bls-key')).toMatchObject({
      state: 'fail',
      found: expect.stringContaining(STRANGER.address) as string,
    });
    const other = {blsKeyId: `0x${'77'.repeat(32)}`} as const;
    expect(find(await check(aos, other, STRANGER.address), 'bls-key')?.state).toBe('warn');
  });

  it('an AVSDirectory whose domain nobody knows', async () => {
    await hooks.setDomain('9.9.9' as never);
    expect(problems(await check(aos, key))).toContain('signature-domain fail');
  });
});

describe('ECDSA stake registry', () => {
  it.each(['ecdsa-b1', 'ecdsa-b2', 'ecdsa-b3'] as const)(
    '%s: ready, with weight and signing key',
    async (flow) => {
      const aos = await rig.deploy({flow});
      const list = await check(aos);
      expect(readiness(list)).toBe('ready');
      expect(problems(list)).toEqual([]);
      expect(find(list, 'weight')?.state).toBe('ok');
      expect(find(list, 'signing-key')?.found).toBe(flow === 'ecdsa-b1' ? undefined : 'none yet');
    },
  );

  it('warns of a weight of nothing, which does not stop a registration', async () => {
    const aos = await rig.deploy({flow: 'ecdsa-b2', shares: [0n, 0n]});
    const list = await check(aos);
    expect(problems(list)).toEqual(['weight warn']);
    expect(readiness(list)).toBe('ready');
  });

  it('registered', async () => {
    const aos = await rig.deploy({flow: 'ecdsa-b2'});
    const where = {directory: aos.avs_directory, avs: aos.service_manager, version: '1'};
    const args = [await signForAvs(OPERATOR, where, {expiry: LATER}), STRANGER.address] as const;
    const data = encodeFunctionData({abi: ecdsaB2Abi, functionName: 'registerOperatorWithSignature', args});
    await rig.send(ME, aos.registry, data);
    const list = await check(aos, {signingKey: STRANGER.address});
    expect(readiness(list)).toBe('registered');
    expect(done(list)).toEqual(['eigenlayer-operator', 'avs-registration', 'signing-key']);
    expect(problems(await check(aos))).toEqual(['signing-key warn']);
  });
});

describe('operator sets', () => {
  let aos: AosContracts;
  beforeAll(async () => {
    aos = await rig.deploy({flow: 'operator-sets'});
  });
  it('ready, the key still to be registered', async () => {
    const list = await check(aos, {blsKeyId: OPERATOR_ID});
    expect(readiness(list)).toBe('ready');
    expect(problems(list)).toEqual([]);
    expect(find(list, 'operator-sets')?.found).toMatch(/^0/);
    expect(find(list, 'set-0-key')).toMatchObject({found: `${ME}, not registered yet`});
    expect(problems(await check(aos))).toEqual(['set-1-key fail']);
    expect(problems(await check(aos, {quorums: [0]}))).toEqual([]);
  });

  it('sets that are not there', async () => {
    expect(problems(await check(aos, {quorums: [99]}))).toContain('operator-sets fail');
  });

  it('paused', async () => {
    await rig.hooks(aos).setPaused(aos.allocation_manager, 4n);
    expect(problems(await check(aos))).toContain('allocation-manager-pause fail');
  });

  it('a stranger is no operator', async () => {
    expect(problems(await check(aos, {}, STRANGER.address))).toEqual(
      expect.arrayContaining(['gas-balance fail', 'eigenlayer-operator fail']),
    );
  });

  it('in the set, then left: a cool-down until the last block that may slash', async () => {
    await memberOf(aos);
    const inside = await check(aos, {quorums: [0]});
    expect(readiness(inside)).toBe('registered');
    const args = [{operator: ME, avs: aos.service_manager, operatorSetIds: [0]}] as const;
    const leave = encodeFunctionData({
      abi: allocationManagerAbi,
      functionName: 'deregisterFromOperatorSets',
      args,
    });
    await rig.send(ME, aos.allocation_manager, leave);
    const left = await rig.block();
    const list = await check(aos, {quorums: [0]});
    expect(problems(list)).toEqual(['set-0-left pending']);
    expect(readiness(list)).toBe('pending');
    const {clearsAt} = find(list, 'set-0-left') ?? {};
    const delay = BigInt(
      await rig.attempt(ME, aos.allocation_manager, callOf('function DEALLOCATION_DELAY()')),
    );
    expect(clearsAt?.block).toBe(left + delay + 1n);
    expect(Date.parse(clearsAt?.at ?? '')).toBeGreaterThan(Number(await rig.now()) * 1000);
    await rig.hooks(aos).mine(Number(delay) + 1);
    expect(readiness(await check(aos, {quorums: [0]}))).toBe('ready');
  });
});

/** Puts the operator into set 0 through a registrar that wants no key, then the registrar is as before. */
async function memberOf(aos: AosContracts): Promise<void> {
  const code = await devRpc(rig.url, 'eth_getCode', [aos.registry, 'latest']);
  await devRpc(rig.url, 'anvil_setCode', [aos.registry, STOP]);
  const args = [ME, {avs: aos.service_manager, operatorSetIds: [0], data: '0x'}] as const;
  await rig.send(
    ME,
    aos.allocation_manager,
    encodeFunctionData({abi: allocationManagerAbi, functionName: 'registerForOperatorSets', args}),
  );
  await devRpc(rig.url, 'anvil_setCode', [aos.registry, code]);
}

/** Takes every call without a word. */
const STOP = '0x00';
