import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, it} from 'vitest';
import {
  createPublicClient,
  decodeEventLog,
  defineChain,
  encodeFunctionData,
  getContract,
  http,
  keccak256,
  stringToHex,
  type Hex,
} from 'viem';
import {avsSlasherAbi, penaltyLedgerAbi} from '../../../src/lib/peers/chain/abis-aos.ts';
import {
  delegationManagerAbi,
  erc20Abi,
  rewardsCoordinatorAbi,
  strategyAbi,
} from '../../../src/lib/peers/chain/abis-core.ts';
import {METADATA_URL, MULTICALL3, type AosContracts} from '../../../src/devnet/chain/deploy.ts';
import type {ChainHooks} from '../../support/chain-hooks.ts';
import {devRpc} from '../../../src/devnet/chain/rpc.ts';
import {callOf, OPERATOR, startChainRig, STRANGER, type ChainRig, type Log} from '../../support/chain-rig.ts';

const ME = OPERATOR.address;
const REF = keccak256(stringToHex('job 1'));
const TENTH = 10n ** 17n;

let rig: ChainRig;
let aos: AosContracts;
let hooks: ChainHooks;
let before: unknown;

beforeAll(async () => {
  rig = await startChainRig();
  aos = await rig.deploy({flow: 'bls'});
  hooks = rig.hooks(aos);
});
afterAll(() => rig.close());
beforeEach(async () => {
  before = await rig.snapshot();
});
afterEach(() => rig.restore(before));

const client = () => createPublicClient({transport: http(rig.url, {retryCount: 0})});
async function logsOf(hash: Hex): Promise<Log[]> {
  return ((await devRpc(rig.url, 'eth_getTransactionReceipt', [hash])) as {logs: Log[]}).logs;
}

describe('PenaltyLedger', () => {
  const ledger = () => getContract({abi: penaltyLedgerAbi, address: aos.penalty_ledger, client: client()});
  const execute = (id: bigint): Hex =>
    encodeFunctionData({abi: penaltyLedgerAbi, functionName: 'execute', args: [id]});

  it('records 0.1 ETH each, and executes nothing in the first year', async () => {
    const now = await rig.now();
    const year = 365n * 86_400n;
    expect(await ledger().read.penaltyWei()).toBe(TENTH);
    expect(await ledger().read.moratoriumUntil()).toBeGreaterThan(now + year - 1000n);
    for (const kind of [0, 1, 2] as const) {
      const [log] = await logsOf(await hooks.recordPenalty(ME, kind, REF, `kind ${kind}`));
      const {eventName, args} = decodeEventLog({
        abi: penaltyLedgerAbi,
        topics: log!.topics as [Hex, ...Hex[]],
        data: log!.data,
      });
      expect(eventName).toBe('PenaltyRecorded');
      expect(args).toEqual({
        id: BigInt(kind),
        operator: ME,
        kind,
        amountWei: TENTH,
        ref: REF,
        description: `kind ${kind}`,
      });
    }
    expect(await ledger().read.penaltyCount()).toBe(3n);
    expect(await rig.attempt(aos.owner, aos.penalty_ledger, execute(1n))).toBe('reverts: MoratoriumInForce');
    await expect(hooks.executePenalty(1n)).rejects.toMatchObject({code: 'DEVNET_FAILED'});
    expect(await ledger().read.penalties([1n])).toMatchObject({0: ME, 1: 1, 2: TENTH, 3: REF, 5: false});
  });

  it('executes after it, once, at the amount of its time', async () => {
    await hooks.recordPenalty(ME, 0, REF, 'offline for 2 h');
    const set = encodeFunctionData({abi: penaltyLedgerAbi, functionName: 'setPenalty', args: [5n]});
    expect(await rig.attempt(ME, aos.penalty_ledger, set)).toBe('reverts: Ownable: caller is not the owner');
    await rig.send(aos.owner, aos.penalty_ledger, set);
    await hooks.setMoratorium(0n);
    const [log] = await logsOf(await hooks.executePenalty(0n));
    expect(BigInt(log!.data)).toBe(TENTH);
    expect(await ledger().read.penalties([0n])).toMatchObject({2: TENTH, 5: true});
    expect(await rig.attempt(aos.owner, aos.penalty_ledger, execute(0n))).toBe('reverts: AlreadyExecuted');
    expect(await rig.attempt(aos.owner, aos.penalty_ledger, execute(9n))).toBe('reverts: UnknownPenalty');
    await hooks.recordPenalty(ME, 0, REF, '');
    expect(await ledger().read.penalties([1n])).toMatchObject({2: 5n});
  });

  it('is written by the owner and its reporters', async () => {
    const record = encodeFunctionData({
      abi: penaltyLedgerAbi,
      functionName: 'record',
      args: [ME, 2, REF, ''],
    });
    expect(await rig.attempt(STRANGER.address, aos.penalty_ledger, record)).toBe('reverts: NotReporter');
    await rig.send(
      aos.owner,
      aos.penalty_ledger,
      callOf('function setReporter(address,bool)', [STRANGER.address, true]),
    );
    expect(BigInt(await rig.attempt(STRANGER.address, aos.penalty_ledger, record))).toBe(0n);
  });
});

describe('what is around it', () => {
  it('serves viem’s multicall at the canonical address', async () => {
    const chain = defineChain({
      id: 31337,
      name: 'devnet',
      nativeCurrency: {name: 'Ether', symbol: 'ETH', decimals: 18},
      rpcUrls: {default: {http: [rig.url]}},
      contracts: {multicall3: {address: MULTICALL3}},
    });
    const batching = createPublicClient({chain, transport: http(rig.url)});
    const [token, underlying, broken] = await batching.multicall({
      contracts: [
        {abi: strategyAbi, address: aos.strategies[0], functionName: 'underlyingToken'},
        {abi: strategyAbi, address: aos.strategies[0], functionName: 'sharesToUnderlyingView', args: [9n]},
        {abi: strategyAbi, address: aos.registry, functionName: 'underlyingToken'},
      ],
    });
    expect([token.result, underlying.result, broken.status]).toEqual([aos.tokens[0], 9n, 'failure']);
    const number = callOf('function getBlockNumber()');
    expect(BigInt(await rig.attempt(ME, MULTICALL3, number))).toBeGreaterThan(0n);
    const strict = callOf('function aggregate3((address,bool,bytes)[])', [
      [[aos.registry, false, '0x12345678']],
    ]);
    expect(await rig.attempt(ME, MULTICALL3, strict)).toBe('reverts: Multicall3: call failed');
  });

  it('makes the operator one of EigenLayer’s', async () => {
    const delegation = getContract({
      abi: delegationManagerAbi,
      address: aos.delegation_manager,
      client: client(),
    });
    expect(await delegation.read.isOperator([ME])).toBe(true);
    expect(await delegation.read.isOperator([STRANGER.address])).toBe(false);
    expect(await delegation.read.getOperatorsShares([[ME], aos.strategies])).toEqual([
      [32n * 10n ** 18n, 10n ** 20n],
    ]);
    const [log] = await client().getLogs({
      address: aos.delegation_manager,
      event: delegationManagerAbi.find(
        (item) => item.type === 'event' && item.name === 'OperatorMetadataURIUpdated',
      )!,
      args: {operator: ME},
      fromBlock: 0n,
    });
    expect(log?.args).toEqual({operator: ME, metadataURI: METADATA_URL});
    expect(log?.topics[0]).toMatch(/^0x02a919ed.*8090$/);
    const again = callOf('function registerAsOperator(address,uint32,string)', [ME, 0, '']);
    expect(await rig.attempt(ME, aos.delegation_manager, again)).toBe('reverts: ActivelyDelegated');
    const leave = callOf('function undelegate(address)', [ME]);
    expect(await rig.attempt(ME, aos.delegation_manager, leave)).toBe('reverts: OperatorsCannotUndelegate');
  });

  it('has tokens with symbols, rewards, and an AVS’s own slasher', async () => {
    const symbols = await Promise.all(
      aos.tokens.map((address) => client().readContract({abi: erc20Abi, address, functionName: 'symbol'})),
    );
    expect(symbols.sort()).toEqual(['EIGEN', 'stETH']);
    const rewards = getContract({
      abi: rewardsCoordinatorAbi,
      address: aos.rewards_coordinator,
      client: client(),
    });
    expect(await rewards.read.getCurrentClaimableDistributionRoot()).toMatchObject({activatedAt: 0});
    const add = callOf('function addRoot(bytes32,uint32,uint32)', [REF, 1, 2]);
    await rig.send(aos.owner, aos.rewards_coordinator, add);
    expect(await rewards.read.getCurrentClaimableDistributionRoot()).toMatchObject({
      root: REF,
      activatedAt: 2,
    });
    await rig.send(
      ME,
      aos.rewards_coordinator,
      callOf('function setClaimerFor(address)', [STRANGER.address]),
    );
    expect(await rewards.read.claimerFor([ME])).toBe(STRANGER.address);
    const claim = callOf('function recordClaim(address,address,address,uint256)', [
      ME,
      ME,
      aos.tokens[0],
      8n,
    ]);
    await rig.send(aos.owner, aos.rewards_coordinator, claim);
    expect(await rewards.read.cumulativeClaimed([ME, aos.tokens[0]])).toBe(8n);

    const [slasher] = aos.slashers;
    const args = [ME, 0, [10n ** 17n], 'late'];
    await rig.send(aos.owner, slasher!, callOf('function request(address,uint32,uint256[],string)', args));
    const fulfil = callOf('function fulfil(uint256,address,uint32,uint256[],string)', [0n, ...args]);
    const [log] = await rig.send(aos.owner, slasher!, fulfil);
    expect(log?.topics[0]).toMatch(/^0x8a83cf9a.*9f3b$/);
    expect(
      decodeEventLog({abi: avsSlasherAbi, topics: log!.topics as [Hex, ...Hex[]], data: log!.data}),
    ).toMatchObject({
      eventName: 'OperatorSlashed',
      args: {operator: ME, operatorSetId: 0, description: 'late'},
    });
  });

  it('keeps what is behind a proxy from being set up twice', async () => {
    const again = callOf('function initialize()');
    expect(await rig.attempt(ME, aos.service_manager, again)).toBe(
      'reverts: Initializable: contract is already initialized',
    );
  });

  it('works without proxies as well, and follows finality closely', async () => {
    const plain = await rig.deploy({flow: 'bls-v1', proxies: false});
    const slot = '0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc';
    const stored = (await devRpc(rig.url, 'eth_getStorageAt', [plain.registry, slot, 'latest'])) as Hex;
    expect(BigInt(stored)).toBe(0n);
    expect(await rig.attempt(ME, plain.registry, callOf('function quorumCount()'))).toBe(
      `0x${'1'.padStart(64, '0')}`,
    );
    await hooks.mine(4);
    const finalized = await client().getBlock({blockTag: 'finalized'});
    expect(finalized.number).toBe((await rig.block()) - 2n);
  });
});
