import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {
  decodeEventLog,
  decodeFunctionResult,
  encodeAbiParameters,
  encodeFunctionData,
  encodePacked,
  hashTypedData,
  keccak256,
  parseAbi,
  parseAbiParameters,
  type Address,
  type Hex,
} from 'viem';
import {avsRegistrarAbi} from '../../../src/lib/peers/chain/abis-avs.ts';
import {
  allocationManagerAbi,
  delegationManagerAbi,
  keyRegistrarAbi,
  permissionControllerAbi,
  strategyManagerAbi,
} from '../../../src/lib/peers/chain/abis-core.ts';
import type {AosContracts} from '../../../src/devnet/chain/deploy.ts';
import {DEALLOCATION_DELAY} from '../../../src/devnet/chain/core.ts';
import type {ChainHooks} from '../../support/chain-hooks.ts';
import {devRpc} from '../../../src/devnet/chain/rpc.ts';
import {hashToG1, keysOf, signG1} from '../../support/bn254-noble.ts';
import {callOf, OPERATOR, startChainRig, STRANGER, type ChainRig, type Log} from '../../support/chain-rig.ts';

const ME = OPERATOR.address;
const UNIT = 10n ** 18n;

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let before: unknown;
let keyRegistrar: Address;

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'operator-sets'});
  hooks = rig.hooks(aos);
  keyRegistrar = aos.key_registrar!;
});
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

const set = (id: number): {avs: Address; id: number} => ({avs: aos.service_manager, id});
const registration = (ids: readonly number[], data: Hex = '0x', operator: Address = ME): Hex =>
  encodeFunctionData({
    abi: allocationManagerAbi,
    functionName: 'registerForOperatorSets',
    args: [operator, {avs: aos.service_manager, operatorSetIds: ids, data}],
  });
const leaving = (ids: readonly number[], operator: Address = ME): Hex =>
  encodeFunctionData({
    abi: allocationManagerAbi,
    functionName: 'deregisterFromOperatorSets',
    args: [{operator, avs: aos.service_manager, operatorSetIds: ids}],
  });
const register = (from: Address, data: Hex): Promise<string> =>
  rig.attempt(from, aos.allocation_manager, data);

async function keyRegistration(id = 0, by = STRANGER, operator: Address = ME): Promise<Hex> {
  const signature = await by.signTypedData(ecdsaMessage(id, by.address, operator));
  const args = [operator, set(id), by.address, signature] as const;
  return encodeFunctionData({abi: keyRegistrarAbi, functionName: 'registerKey', args});
}
function ecdsaMessage(operatorSetId: number, keyAddress: Address, operator: Address) {
  return {
    domain: {name: 'EigenLayer', version: '1', chainId: 31337, verifyingContract: keyRegistrar},
    types: {
      ECDSAKeyRegistration: [
        {name: 'operator', type: 'address'},
        {name: 'avs', type: 'address'},
        {name: 'operatorSetId', type: 'uint32'},
        {name: 'keyAddress', type: 'address'},
      ],
    },
    primaryType: 'ECDSAKeyRegistration',
    message: {operator, avs: aos.service_manager, operatorSetId, keyAddress},
  } as const;
}
async function joined(): Promise<void> {
  await rig.send(ME, keyRegistrar, await keyRegistration());
  await rig.send(ME, aos.allocation_manager, registration([0]));
}
async function view(functionName: 'isMemberOfOperatorSet' | 'isOperatorSlashable', id = 0): Promise<boolean> {
  const call = {abi: allocationManagerAbi, functionName, args: [ME, set(id)]} as const;
  return decodeFunctionResult({...call, data: (await register(ME, encodeFunctionData(call))) as Hex});
}
async function magnitude(
  functionName: 'getMaxMagnitude' | 'getAllocatableMagnitude' | 'getEncumberedMagnitude',
) {
  const call = {abi: allocationManagerAbi, functionName, args: [ME, aos.strategies[0]]} as const;
  return decodeFunctionResult({...call, data: (await register(ME, encodeFunctionData(call))) as Hex});
}
async function allocation() {
  const call = {
    abi: allocationManagerAbi,
    functionName: 'getAllocation',
    args: [ME, set(0), aos.strategies[0]],
  } as const;
  return decodeFunctionResult({...call, data: (await register(ME, encodeFunctionData(call))) as Hex});
}

describe('keys', () => {
  it('registers an ECDSA key by its own EIP-712 signature', async () => {
    const call = {abi: keyRegistrarAbi, functionName: 'getECDSAKeyRegistrationMessageHash'} as const;
    const data = encodeFunctionData({...call, args: [ME, set(0), STRANGER.address]});
    expect(await rig.attempt(ME, keyRegistrar, data)).toBe(
      hashTypedData(ecdsaMessage(0, STRANGER.address, ME)),
    );

    const forged = encodeFunctionData({
      abi: keyRegistrarAbi,
      functionName: 'registerKey',
      args: [
        ME,
        set(0),
        STRANGER.address,
        await OPERATOR.signTypedData(ecdsaMessage(0, STRANGER.address, ME)),
      ],
    });
    expect(await rig.attempt(ME, keyRegistrar, forged)).toBe('reverts: InvalidSignature');
    const short = encodeFunctionData({
      abi: keyRegistrarAbi,
      functionName: 'registerKey',
      args: [ME, set(0), '0x12', '0x'],
    });
    expect(await rig.attempt(ME, keyRegistrar, short)).toBe('reverts: InvalidKeyFormat');
    expect(await rig.attempt(ME, keyRegistrar, await keyRegistration(9))).toBe(
      'reverts: OperatorSetNotConfigured',
    );
    expect(await rig.attempt(STRANGER.address, keyRegistrar, await keyRegistration())).toBe(
      'reverts: InvalidPermissions',
    );

    await rig.send(ME, keyRegistrar, await keyRegistration());
    expect(await rig.attempt(ME, keyRegistrar, await keyRegistration(0, OPERATOR))).toBe(
      'reverts: OperatorAlreadyRegistered',
    );
    const same = await keyRegistration(0, STRANGER, STRANGER.address);
    expect(await rig.attempt(STRANGER.address, keyRegistrar, same)).toBe('reverts: KeyAlreadyRegistered');
  });

  it('takes a key once for all sets of all AVSs, and never forgets it', async () => {
    const avs = aos.service_manager;
    const create = 'function createOperatorSets(address, (uint32, address[])[])';
    await rig.send(avs, aos.allocation_manager, callOf(create, [avs, [[2, []]]]));
    const configure = 'function configureOperatorSet((address, uint32), uint8)';
    await rig.send(avs, keyRegistrar, callOf(configure, [[avs, 2], 1]));
    await rig.send(ME, keyRegistrar, await keyRegistration(0, OPERATOR));
    expect(await rig.attempt(ME, keyRegistrar, await keyRegistration(2, OPERATOR))).toBe(
      'reverts: KeyAlreadyRegistered',
    );
    const forget = {abi: keyRegistrarAbi, functionName: 'deregisterKey', args: [ME, set(0)]} as const;
    await rig.send(ME, keyRegistrar, encodeFunctionData(forget));
    const call = {
      abi: keyRegistrarAbi,
      functionName: 'isKeyGloballyRegistered',
      args: [keccak256(ME)],
    } as const;
    const answer = (await rig.attempt(ME, keyRegistrar, encodeFunctionData(call))) as Hex;
    expect(decodeFunctionResult({...call, data: answer})).toBe(true);
    expect(await rig.attempt(ME, keyRegistrar, await keyRegistration(0, OPERATOR))).toBe(
      'reverts: KeyAlreadyRegistered',
    );
  });

  it('registers a BN254 key by its own signature', async () => {
    const secret = 1234n;
    const {g1, g2} = keysOf(secret);
    const keyData = encodeAbiParameters(parseAbiParameters('uint256, uint256, uint256[2], uint256[2]'), [
      g1.X,
      g1.Y,
      g2.X,
      g2.Y,
    ]);
    const call = {abi: keyRegistrarAbi, functionName: 'getBN254KeyRegistrationMessageHash'} as const;
    const digest = await rig.attempt(
      ME,
      keyRegistrar,
      encodeFunctionData({...call, args: [ME, set(1), keyData]}),
    );
    const data = (by: bigint): Hex => {
      const {X, Y} = signG1(by, hashToG1(digest as Hex));
      const signature = encodePacked(['uint256', 'uint256'], [X, Y]);
      return encodeFunctionData({
        abi: keyRegistrarAbi,
        functionName: 'registerKey',
        args: [ME, set(1), keyData, signature],
      });
    };
    expect(await rig.attempt(ME, keyRegistrar, data(4321n))).toBe('reverts: InvalidSignature');
    await rig.send(ME, keyRegistrar, data(secret));
    await rig.send(ME, aos.allocation_manager, registration([1]));
    expect(await view('isMemberOfOperatorSet', 1)).toBe(true);
  });
});

describe('joining and leaving', () => {
  it('refuses in the order of AllocationManager, then of the registrar', async () => {
    await hooks.setPaused(aos.allocation_manager, 4n);
    expect(await register(STRANGER.address, registration([7]))).toBe('reverts: CurrentlyPaused');
    await hooks.setPaused(aos.allocation_manager, 0n);
    expect(await register(STRANGER.address, registration([7]))).toBe('reverts: InvalidPermissions');
    expect(await register(STRANGER.address, registration([7], '0x', STRANGER.address))).toBe(
      'reverts: InvalidOperator',
    );
    expect(await register(ME, registration([7]))).toBe('reverts: InvalidOperatorSet');
    expect(await register(ME, registration([0]))).toBe('reverts: KeyNotRegistered');
    const direct = callOf('function registerOperator(address,address,uint32[],bytes)', [ME, ME, [0], '0x']);
    expect(await rig.attempt(ME, aos.registry, direct)).toBe('reverts: NotAllocationManager');
  });

  it('lets an operator in with a socket, and slashes it for a while after it has left', async () => {
    await rig.send(ME, keyRegistrar, await keyRegistration());
    const socket = encodeAbiParameters(parseAbiParameters('string'), ['https://node.example']);
    const logs = await rig.send(ME, aos.allocation_manager, registration([0], socket));
    expect(logs.some(({topics}) => topics[1]?.endsWith(ME.slice(2).toLowerCase()))).toBe(true);
    const asked = {abi: avsRegistrarAbi, functionName: 'getOperatorSocket', args: [ME]} as const;
    const stored = (await rig.attempt(ME, aos.registry, encodeFunctionData(asked))) as Hex;
    expect(decodeFunctionResult({...asked, data: stored})).toBe('https://node.example');
    expect(await register(ME, registration([0]))).toBe('reverts: AlreadyMemberOfSet');

    expect(await register(STRANGER.address, leaving([0]))).toBe('reverts: InvalidCaller');
    expect(await register(ME, leaving([7]))).toBe('reverts: InvalidOperatorSet');
    expect(await register(ME, leaving([1]))).toBe('reverts: NotMemberOfSet');
    await rig.send(ME, aos.allocation_manager, leaving([0]));
    expect([await view('isMemberOfOperatorSet'), await view('isOperatorSlashable')]).toEqual([false, true]);
    expect(await register(ME, registration([0]))).toBe('reverts: AlreadyMemberOfSet');
    const deregisterKey = encodeFunctionData({
      abi: keyRegistrarAbi,
      functionName: 'deregisterKey',
      args: [ME, set(0)],
    });
    expect(await rig.attempt(ME, keyRegistrar, deregisterKey)).toBe('reverts: OperatorStillSlashable');
    await hooks.mine(DEALLOCATION_DELAY + 1);
    expect(await view('isOperatorSlashable')).toBe(false);
    expect(await register(ME, registration([0]))).toBe('0x');
  });

  it('tells the AVS’s registrar, the AVS itself where it has none', async () => {
    const call = {abi: allocationManagerAbi, functionName: 'getAVSRegistrar'} as const;
    const registrarOf = async (avs: Address): Promise<Address> => {
      const data = (await register(ME, encodeFunctionData({...call, args: [avs]}))) as Hex;
      return decodeFunctionResult({...call, data});
    };
    expect(await registrarOf(aos.service_manager)).toBe(aos.registry);
    expect(await registrarOf(STRANGER.address)).toBe(STRANGER.address);
    const supports = encodeFunctionData({abi: avsRegistrarAbi, functionName: 'supportsAVS', args: [ME]});
    expect(BigInt(await rig.attempt(ME, aos.registry, supports))).toBe(0n);
  });

  it('lets an appointee act for an operator', async () => {
    const target = aos.allocation_manager;
    const selector = registration([0]).slice(0, 10) as Hex;
    const appoint = callOf('function setAppointee(address,address,address,bytes4)', [
      ME,
      STRANGER.address,
      target,
      selector,
    ]);
    await rig.send(ME, aos.permission_controller, appoint);
    expect(await register(STRANGER.address, registration([7]))).toBe('reverts: InvalidOperatorSet');
    const may = encodeFunctionData({
      abi: permissionControllerAbi,
      functionName: 'canCall',
      args: [ME, STRANGER.address, target, '0x00000000'],
    });
    expect(BigInt(await rig.attempt(ME, aos.permission_controller, may))).toBe(0n);
  });
});

describe('allocations', () => {
  it('are made at once with a delay of 0, and freed after DEALLOCATION_DELAY', async () => {
    await joined();
    await hooks.allocate(ME, 0, [UNIT / 2n]);
    expect(await allocation()).toEqual({currentMagnitude: UNIT / 2n, pendingDiff: 0n, effectBlock: 0});
    expect(await magnitude('getAllocatableMagnitude')).toBe(UNIT / 2n);
    await hooks.allocate(ME, 0, [UNIT / 4n]);
    const effectBlock = Number(await rig.block()) + DEALLOCATION_DELAY + 1;
    expect(await allocation()).toEqual({currentMagnitude: UNIT / 2n, pendingDiff: -UNIT / 4n, effectBlock});
    expect(await magnitude('getEncumberedMagnitude')).toBe(UNIT / 2n);
    await expect(hooks.allocate(ME, 0, [UNIT])).rejects.toMatchObject({code: 'DEVNET_FAILED'});
    await hooks.mine(DEALLOCATION_DELAY + 1);
    expect(await allocation()).toEqual({currentMagnitude: UNIT / 4n, pendingDiff: 0n, effectBlock: 0});
    expect(await magnitude('getAllocatableMagnitude')).toBe((UNIT * 3n) / 4n);
  });

  it('cannot exceed what there is, nor stay the same', async () => {
    await joined();
    const modify = (newMagnitude: bigint): Hex =>
      encodeFunctionData({
        abi: allocationManagerAbi,
        functionName: 'modifyAllocations',
        args: [ME, [{operatorSet: set(0), strategies: [aos.strategies[0]], newMagnitudes: [newMagnitude]}]],
      });
    expect(await register(ME, modify(UNIT + 1n))).toBe('reverts: InsufficientMagnitude');
    expect(await register(ME, modify(0n))).toBe('reverts: SameMagnitude');
    expect(await register(STRANGER.address, modify(1n))).toBe('reverts: InvalidCaller');
    expect(await register(ME, modify(UNIT))).toBe('0x');
  });
});

const ENCUMBERED = parseAbi([
  'event EncumberedMagnitudeUpdated(address operator, address strategy, uint64 encumberedMagnitude)',
]);
const SLASH_EVENTS = [
  ...allocationManagerAbi,
  ...delegationManagerAbi,
  ...strategyManagerAbi,
  ...ENCUMBERED,
].filter((item) => item.type === 'event');
async function eventsOf(hash: Hex) {
  const {logs} = (await devRpc(rig.url, 'eth_getTransactionReceipt', [hash])) as {logs: Log[]};
  return logs.map(({topics, data}) =>
    decodeEventLog({abi: SLASH_EVENTS, topics: topics as [Hex, ...Hex[]], data}),
  );
}
async function sharesOf(strategy: 0 | 1): Promise<bigint> {
  const args = [ME, aos.strategies[strategy]] as const;
  const data = encodeFunctionData({abi: delegationManagerAbi, functionName: 'operatorShares', args});
  return BigInt(await rig.attempt(ME, aos.delegation_manager, data));
}

describe('slashing', () => {
  it('cuts the allocation, the maximum and the shares in one transaction', async () => {
    await joined();
    await hooks.allocate(ME, 0, [UNIT / 2n]);
    // A tenth of half the stake is a twentieth of it all; nothing is allocated in the second strategy.
    const events = await eventsOf(
      await hooks.slash({operator: ME, wads: [UNIT / 10n, UNIT], description: 'offline'}),
    );
    expect(events.map(({eventName}) => eventName)).toEqual([
      'EncumberedMagnitudeUpdated',
      'AllocationUpdated',
      'MaxMagnitudeUpdated',
      'OperatorSharesSlashed',
      'BurnOrRedistributableSharesIncreased',
      'OperatorSlashed',
    ]);
    expect(events[3]?.args).toEqual({
      operator: ME,
      strategy: aos.strategies[0],
      totalSlashedShares: (32n * UNIT) / 20n,
    });
    expect(events[5]?.args).toEqual({
      operator: ME,
      operatorSet: set(0),
      strategies: [...aos.strategies],
      wadSlashed: [UNIT / 20n, 0n],
      description: 'offline',
    });
    expect(await magnitude('getMaxMagnitude')).toBe((UNIT * 19n) / 20n);
    expect(await allocation()).toMatchObject({currentMagnitude: (UNIT * 45n) / 100n});
    expect([await sharesOf(0), await sharesOf(1)]).toEqual([(32n * UNIT * 19n) / 20n, 100n * UNIT]);

    // The second is reckoned from what is left: 0.45 of 0.95.
    const again = await eventsOf(await hooks.slash({operator: ME, wads: [UNIT]}));
    expect(again.at(-1)?.args).toMatchObject({
      wadSlashed: [(((UNIT * 45n) / 100n) * UNIT) / ((UNIT * 95n) / 100n)],
    });
    expect(await magnitude('getMaxMagnitude')).toBe(UNIT / 2n);
    const count = encodeFunctionData({
      abi: allocationManagerAbi,
      functionName: 'getSlashCount',
      args: [set(0)],
    });
    expect(BigInt(await register(ME, count))).toBe(2n);
  });

  it('rounds up, and shrinks a pending deallocation', async () => {
    await joined();
    await hooks.allocate(ME, 0, [3n]);
    await hooks.allocate(ME, 0, [1n]);
    await hooks.slash({operator: ME, wads: [UNIT / 2n]});
    // 3 loses ceil(1.5) = 2, the pending −2 loses 1.
    expect(await allocation()).toMatchObject({currentMagnitude: 1n, pendingDiff: -1n});
    await hooks.mine(DEALLOCATION_DELAY + 1);
    expect(await allocation()).toMatchObject({currentMagnitude: 0n});
  });

  it('reaches an operator that has just left', async () => {
    await joined();
    await hooks.allocate(ME, 0, [UNIT]);
    await rig.send(ME, aos.allocation_manager, leaving([0]));
    const events = await eventsOf(await hooks.slash({operator: ME, wads: [UNIT]}));
    expect(events.at(-1)?.args).toMatchObject({wadSlashed: [UNIT]});
    expect(await sharesOf(0)).toBe(0n);
  });

  it('refuses what AllocationManager refuses', async () => {
    const slash = (
      over: Partial<{operatorSetId: number; strategies: Address[]; wadsToSlash: bigint[]}>,
    ): Hex => {
      const params = {
        operator: ME,
        operatorSetId: 0,
        strategies: [aos.strategies[0]],
        wadsToSlash: [1n],
        description: '',
      };
      const args = [aos.service_manager, {...params, ...over}] as const;
      return encodeFunctionData({abi: allocationManagerAbi, functionName: 'slashOperator', args});
    };
    const by = aos.service_manager;
    expect(await register(ME, slash({}))).toBe('reverts: InvalidCaller');
    expect(await register(by, slash({wadsToSlash: []}))).toBe('reverts: InputArrayLengthMismatch');
    expect(await register(by, slash({operatorSetId: 7}))).toBe('reverts: InvalidOperatorSet');
    expect(await register(by, slash({}))).toBe('reverts: OperatorNotSlashable');
    await joined();
    for (const wad of [0n, UNIT + 1n])
      expect(await register(by, slash({wadsToSlash: [wad]}))).toBe('reverts: InvalidWadToSlash');
    expect(await register(by, slash({strategies: [ME]}))).toBe('reverts: StrategyNotInOperatorSet');
    const descending = {strategies: [aos.strategies[1], aos.strategies[0]], wadsToSlash: [1n, 1n]};
    expect(await register(by, slash(descending))).toBe('reverts: StrategiesMustBeInAscendingOrder');
    expect(await register(by, slash({}))).not.toContain('reverts');
  });

  it('can be made to happen to an operator of the BLS flow as well', async () => {
    const bls = await rig.deploy({flow: 'bls'});
    // Its operator became one on another EigenLayer: a fresh core.
    const hash = await rig.hooks(bls).slash({operator: ME, wads: [UNIT / 4n, UNIT / 2n]});
    const events = await eventsOf(hash);
    expect(events.at(-1)?.args).toMatchObject({
      operatorSet: {avs: bls.service_manager, id: 0},
      wadSlashed: [UNIT / 4n, UNIT / 2n],
    });
    const second = await eventsOf(await rig.hooks(bls).slash({operator: ME, wads: [UNIT]}));
    expect(second.at(-1)?.args).toMatchObject({wadSlashed: [UNIT]});
  });

  it('is seen by topics as the real ones', async () => {
    await joined();
    await hooks.allocate(ME, 0, [UNIT]);
    const hash = await hooks.slash({operator: ME, wads: [UNIT]});
    const {logs} = (await devRpc(rig.url, 'eth_getTransactionReceipt', [hash])) as {logs: Log[]};
    const topics = new Map(logs.map((log) => [log.topics[0], log]));
    const slashed = topics.get('0x80969ad29428d6797ee7aad084f9e4a42a82fc506dcd2ca3b6fb431f85ccebe5');
    expect(slashed?.topics).toHaveLength(1);
    const shares = topics.get('0xdd611f4ef63f4385f1756c86ce1f1f389a9013ba6fa07daba8528291bc2d3c30');
    expect(shares).toMatchObject({address: aos.delegation_manager.toLowerCase()});
  });
});

describe('the socket of an AVSRegistrarWithSocket', () => {
  it('is changed by the operator alone (0x6591666a)', async () => {
    const update = encodeFunctionData({
      abi: avsRegistrarAbi,
      functionName: 'updateSocket',
      args: [ME, 'https://two.example'],
    });
    expect(update).toMatch(/^0x6591666a/);
    expect(await rig.attempt(STRANGER.address, aos.registry, update)).toBe('reverts: CallerNotOperator');
    await rig.send(ME, aos.registry, update);
    const call = {abi: avsRegistrarAbi, functionName: 'getOperatorSocket', args: [ME]} as const;
    const data = (await rig.attempt(ME, aos.registry, encodeFunctionData(call))) as Hex;
    expect(decodeFunctionResult({...call, data})).toBe('https://two.example');
  });
});
