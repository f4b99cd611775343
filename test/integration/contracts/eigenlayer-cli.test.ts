import {createPublicClient, getContract, hashTypedData, http, parseAbi, type Address, type Hex} from 'viem';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import type {AosContracts} from '../../../src/devnet/chain/deploy.ts';
import {devRpc} from '../../../src/devnet/chain/rpc.ts';
import type {ChainHooks} from '../../support/chain-hooks.ts';
import {callOf, OPERATOR, startChainRig, STRANGER, type ChainRig} from '../../support/chain-rig.ts';

const ME = OPERATOR.address;
const OTHER = STRANGER.address;
const UNIT = 10n ** 18n;
const AVS: Address = '0x00000000000000000000000000000000000000A5';

/** Functions that the published command line calls, by their published selectors. */
const ALLOCATIONS: readonly Hex[] = [
  '0x547afb87', // getMaxMagnitudes(address,address[])
  '0x4a10ffe5', // getMaxMagnitudes(address[],address)
  '0x94d7d00c', // getMaxMagnitudesAtBlock(address,address[],uint32)
  '0x6cfb4481', // getAllocatableMagnitude(address,address)
  '0x40120dab', // getStrategyAllocations(address,address)
  '0x8ce64854', // getAllocations(address[],(address,uint32),address)
  '0x952899ee', // modifyAllocations(address,((address,uint32),address[],uint64[])[])
];
const DELEGATION: readonly Hex[] = [
  '0x0b9f487a', // calculateDelegationApprovalDigestHash(address,address,address,bytes32,uint256)
  '0x54b7c96c', // modifyOperatorDetails(address,address)
];
const REWARDS: readonly Hex[] = [
  '0xdcbb03b3', // setOperatorAVSSplit(address,address,uint16)
  '0xb3dbb0e0', // setOperatorPISplit(address,uint16)
  '0xf74e8eac', // setOperatorSetSplit(address,(address,uint32),uint16)
  '0xa0169ddd', // setClaimerFor(address)
  '0xf22cef85', // setClaimerFor(address,address)
];
const PERMISSIONS: readonly Hex[] = [
  '0xad5f2210', // getAdmins(address)
  '0x91006745', // isAdmin(address,address)
  '0x6bddfa1f', // getPendingAdmins(address)
  '0xad8aca77', // isPendingAdmin(address,address)
  '0xeb5a4e87', // addPendingAdmin(address,address)
  '0x4f906cf9', // removePendingAdmin(address,address)
  '0x628806ef', // acceptAdmin(address)
  '0x268959e5', // removeAdmin(address,address)
  '0x950d806e', // setAppointee(address,address,address,bytes4)
  '0x06641201', // removeAppointee(address,address,address,bytes4)
  '0xdf595cb8', // canCall(address,address,address,bytes4)
  '0xfddbdefd', // getAppointees(address,address,bytes4)
  '0x882a3b38', // getAppointeePermissions(address,address)
];

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let before: unknown;

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'operator-sets', proxies: false});
  hooks = rig.hooks(aos);
});
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

const client = () => createPublicClient({transport: http(rig.url, {retryCount: 0}), cacheTime: 0});
const attempt = (from: Address, to: Address, call: `function ${string}`, args: readonly unknown[]) =>
  rig.attempt(from, to, callOf(call, args));
const send = (from: Address, to: Address, call: `function ${string}`, args: readonly unknown[]) =>
  rig.send(from, to, callOf(call, args));

it('finds every function by its published selector', async () => {
  const places: readonly (readonly [Address, readonly Hex[]])[] = [
    [aos.allocation_manager, ALLOCATIONS],
    [aos.delegation_manager, DELEGATION],
    [aos.rewards_coordinator, REWARDS],
    [aos.permission_controller, PERMISSIONS],
  ];
  for (const [address, selectors] of places) {
    const code = (await devRpc(rig.url, 'eth_getCode', [address, 'latest'])) as string;
    expect(selectors.filter((selector) => !code.includes(`63${selector.slice(2)}`))).toEqual([]);
  }
  // It begins at the delegation manager, and asks that for the others.
  const found = await Promise.all(
    ['allocationManager', 'permissionController', 'strategyManager'].map((name) =>
      attempt(ME, aos.delegation_manager, `function ${name}()`, []),
    ),
  );
  expect(found.map((word) => word.slice(-40))).toEqual(
    [aos.allocation_manager, aos.permission_controller, aos.strategy_manager].map((address) =>
      address.slice(2).toLowerCase(),
    ),
  );
});

describe('allocations', () => {
  const manager = () =>
    getContract({
      abi: parseAbi([
        'function getMaxMagnitudes(address operator, address[] strategies) view returns (uint64[])',
        'function getMaxMagnitudesAtBlock(address operator, address[] strategies, uint32 blockNumber) view returns (uint64[])',
        'function getStrategyAllocations(address operator, address strategy) view returns ((address avs, uint32 id)[] sets, (uint64 currentMagnitude, int128 pendingDiff, uint32 effectBlock)[] list)',
        'function getAllocations(address[] operators, (address avs, uint32 id) set, address strategy) view returns ((uint64 currentMagnitude, int128 pendingDiff, uint32 effectBlock)[])',
      ]),
      address: aos.allocation_manager,
      client: client(),
    });
  const set = (id: number) => ({avs: aos.service_manager, id});

  it('are shown for each set, with the maximum at any block', async () => {
    await hooks.allocate(ME, 0, [UNIT / 2n]);
    await hooks.allocate(ME, 1, [UNIT / 4n]);
    const [sets, list] = await manager().read.getStrategyAllocations([ME, aos.strategies[0]]);
    expect(sets).toEqual([set(0), set(1)]);
    expect(list.map(({currentMagnitude}) => currentMagnitude)).toEqual([UNIT / 2n, UNIT / 4n]);
    const both = await manager().read.getAllocations([[ME, OTHER], set(0), aos.strategies[0]]);
    expect(both.map(({currentMagnitude}) => currentMagnitude)).toEqual([UNIT / 2n, 0n]);
    expect(await manager().read.getMaxMagnitudes([ME, aos.strategies])).toEqual([UNIT, UNIT]);
    const whole = await attempt(ME, aos.allocation_manager, 'function getMaxMagnitudes(address[],address)', [
      [ME, OTHER],
      aos.strategies[0],
    ]);
    expect(BigInt(`0x${whole.slice(-64)}`)).toBe(UNIT);
  });

  it('keep what the maximum was before a slash', async () => {
    const bls = await rig.deploy({flow: 'bls', proxies: false});
    await rig.hooks(bls).slash({operator: ME, wads: [UNIT / 10n]});
    const block = Number(await rig.block());
    const at = getContract({abi: manager().abi, address: bls.allocation_manager, client: client()});
    const [strategy] = bls.strategies;
    expect(await at.read.getMaxMagnitudesAtBlock([ME, [strategy], block])).toEqual([(UNIT * 9n) / 10n]);
    expect(await at.read.getMaxMagnitudesAtBlock([ME, [strategy], block - 1])).toEqual([UNIT]);
  });

  it('are changed as published: an account without a delay cannot', async () => {
    const modify = 'function modifyAllocations(address,((address,uint32),address[],uint64[])[])';
    const change = (of: number, magnitudes: bigint[]) => [
      [[aos.service_manager, of], [aos.strategies[0]], magnitudes],
    ];
    const by = (who: Address, of: number, magnitudes: bigint[]) =>
      attempt(who, aos.allocation_manager, modify, [who, change(of, magnitudes)]);
    expect(await by(OTHER, 0, [1n])).toBe('reverts: UninitializedAllocationDelay');
    expect(await by(ME, 9, [1n])).toBe('reverts: InvalidOperatorSet');
    expect(await by(ME, 0, [])).toBe('reverts: InputArrayLengthMismatch');
    const logs = await send(ME, aos.allocation_manager, modify, [ME, change(0, [1n])]);
    // EncumberedMagnitudeUpdated, then AllocationUpdated.
    expect(logs.map(({topics}) => topics[0]?.slice(0, 10))).toEqual(['0xacf9095f', '0x1487af54']);
  });
});

describe('delegation', () => {
  it('says what an approver signs', async () => {
    const salt: Hex = `0x${'07'.repeat(32)}`;
    const digest = await attempt(
      ME,
      aos.delegation_manager,
      'function calculateDelegationApprovalDigestHash(address,address,address,bytes32,uint256)',
      [OTHER, ME, AVS, salt, 9n],
    );
    expect(digest).toBe(
      hashTypedData({
        domain: {
          name: 'EigenLayer',
          version: '1',
          chainId: 31337,
          verifyingContract: aos.delegation_manager,
        },
        types: {
          DelegationApproval: [
            {name: 'delegationApprover', type: 'address'},
            {name: 'staker', type: 'address'},
            {name: 'operator', type: 'address'},
            {name: 'salt', type: 'bytes32'},
            {name: 'expiry', type: 'uint256'},
          ],
        },
        primaryType: 'DelegationApproval',
        message: {delegationApprover: AVS, staker: OTHER, operator: ME, salt, expiry: 9n},
      }),
    );
  });

  it('lets an operator change its approver and its metadata, by itself or an appointee', async () => {
    const modify = 'function modifyOperatorDetails(address,address)';
    const update = 'function updateOperatorMetadataURI(address,string)';
    expect(await attempt(OTHER, aos.delegation_manager, modify, [ME, AVS])).toBe(
      'reverts: InvalidPermissions',
    );
    expect(await attempt(OTHER, aos.delegation_manager, modify, [OTHER, AVS])).toBe(
      'reverts: OperatorNotRegistered',
    );
    expect(await attempt(OTHER, aos.delegation_manager, update, [OTHER, ''])).toBe(
      'reverts: OperatorNotRegistered',
    );
    const [log] = await send(ME, aos.delegation_manager, modify, [ME, AVS]);
    expect(BigInt(log!.data)).toBe(BigInt(AVS));
    expect(await send(ME, aos.delegation_manager, update, [ME, 'https://x.example'])).toHaveLength(1);
  });
});

describe('rewards', () => {
  const split = async (): Promise<bigint> =>
    BigInt(
      await attempt(ME, aos.rewards_coordinator, 'function getOperatorAVSSplit(address,address)', [ME, AVS]),
    );
  const setSplit = 'function setOperatorAVSSplit(address,address,uint16)';

  it('have a split that takes effect later', async () => {
    const to = aos.rewards_coordinator;
    expect(await split()).toBe(1000n);
    expect(await attempt(OTHER, to, setSplit, [ME, AVS, 5])).toBe('reverts: InvalidPermissions');
    expect(await attempt(ME, to, setSplit, [ME, AVS, 10_001])).toBe('reverts: SplitExceedsMax');
    await send(ME, to, setSplit, [ME, AVS, 500]);
    expect(await split()).toBe(1000n);
    expect(await attempt(ME, to, setSplit, [ME, AVS, 400])).toBe('reverts: PreviousSplitPending');
    await hooks.mine(1, 61);
    expect(await split()).toBe(500n);
    await send(ME, to, setSplit, [ME, AVS, 400]);
    expect(await split()).toBe(500n);
    await hooks.mine(1, 61);
    expect(await split()).toBe(400n);
    await send(ME, to, 'function setOperatorPISplit(address,uint16)', [ME, 7]);
    const ofSet = 'function setOperatorSetSplit(address,(address,uint32),uint16)';
    expect(await attempt(ME, to, ofSet, [ME, [AVS, 0], 7])).toBe('reverts: InvalidOperatorSet');
    await send(ME, to, ofSet, [ME, [aos.service_manager, 0], 7]);
    await hooks.mine(1, 61);
    const read = await attempt(ME, to, 'function getOperatorSetSplit(address,(address,uint32))', [
      ME,
      [aos.service_manager, 0],
    ]);
    expect(BigInt(read)).toBe(7n);
  });

  it('have a claimer, whom an operator and an AVS may have named for them', async () => {
    const to = aos.rewards_coordinator;
    const named = 'function setClaimerFor(address,address)';
    expect(await attempt(OTHER, to, named, [ME, OTHER])).toBe('reverts: InvalidPermissions');
    expect(await attempt(OTHER, to, named, [OTHER, ME])).toBe('reverts: InvalidEarner');
    expect(await attempt(aos.service_manager, to, named, [aos.service_manager, ME])).toBe('0x');
    await send(ME, to, named, [ME, OTHER]);
    expect(BigInt(await attempt(ME, to, 'function claimerFor(address)', [ME]))).toBe(BigInt(OTHER));
  });
});

describe('permissions', () => {
  const to = (): Address => aos.permission_controller;
  const abi = parseAbi([
    'function getAdmins(address) view returns (address[])',
    'function getPendingAdmins(address) view returns (address[])',
    'function isAdmin(address, address) view returns (bool)',
    'function isPendingAdmin(address, address) view returns (bool)',
    'function getAppointees(address, address, bytes4) view returns (address[])',
    'function getAppointeePermissions(address, address) view returns (address[], bytes4[])',
    'function canCall(address, address, address, bytes4) view returns (bool)',
  ]);
  const read = () => getContract({abi, address: to(), client: client()}).read;
  const pend = 'function addPendingAdmin(address,address)';
  const accept = 'function acceptAdmin(address)';

  it('go to another admin when it accepts: the account has none of its own then', async () => {
    expect(await read().getAdmins([ME])).toEqual([ME]);
    expect(await attempt(OTHER, to(), pend, [ME, OTHER])).toBe('reverts: NotAdmin');
    await send(ME, to(), pend, [ME, OTHER]);
    expect(await attempt(ME, to(), pend, [ME, OTHER])).toBe('reverts: AdminAlreadyPending');
    expect([await read().getPendingAdmins([ME]), await read().isPendingAdmin([ME, OTHER])]).toEqual([
      [OTHER],
      true,
    ]);
    expect(await attempt(ME, to(), accept, [OTHER])).toBe('reverts: AdminNotPending');
    await send(OTHER, to(), accept, [ME]);
    expect([await read().getAdmins([ME]), await read().isAdmin([ME, ME])]).toEqual([[OTHER], false]);
    expect(await attempt(ME, to(), pend, [ME, ME])).toBe('reverts: NotAdmin');
    expect(await attempt(OTHER, to(), pend, [ME, OTHER])).toBe('reverts: AdminAlreadySet');
    const remove = 'function removeAdmin(address,address)';
    expect(await attempt(OTHER, to(), remove, [ME, OTHER])).toBe('reverts: CannotHaveZeroAdmins');
    await send(OTHER, to(), pend, [ME, ME]);
    const unpend = 'function removePendingAdmin(address,address)';
    expect(await attempt(OTHER, to(), unpend, [ME, AVS])).toBe('reverts: AdminNotPending');
    await send(ME, to(), accept, [ME]);
    expect(await attempt(ME, to(), remove, [ME, AVS])).toBe('reverts: AdminNotSet');
    await send(ME, to(), remove, [ME, OTHER]);
    expect(await read().getAdmins([ME])).toEqual([ME]);
  });

  it('are given and taken for single functions', async () => {
    const [give, take] = [
      'function setAppointee(address,address,address,bytes4)',
      'function removeAppointee(address,address,address,bytes4)',
    ] as const;
    const of = [ME, OTHER, aos.allocation_manager, '0x952899ee'] as const;
    expect(await attempt(OTHER, to(), give, of)).toBe('reverts: NotAdmin');
    expect(await attempt(ME, to(), take, of)).toBe('reverts: AppointeeNotSet');
    await send(ME, to(), give, of);
    expect(await attempt(ME, to(), give, of)).toBe('reverts: AppointeeAlreadySet');
    expect(await read().getAppointees([ME, aos.allocation_manager, '0x952899ee'])).toEqual([OTHER]);
    expect(await read().getAppointeePermissions([ME, OTHER])).toEqual([
      [aos.allocation_manager],
      ['0x952899ee'],
    ]);
    expect(await read().canCall([...of])).toBe(true);
    await send(ME, to(), take, of);
    expect(await read().canCall([...of])).toBe(false);
    expect(await read().getAppointees([ME, aos.allocation_manager, '0x952899ee'])).toEqual([]);
  });
});
