import {encodeAbiParameters, encodeFunctionData, pad, parseAbi, toEventSelector, toHex, type Hex} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {answerOf} from '../../../../src/lib/features/slashing-history/table.ts';
import type {Contracts} from '../../../../src/lib/config/config.ts';
import {allocationManagerAbi} from '../../../../src/lib/peers/chain/abis-core.ts';
import type {SlashingHistory} from '../../../../src/lib/peers/chain/slashing.ts';
import {checksumAddress} from '../../../../src/lib/protocol/wire/ethereum.ts';
import {openBatch} from '../../../../src/devnet/chain/batch.ts';
import type {AosContracts} from '../../../../src/devnet/chain/deploy.ts';
import {deregistration, registrationOf} from '../../../support/bls-registry.ts';
import type {ChainHooks} from '../../../support/chain-hooks.ts';
import {callOf, OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../../support/chain-rig.ts';
import {contractsOf, readHistory} from '../../../support/history-rig.ts';

const ME = OPERATOR.address;
const OTHER = STRANGER.address;
const UNIT = 10n ** 18n;
const EMITTER = parseAbi([
  'function emitLog(bytes32[] topics, bytes data)',
  'function pass(address to, bytes data)',
]);
const SLASHER = ['uint256', 'address', 'uint32', 'uint256[]', 'string'] as const;

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let contracts: Contracts;
let emitter: Hex;
let before: unknown;

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'bls', moratoriumUntil: 0n});
  hooks = rig.hooks(aos);
  contracts = {...contractsOf(aos), slashers: []};
  const batch = await openBatch(rig.url, rig.artifacts, false);
  emitter = batch.deploy('Emitter');
  await batch.send();
  await asOwner(
    callOf(
      'function createQuorum((uint32 most, uint16 kick, uint16 kickTotal) params, uint96 minimumStake, (address strategy, uint96 multiplier)[] strategies)',
      [[10, 0, 0], 0n, [[aos.strategies[0], UNIT]]],
    ),
  );
  await rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR, {quorums: '0x0001'}));
}, 60_000);
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

const asOwner = (data: Hex) => rig.send(aos.owner, aos.registry, data);
const read = (over: Partial<Contracts> = {}): Promise<SlashingHistory> =>
  readHistory({rpcUrls: [rig.url], operator: ME, contracts: {...contracts, ...over}});

/** The last row, without its place. */
async function lastRow(): Promise<Record<string, unknown>> {
  const history = await read();
  const {source, kind, operatorSet, description} = history.rows.at(-1)!;
  return {source, kind, operatorSet, description, exit: answerOf(history).exitCode};
}

const ejection = callOf('function ejectOperator(address operator, bytes quorumNumbers)', [ME, '0x01']);
const update = callOf('function updateOperators(address[] operators)', [[ME]]);
const setEjector = (to: Hex) => asOwner(callOf('function setEjector(address ejector)', [to]));
const emit = (topics: readonly Hex[], data: Hex = '0x') =>
  rig.send(OTHER, emitter, encodeFunctionData({abi: EMITTER, functionName: 'emitLog', args: [topics, data]}));
const passOn = (to: Hex, data: Hex) =>
  rig.send(OTHER, emitter, encodeFunctionData({abi: EMITTER, functionName: 'pass', args: [to, data]}));

describe('a removal from one of two quorums', () => {
  it('by an ejector that is an account is read from the key registry', async () => {
    await setEjector(aos.owner);
    await asOwner(ejection);
    expect(await lastRow()).toEqual({
      source: 'quorum-removal',
      kind: 'ejection',
      operatorSet: 1,
      description: `ejected from quorum 1 by ${checksumAddress(aos.owner)}`,
      exit: 4,
    });
    const {sources} = await read();
    expect(sources.find(({id}) => id === 'quorum-removal')).toMatchObject({covered: true});
    expect(sources.find(({id}) => id === 'ejection')).toMatchObject({covered: false, kind: 'absent'});
  });

  it('by an EjectionManager is one row', async () => {
    const rows = (await read()).rows.length;
    await hooks.eject(ME, [1]);
    expect((await read()).rows).toHaveLength(rows + 1);
    expect(await lastRow()).toMatchObject({
      source: 'ejection',
      kind: 'ejection',
      operatorSet: 1,
      description: `ejected from quorum 1 by ${checksumAddress(aos.owner)}`,
    });
  });

  it.each([
    ['directly', () => rig.send(OTHER, aos.registry, update)],
    ['through another contract', () => passOn(aos.registry, update)],
  ])('because its stake fell below the minimum says so, updated %s', async (_how, send) => {
    await hooks.setMinimumStake(1, 10n ** 24n);
    await send();
    expect(await lastRow()).toMatchObject({
      source: 'quorum-removal',
      kind: 'ejection',
      description: `removed from quorum 1: its stake fell below the minimum (update sent by ${OTHER})`,
    });
  });

  it('is none where an update finds a stake of 0 and the quorum has no minimum', async () => {
    const rows = (await read()).rows.length;
    await hooks.setShares(ME, 0, 0n);
    await rig.send(OTHER, aos.registry, callOf('function updateOperators(address[] operators)', [[OTHER]]));
    await hooks.setMinimumStake(0, 0n);
    await rig.send(OTHER, aos.registry, update);
    expect((await read()).rows).toHaveLength(rows);
  });

  it('by the operator itself is no ejection', async () => {
    await rig.send(ME, aos.registry, deregistration('0x01'));
    expect(await lastRow()).toEqual({
      source: 'quorum-removal',
      kind: 'registration',
      operatorSet: 1,
      description: 'left quorum 1',
      exit: 0,
    });
  });

  it('and from the last one is a removal from the registry', async () => {
    await hooks.setMinimumStake(0, 10n ** 24n);
    await hooks.setMinimumStake(1, 10n ** 24n);
    await rig.send(OTHER, aos.registry, update);
    expect(await lastRow()).toMatchObject({
      source: 'deregistration',
      kind: 'ejection',
      description: `removed from the registry: its stake fell below the minimum of quorums 0, 1 (update sent by ${OTHER})`,
    });
  });
});

describe('a removal from an operator set', () => {
  const leaving = () =>
    encodeFunctionData({
      abi: allocationManagerAbi,
      functionName: 'deregisterFromOperatorSets',
      args: [{operator: ME, avs: aos.service_manager, operatorSetIds: [0]}],
    });
  beforeEach(async () => {
    // The first slash makes a set that lets everyone in, and the operator joins it.
    await hooks.slash({operator: ME, wads: [UNIT / 2n]});
  });

  it('by the AVS is an ejection', async () => {
    await rig.send(aos.service_manager, aos.allocation_manager, leaving());
    expect(await lastRow()).toMatchObject({
      source: 'set-changes',
      kind: 'ejection',
      operatorSet: 0,
      description: `removed from operator set 0 by ${checksumAddress(aos.service_manager)}`,
    });
  });

  it('by the operator, or an account that may act for it, is none', async () => {
    await rig.send(
      ME,
      aos.permission_controller,
      callOf('function setAppointee(address account, address appointee, address target, bytes4 selector)', [
        ME,
        OTHER,
        aos.allocation_manager,
        leaving().slice(0, 10),
      ]),
    );
    await rig.send(OTHER, aos.allocation_manager, leaving());
    expect(await lastRow()).toMatchObject({
      source: 'set-changes',
      kind: 'registration',
      description: 'left operator set 0',
    });
  });
});

describe('an AVSRegistrar', () => {
  it('logs with another topic which sets an operator is out of', async () => {
    const ids = encodeAbiParameters([{type: 'uint32[]'}], [[3, 4]]);
    await emit([toEventSelector('OperatorDeregistered(address,uint32[])'), pad(ME)], ids);
    const {rows, sources} = await read({registry: emitter, allocationManager: null});
    expect(rows.at(-1)).toMatchObject({
      source: 'deregistration',
      kind: 'ejection',
      description: `removed from operator sets 3, 4 by ${OTHER}`,
    });
    expect(sources.find(({id}) => id === 'quorum-removal')).toMatchObject({covered: false, kind: 'absent'});
  });
});

describe('an event of another version', () => {
  const requested = toEventSelector('SlashingRequested(uint256,address,uint32,uint256[],string)');

  it('is read where only its indexed arguments differ', async () => {
    const data = encodeAbiParameters(
      SLASHER.slice(3).map((type) => ({type})),
      [[UNIT / 20n], 'as before'],
    );
    await emit([requested, toHex(7n, {size: 32}), pad(ME), toHex(2, {size: 32})], data);
    const {rows, sources} = await read({slashers: [emitter]});
    expect(rows.at(-1)).toMatchObject({
      source: 'avs-slasher',
      kind: 'request',
      operatorSet: 2,
      description: 'request 7, pending: 5 % of the allocation; as before',
    });
    expect(sources.every(({covered}) => covered)).toBe(true);
  });

  it('that cannot be decoded closes its source alone, and what can be is shown', async () => {
    const good = encodeAbiParameters(
      SLASHER.slice(2).map((type) => ({type})),
      [1, [UNIT / 20n], 'good'],
    );
    await emit([requested, toHex(1n, {size: 32}), pad(ME)], good);
    await emit([requested, toHex(2n, {size: 32}), pad(ME)], '0x1234');
    const history = await read({slashers: [emitter]});
    expect(history.rows.at(-1)).toMatchObject({source: 'avs-slasher', operatorSet: 1});
    expect(history.sources.filter(({covered}) => !covered)).toMatchObject([
      {
        id: 'avs-slasher',
        kind: 'missing',
        reason: expect.stringMatching(/^an event cannot be decoded/) as string,
      },
    ]);
    expect(answerOf(history)).toMatchObject({
      exitCode: 4,
      statement: expect.stringContaining('Not covered: avs-slasher.') as string,
    });
  });
});

describe('a core of EigenLayer', () => {
  it('older than AllocationManager cannot slash, so nothing is unread', async () => {
    const history = await read({delegationManager: emitter, allocationManager: null});
    expect(history.sources.filter(({id}) => id === 'zero-slash' || id === 'set-changes')).toMatchObject([
      {covered: false, kind: 'absent'},
      {covered: false, kind: 'absent'},
    ]);
    expect(answerOf(history)).toMatchObject({verdict: 'clean', exitCode: 0});
  });

  it('names its AllocationManager where the configuration does not', async () => {
    const {sources} = await read({allocationManager: null});
    expect(sources.find(({id}) => id === 'zero-slash')).toMatchObject({
      covered: true,
      contract: aos.allocation_manager,
    });
  });
});
