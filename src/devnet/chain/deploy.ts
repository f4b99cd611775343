import {
  encodeAbiParameters,
  encodeFunctionData,
  numberToHex,
  parseAbi,
  parseAbiParameters,
  type Address,
} from 'viem';
import {delegationManagerAbi} from '../../lib/peers/chain/abis-core.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {artifactsFolder, bytecodeOf} from './artifacts.ts';
import {openBatch, toAddress, type ChainBatch} from './batch.ts';
import type {QuorumOptions} from './quorum-registries.ts';
import {deployAvs, type DevFlow} from './contract-sets.ts';
import {deployCore, type CoreContracts, type DomainVersion} from './core.ts';
import {sendAs} from './send.ts';
import {devRpc, devRpcBatch} from './rpc.ts';

export type DeployOptions = {
  flow: DevFlow;
  /** The address that becomes an EigenLayer operator with stake; it is not registered with the AVS. */
  operator: string;
  /** Further operators, with the same stake and range. */
  others?: readonly string[];
  /** False leaves the address unknown to EigenLayer, without stake. [true] */
  asOperator?: boolean;
  /** Shares in each strategy. */
  shares?: readonly [bigint, bigint];
  /** The operator's range in the range contract; a service manager sets none for an unknown operator. */
  range?: {start: bigint; end: bigint};
  /** Version in AVSDirectory's EIP-712 domain [`1`, as on mainnet]. */
  domain?: DomainVersion;
  /** Refusals of AVSDirectory [`strings` with domain `none`, else `errors`]. */
  reverts?: 'strings' | 'errors';
  /** EIP-1967 proxies in front of the contracts [true]. */
  proxies?: boolean;
  /** Quorums of a coordinator [one that anyone may join]. */
  quorums?: readonly QuorumOptions[];
  /** M2 quorums: whether an operator that has left may register again [false, as published]. */
  mayReturn?: boolean;
  /** Unix seconds [a year after the chain's time]. */
  moratoriumUntil?: bigint;
  /** The account that answers challenges [the owner]. */
  aggregator?: string;
  /** Folder with `<Contract>.json`. */
  artifacts?: URL;
};

/** Addresses by their names in the configuration, then facts that only the devnet has. */
export type AosContracts = {
  service_manager: Address;
  registry: Address;
  range_manager: Address;
  challenge_manager: Address;
  delegation_manager: Address;
  avs_directory: Address;
  strategy_manager: Address;
  allocation_manager: Address;
  rewards_coordinator: Address;
  penalty_ledger: Address;
  slashers: readonly Address[];
  flow: DevFlow;
  /** The owner of all contracts: the chain's first account. */
  owner: Address;
  permission_controller: Address;
  strategies: readonly [Address, Address];
  tokens: readonly [Address, Address];
  /** Of a coordinator. */
  stake_registry: Address | null;
  bls_apk_registry: Address | null;
  index_registry: Address | null;
  ejection_manager: Address | null;
  socket_registry: Address | null;
  /** Of operator sets. */
  key_registrar: Address | null;
};

/** The address of Multicall3 on every public chain. */
export const MULTICALL3 = '0xcA11bde05977b3631167028862bE2a173976CA11';
export const METADATA_URL = 'https://devnet.invalid/operator.json';

const PENALTY_WEI = 10n ** 17n;
const YEAR_S = 365n * 86_400n;
const RESPONSE_WINDOW_BLOCKS = 30;
const BALANCE_WEI = 1_000n * 10n ** 18n;
const SHARES = [32n * 10n ** 18n, 100n * 10n ** 18n] as const;

/**
 * Deploys the contracts of AOS and of EigenLayer on an anvil, without waiting for its blocks, and makes `operator` an
 * EigenLayer operator. The chain's first account pays and owns the contracts.
 * @throws AosError DEVNET_FAILED
 */
export async function deployAos(url: string, options: DeployOptions): Promise<AosContracts> {
  const {flow, proxies = true, domain = '1', artifacts = artifactsFolder()} = options;
  const {reverts = domain === 'none' ? 'strings' : 'errors', asOperator = true} = options;
  const operators = [options.operator, ...(options.others ?? [])].map(toAddress);
  const [batch, moratoriumUntil] = await Promise.all([
    openBatch(url, artifacts, proxies),
    options.moratoriumUntil ?? chainTime(url).then((now) => now + YEAR_S),
    placeMulticall(url, artifacts),
    ...operators.map((operator) => devRpc(url, 'anvil_setBalance', [operator, numberToHex(BALANCE_WEI)])),
  ]);

  const core = deployCore(batch, {domain, reverts});
  const {quorums = [{}], mayReturn = false} = options;
  const avs = deployAvs(flow, batch, core, {quorums, mayReturn});
  const aggregator = options.aggregator === undefined ? batch.owner : toAddress(options.aggregator);
  const aos = deployNetwork(batch, avs.registry, {aggregator, moratoriumUntil});
  for (const operator of operators) {
    if (asOperator) giveShares(batch, core, operator, options.shares ?? SHARES);
    if (options.range === undefined) continue;
    const {start, end} = options.range;
    const abi = parseAbi(['function registerOperator(address operator, uint256 start, uint256 end)']);
    batch.call(aos.range_manager, encodeFunctionData({abi, args: [operator, start, end]}));
  }
  await batch.send();
  if (asOperator) {
    for (const operator of operators) await becomeOperator(url, core.delegationManager, operator);
  }

  return {
    service_manager: avs.serviceManager,
    registry: avs.registry,
    ...aos,
    delegation_manager: core.delegationManager,
    avs_directory: core.avsDirectory,
    strategy_manager: core.strategyManager,
    allocation_manager: core.allocationManager,
    rewards_coordinator: core.rewardsCoordinator,
    flow,
    owner: batch.owner,
    permission_controller: core.permissionController,
    strategies: core.strategies,
    tokens: core.tokens,
    stake_registry: avs.stakeRegistry ?? null,
    bls_apk_registry: avs.blsApkRegistry ?? null,
    index_registry: avs.indexRegistry ?? null,
    ejection_manager: avs.ejectionManager ?? null,
    socket_registry: avs.socketRegistry ?? null,
    key_registrar: avs.keyRegistrar ?? null,
  };
}

function giveShares(
  batch: ChainBatch,
  core: CoreContracts,
  operator: Address,
  shares: readonly [bigint, bigint],
): void {
  const abi = parseAbi(['function setShares(address operator, address strategy, uint256 shares)']);
  core.strategies.forEach((strategy, index) =>
    batch.call(
      core.delegationManager,
      encodeFunctionData({abi, args: [operator, strategy, shares[index] ?? 0n]}),
    ),
  );
}

/** Adds the contracts of AOS itself: range, challenges, penalties, a slasher. */
function deployNetwork(
  batch: ChainBatch,
  registry: Address,
  {aggregator, moratoriumUntil}: {aggregator: Address; moratoriumUntil: bigint},
): Pick<AosContracts, 'range_manager' | 'challenge_manager' | 'penalty_ledger' | 'slashers'> {
  const range_manager = batch.deploy('OperatorRangeManager');
  const slasher = batch.deploy('AVSSlasher');
  const challenges = batch.proxiedSlot();
  const ledger = batch.proxiedSlot();
  batch.place(challenges, {
    contract: 'AOSChallengeManager',
    args: encodeAbiParameters(parseAbiParameters('address, uint32'), [registry, RESPONSE_WINDOW_BLOCKS]),
    setUp: encodeFunctionData({abi: parseAbi(['function initialize(address)']), args: [aggregator]}),
  });
  batch.place(ledger, {
    contract: 'PenaltyLedger',
    setUp: encodeFunctionData({
      abi: parseAbi(['function initialize(uint256, uint256)']),
      args: [PENALTY_WEI, moratoriumUntil],
    }),
  });
  return {
    range_manager,
    challenge_manager: challenges.address,
    penalty_ledger: ledger.address,
    slashers: [slasher],
  };
}

async function becomeOperator(url: string, delegationManager: Address, operator: Address): Promise<void> {
  const data = encodeFunctionData({
    abi: delegationManagerAbi,
    functionName: 'registerAsOperator',
    args: ['0x0000000000000000000000000000000000000000', 0, METADATA_URL],
  });
  await sendAs(url, operator, [{to: delegationManager, data}]);
}

/** Places Multicall3, which anvil lacks. An eth_call runs the constructor and returns the code, as a deployment would. */
async function placeMulticall(url: string, artifacts: URL): Promise<void> {
  const data = bytecodeOf(artifacts, 'Multicall3');
  const code = await devRpc(url, 'eth_call', [{data}, 'latest']);
  await devRpc(url, 'anvil_setCode', [MULTICALL3, code]);
}

async function chainTime(url: string): Promise<bigint> {
  const [block] = await devRpcBatch(url, [{method: 'eth_getBlockByNumber', params: ['latest', false]}]);
  const seconds =
    typeof block === 'object' && block !== null && 'timestamp' in block ? block.timestamp : undefined;
  if (typeof seconds === 'string') return BigInt(seconds);
  throw new AosError('DEVNET_FAILED', 'the development chain has no block');
}
