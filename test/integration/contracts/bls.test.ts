import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {
  decodeEventLog,
  decodeFunctionResult,
  encodeFunctionData,
  hashTypedData,
  parseAbi,
  type Abi,
  type Address,
  type ContractFunctionName,
  type Hex,
} from 'viem';
import {privateKeyToAccount} from 'viem/accounts';
import {rangeManagerAbi, serviceManagerAbi} from '../../../src/lib/peers/chain/abis-aos.ts';
import {
  blsApkRegistryAbi,
  ejectionManagerAbi,
  registryCoordinatorAbi,
  stakeRegistryAbi,
} from '../../../src/lib/peers/chain/abis-avs.ts';
import {avsDirectoryAbi} from '../../../src/lib/peers/chain/abis-core.ts';
import type {AosContracts} from '../../../src/devnet/chain/deploy.ts';
import type {ChainHooks} from '../../support/chain-hooks.ts';
import {devRpc} from '../../../src/devnet/chain/rpc.ts';
import {hashToG1, keysOf, registrationParams} from '../../support/bn254-noble.ts';
import {
  BLS_SECRET,
  deregistration,
  messageOf,
  OPERATOR_ID,
  registrationOf,
} from '../../support/bls-registry.ts';
import {callOf, OPERATOR, startChainRig, STRANGER, type ChainRig, type Log} from '../../support/chain-rig.ts';

const ME = OPERATOR.address;
const NEW_SALT: Hex = `0x${'01'.repeat(32)}`;
const UNIT = 10n ** 18n;

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let before: unknown;

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({
    flow: 'bls',
    quorums: [{}, {minimumStake: 1_000n * UNIT}, {maxOperators: 0}],
    range: {start: 5n, end: 100n},
  });
  hooks = rig.hooks(aos);
});
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

async function registryView(
  functionName: ContractFunctionName<typeof registryCoordinatorAbi, 'view'>,
  args: readonly unknown[] = [],
): Promise<unknown> {
  const call: {abi: Abi; functionName: string; args: readonly unknown[]} = {
    abi: registryCoordinatorAbi,
    functionName,
    args,
  };
  const data = (await rig.attempt(ME, aos.registry, encodeFunctionData(call))) as Hex;
  return decodeFunctionResult({...call, data});
}
const attempt = async (given: Parameters<typeof registrationOf>[3] = {}): Promise<string> =>
  rig.attempt(ME, aos.registry, await registrationOf(rig, aos, OPERATOR, given));
const registered = async (given: Parameters<typeof registrationOf>[3] = {}): Promise<Log[]> =>
  rig.send(ME, aos.registry, await registrationOf(rig, aos, OPERATOR, given));
const number = async (to: Address, data: Hex): Promise<bigint> => BigInt(await rig.attempt(ME, to, data));

describe('BN254 on chain', () => {
  it('gives the point of the documented vector, and the one of noble', async () => {
    const registry: Address = '0xa82fF9aFd8f496c3d6ac40E2a0F282E47488CFc9';
    const plain = await rig.deploy({flow: 'bls', proxies: false});
    const code = await devRpc(rig.url, 'eth_getCode', [plain.registry, 'latest']);
    await devRpc(rig.url, 'anvil_setCode', [registry, code]);
    const operator: Address = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266';
    const digest = hashTypedData({
      domain: {
        name: 'AVSRegistryCoordinator',
        version: 'v0.0.1',
        chainId: 31337,
        verifyingContract: registry,
      },
      types: {BN254PubkeyRegistration: [{name: 'operator', type: 'address'}]},
      primaryType: 'BN254PubkeyRegistration',
      message: {operator},
    });
    expect(digest).toBe('0x8d6a573651f8f624cbb3b40bec1b15717b761285c731fc2985c8b65cc72e626c');
    const point = await messageOf(rig, registry, operator);
    expect(point).toEqual({
      X: 0x2ca1ba508f95b5d15b13289ee91864b64c733d62f64e670f0d879e2f163467dfn,
      Y: 0x1e12f8356e83071875b5328a1f257dc8bfdc2329a7425f345296450dc0d1848fn,
    });
    expect(hashToG1(digest)).toEqual(point);
    expect(keysOf(BLS_SECRET).id).toBe(OPERATOR_ID);
  });

  it('hashes for other operators as noble does', async () => {
    for (const tail of ['01', '02', '03', '04', '05']) {
      const operator: Address = `0x${'00'.repeat(19)}${tail}`;
      const digest = hashTypedData({
        domain: {
          name: 'AVSRegistryCoordinator',
          version: 'v0.0.1',
          chainId: 31337,
          verifyingContract: aos.registry,
        },
        types: {BN254PubkeyRegistration: [{name: 'operator', type: 'address'}]},
        primaryType: 'BN254PubkeyRegistration',
        message: {operator},
      });
      expect(await messageOf(rig, aos.registry, operator)).toEqual(hashToG1(digest));
    }
  });
});

describe('registration (M2)', () => {
  it('leaves the operator an EigenLayer operator with stake, unregistered at the AVS', async () => {
    expect(await registryView('getOperatorStatus', [ME])).toBe(0);
    expect(await registryView('quorumCount')).toBe(3);
    const range = encodeFunctionData({abi: rangeManagerAbi, functionName: 'operatorRanges', args: [ME]});
    expect(await rig.attempt(ME, aos.range_manager, range)).toBe(
      `0x${5n.toString(16).padStart(64, '0')}${100n.toString(16).padStart(64, '0')}`,
    );
    const unset = encodeFunctionData({
      abi: serviceManagerAbi,
      functionName: 'updateOperatorRange',
      args: [ME, 1n, 2n],
    });
    expect(await rig.attempt(aos.owner, aos.service_manager, unset)).toBe('reverts: Operator not registered');
  });

  it('uses the selectors of the published contract, found in its implementation', async () => {
    const slot = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
    const stored = (await devRpc(rig.url, 'eth_getStorageAt', [aos.registry, slot, 'latest'])) as Hex;
    const code = (await devRpc(rig.url, 'eth_getCode', [`0x${stored.slice(-40)}`, 'latest'])) as string;
    expect(code).toContain('63a50857bf');
    expect(code).toContain('63ca4f2d97');
  });

  it('registers with a real key and tells everything', async () => {
    const logs = await registered({socket: 'https://node.example:1'});
    const events = logs.flatMap(({topics, data}) => {
      const abi = [
        ...registryCoordinatorAbi,
        ...blsApkRegistryAbi,
        ...stakeRegistryAbi,
        ...avsDirectoryAbi,
        ...parseAbi([
          'event QuorumIndexUpdate(bytes32 indexed operatorId, uint8 quorumNumber, uint32 newOperatorIndex)',
        ]),
      ];
      return [decodeEventLog({abi, topics: topics as [Hex, ...Hex[]], data})];
    });
    expect(events.map(({eventName}) => eventName)).toEqual([
      'NewPubkeyRegistration',
      'OperatorSocketUpdate',
      'OperatorAVSRegistrationStatusUpdated',
      'OperatorRegistered',
      'OperatorAddedToQuorums',
      'OperatorStakeUpdate',
      'QuorumIndexUpdate',
    ]);
    expect(events[1]?.args).toMatchObject({operatorId: OPERATOR_ID, socket: 'https://node.example:1'});
    expect(events[5]?.args).toMatchObject({operatorId: OPERATOR_ID, quorumNumber: 0, stake: 132n * UNIT});
    expect(await registryView('getOperator', [ME])).toEqual({operatorId: OPERATOR_ID, status: 1});
    expect(await registryView('getOperatorFromId', [OPERATOR_ID])).toBe(ME);
    expect(await registryView('getCurrentQuorumBitmap', [OPERATOR_ID])).toBe(1n);
    const status = encodeFunctionData({
      abi: avsDirectoryAbi,
      functionName: 'avsOperatorStatus',
      args: [aos.service_manager, ME],
    });
    expect(await number(aos.avs_directory, status)).toBe(1n);
  });

  it('adds quorums later without another key or AVS signature', async () => {
    await registered();
    await hooks.setMinimumStake(1, 0n);
    const none = registrationParams(5n, {X: 1n, Y: 2n});
    const signature = {signature: '0x', salt: NEW_SALT, expiry: 0n} as const;
    await registered({quorums: '0x01', params: none, signature});
    expect(await registryView('getCurrentQuorumBitmap', [OPERATOR_ID])).toBe(3n);
    await rig.send(ME, aos.registry, deregistration('0x00'));
    expect(await registryView('getOperatorStatus', [ME])).toBe(1);
    await rig.send(ME, aos.registry, deregistration('0x01'));
    expect(await registryView('getOperatorStatus', [ME])).toBe(2);
  });

  const zero = {X: 0n, Y: 0n};
  it('refuses in the order of the published contracts', async () => {
    await hooks.setPaused(aos.registry, 1n);
    const message = await messageOf(rig, aos.registry, ME);
    const right = registrationParams(BLS_SECRET, message);
    expect(await attempt({params: {...right, pubkeyG1: zero}})).toBe('reverts: Pausable: index is paused');
    await hooks.setPaused(aos.registry, 0n);

    const key = 'reverts: BLSApkRegistry.registerBLSPublicKey: ';
    const mismatch = `${key}either the G1 signature is wrong, or G1 and G2 private key do not match`;
    expect(await attempt({quorums: '0x0100', params: {...right, pubkeyG1: zero}})).toBe(
      `${key}cannot register zero pubkey`,
    );
    const otherKey = keysOf(7n);
    for (const params of [
      {...right, pubkeyRegistrationSignature: {X: 1n, Y: 2n}},
      {...right, pubkeyG1: otherKey.g1},
      {...right, pubkeyG2: otherKey.g2},
      registrationParams(BLS_SECRET, await messageOf(rig, aos.registry, STRANGER.address)),
    ])
      expect(await attempt({quorums: '0x0100', params})).toBe(mismatch);

    const map = 'reverts: BitmapUtils.orderedBytesArrayToBitmap: ';
    for (const quorums of ['0x0100', '0x0000'] as const)
      expect(await attempt({quorums})).toBe(`${map}orderedBytesArray is not ordered`);
    expect(await attempt({quorums: '0x03'})).toBe(`${map}bitmap exceeds max value`);
    expect(await attempt({quorums: '0x'})).toBe(
      'reverts: RegistryCoordinator._registerOperator: bitmap cannot be 0',
    );
    // The service manager, then AVSDirectory, then the stake, then the count.
    const bad = {signature: '0x', salt: NEW_SALT, expiry: 0n} as const;
    await hooks.setPaused(aos.service_manager, 2n);
    expect(await attempt({quorums: '0x01', signature: bad})).toBe('reverts: Pausable: index is paused');
    await hooks.setPaused(aos.service_manager, 0n);
    expect(await attempt({quorums: '0x01', signature: bad})).toBe('reverts: SignatureExpired');
    expect(await attempt({quorums: '0x01'})).toBe(
      'reverts: StakeRegistry.registerOperator: Operator does not meet minimum stake requirement for quorum',
    );
    expect(await attempt({quorums: '0x02'})).toBe(
      'reverts: RegistryCoordinator.registerOperator: operator count exceeds maximum',
    );
    expect(await attempt()).toBe('0x');
  });

  it('burns all gas without a word on a point that is not on the curve', async () => {
    const right = registrationParams(BLS_SECRET, await messageOf(rig, aos.registry, ME));
    const {X, Y} = right.pubkeyG2;
    const swapped = {...right, pubkeyG2: {X: [X[1], X[0]], Y: [Y[1], Y[0]]} as const};
    expect(await attempt({params: swapped})).toMatch(/^reverts: (?:$|.*InvalidFEOpcode)/);
  });

  it('refuses quorums the operator is in, a key that is taken, and strangers', async () => {
    await registered();
    expect(await attempt()).toBe(
      'reverts: RegistryCoordinator._registerOperator: operator already registered for some quorums being registered for',
    );
    const other = await registrationOf(rig, aos, STRANGER);
    expect(await rig.attempt(STRANGER.address, aos.registry, other)).toBe(
      'reverts: BLSApkRegistry.registerBLSPublicKey: public key already registered',
    );
    const own = await registrationOf(rig, aos, STRANGER, {secret: 9n});
    expect(await rig.attempt(STRANGER.address, aos.registry, own)).toBe(
      'reverts: OperatorNotRegisteredToEigenLayer',
    );
    const direct = encodeFunctionData({
      abi: parseAbi(['function registerOperatorToAVS(address operator, (bytes, bytes32, uint256) s)']),
      args: [ME, ['0x', NEW_SALT, 0n]],
    });
    expect(await rig.attempt(ME, aos.service_manager, direct)).toBe(
      'reverts: ServiceManagerBase.onlyRegistryCoordinator: caller is not the registry coordinator',
    );
  });
});

describe('leaving (M2)', () => {
  it('refuses what is not there', async () => {
    const refused = (quorums?: Hex): Promise<string> =>
      rig.attempt(ME, aos.registry, deregistration(quorums));
    const prefix = 'reverts: RegistryCoordinator._deregisterOperator: ';
    expect(await refused()).toBe(`${prefix}operator is not registered`);
    await registered();
    expect(await refused('0x')).toBe(`${prefix}bitmap cannot be 0`);
    expect(await refused('0x01')).toBe(`${prefix}operator is not registered for specified quorums`);
    await hooks.setPaused(aos.registry, 2n);
    expect(await refused()).toBe('reverts: Pausable: index is paused');
    await hooks.setPaused(aos.registry, 0n);
    await hooks.setPaused(aos.service_manager, 2n);
    expect(await refused()).toBe('reverts: Pausable: index is paused');
  });

  it('has no way back, keeps the range, and still lists the operator', async () => {
    await registered();
    await hooks.setServiceManagerRange(ME, {start: 0n, end: 600_000n});
    await rig.send(ME, aos.registry, deregistration());
    expect(await registryView('getOperator', [ME])).toEqual({operatorId: OPERATOR_ID, status: 2});
    expect(await attempt({salt: NEW_SALT})).toBe('reverts: Operator already registered');
    const call = {abi: serviceManagerAbi, functionName: 'getOperatorsInRange'} as const;
    const found = await rig.attempt(ME, aos.service_manager, encodeFunctionData({...call, args: [7n]}));
    expect(decodeFunctionResult({...call, data: found as Hex})).toEqual([ME]);
  });

  it('takes back who has left where the flag says so', async () => {
    const kind = await rig.deploy({flow: 'bls', mayReturn: true});
    await rig.send(ME, kind.registry, await registrationOf(rig, kind, OPERATOR));
    await rig.send(ME, kind.registry, deregistration());
    await rig.send(ME, kind.registry, await registrationOf(rig, kind, OPERATOR, {salt: NEW_SALT}));
    const count = encodeFunctionData({abi: serviceManagerAbi, functionName: 'getNumOperators'});
    expect(await number(kind.service_manager, count)).toBe(1n);
  });

  it('can be made to: by the ejector, and by too little stake', async () => {
    await registered();
    const hash = await hooks.eject(ME, [0]);
    const {logs} = (await devRpc(rig.url, 'eth_getTransactionReceipt', [hash])) as {logs: Log[]};
    const abi = [...registryCoordinatorAbi, ...ejectionManagerAbi];
    const names = logs.flatMap(({address, topics, data}) =>
      address === aos.registry.toLowerCase() || address === aos.ejection_manager?.toLowerCase()
        ? [decodeEventLog({abi, topics: topics as [Hex, ...Hex[]], data}).eventName]
        : [],
    );
    expect(names).toEqual(['OperatorDeregistered', 'OperatorEjected']);
    const alone = callOf('function ejectOperator(address, bytes)', [ME, '0x00']);
    expect(await rig.attempt(ME, aos.registry, alone)).toBe(
      'reverts: RegistryCoordinator.onlyEjector: caller is not the ejector',
    );

    const other = privateKeyToAccount(`0x${'44'.repeat(32)}`);
    const delegated = await rig.deploy({flow: 'bls', mayReturn: true, operator: other.address});
    await rig.send(other.address, delegated.registry, await registrationOf(rig, delegated, other));
    await rig.hooks(delegated).setMinimumStake(0, 10n ** 27n);
    const update = callOf('function updateOperators(address[])', [[other.address]]);
    await rig.send(STRANGER.address, delegated.registry, update);
    const status = encodeFunctionData({
      abi: registryCoordinatorAbi,
      functionName: 'getOperatorStatus',
      args: [other.address],
    });
    expect(await number(delegated.registry, status)).toBe(2n);
  });
});

describe('the service manager', () => {
  it('has no MAX_RANGE getter, and checks a range', async () => {
    expect(await rig.attempt(ME, aos.service_manager, callOf('function MAX_RANGE()'))).toBe('reverts: ');
    await registered();
    const update = (start: bigint, end: bigint): Hex =>
      encodeFunctionData({
        abi: serviceManagerAbi,
        functionName: 'updateOperatorRange',
        args: [ME, start, end],
      });
    const by = (from: Address, data: Hex): Promise<string> => rig.attempt(from, aos.service_manager, data);
    expect(await by(ME, update(0n, 1n))).toBe('reverts: Ownable: caller is not the owner');
    expect(await by(aos.owner, update(1n, 1n))).toBe('reverts: Start range must be less than end range');
    expect(await by(aos.owner, update(1n, 600_001n))).toBe('reverts: End range cannot exceed maximum range');
    expect(await by(aos.owner, update(0n, 600_000n))).toBe('0x');
  });

  it('names the strategies of the quorums, some more than once', async () => {
    const call = {abi: serviceManagerAbi, functionName: 'getRestakeableStrategies'} as const;
    const data = (await rig.attempt(ME, aos.service_manager, encodeFunctionData(call))) as Hex;
    expect(decodeFunctionResult({...call, data})).toHaveLength(6);
    const own = {abi: serviceManagerAbi, functionName: 'getOperatorRestakedStrategies'} as const;
    await registered();
    const mine = (await rig.attempt(
      ME,
      aos.service_manager,
      encodeFunctionData({...own, args: [ME]}),
    )) as Hex;
    expect([...decodeFunctionResult({...own, data: mine})].sort()).toEqual([...aos.strategies].sort());
  });

  it('keeps a stake as it was at registration', async () => {
    await registered();
    await hooks.setShares(ME, 0, 0n);
    const current = encodeFunctionData({
      abi: stakeRegistryAbi,
      functionName: 'getCurrentStake',
      args: [OPERATOR_ID, 0],
    });
    const weight = encodeFunctionData({
      abi: stakeRegistryAbi,
      functionName: 'weightOfOperatorForQuorum',
      args: [0, ME],
    });
    const stakes = aos.stake_registry ?? '0x';
    expect(await number(stakes, current)).toBe(132n * UNIT);
    expect(await number(stakes, weight)).toBeLessThan(132n * UNIT);
  });
});
