import {MAX_WHEN_ABSENT} from '../../../protocol/vrf/share.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {parseAbi, type Hex} from 'viem';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {rangeManagerAbi} from '../abis-aos.ts';
import {registryCoordinatorAbi} from '../abis-avs.ts';
import {delegationManagerAbi} from '../abis-core.ts';
import {resolveContracts} from '../contracts.ts';
import {detectFlow} from '../flows/detect.ts';
import type {KnownFlow} from '../flows/list.ts';
import {chainRequest, isEndpointFailure} from '../failure.ts';
import {firstBlocks} from '../first-blocks.ts';
import {MULTICALL3} from '../gathered-reads.ts';
import {withChain, type Chain, type OpenChainOptions} from '../open.ts';
import {readPenaltyFacts, type FollowedPenalties} from './operator-penalties.ts';
import {readNamed, call} from '../read.ts';
import {readRegistrationStatus} from '../flows/registration-status.ts';
import type {ConfiguredContracts, ResolvedContracts} from '../contract-types.ts';
import {flatFact, known, mapFact, unknown, type Fact} from '../../../foundation/fact.ts';
import {readChallengeFacts, type FollowedChallenges} from '../challenge-facts.ts';
import {readAllocations, type Allocation} from '../allocations.ts';
import {readRewards, type RewardFacts} from '../rewards.ts';
import type {AvsFacts, ChainFacts, RangeFacts} from './operator-facts.ts';

export type OperatorStatusOptions = OpenChainOptions & {
  configured: ConfiguredContracts;
  operator: string;
  /** Read again by its number, whatever its age. */
  followed?: {challenges: FollowedChallenges; penalties: FollowedPenalties};
};

/**
 * Reads the state of an operator at one block, in six dependent steps. An unreadable part is unknown, with its reason; only
 * the failure of every endpoint is an error.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER | CHAIN_WRONG_ID, or the signal's reason
 */
export function readOperatorStatus(options: OperatorStatusOptions): Promise<ChainFacts> {
  return withChain({...options, isCheckedByRead: true}, (chain) => readFrom(chain, options));
}

async function readFrom(
  chain: Chain,
  {configured, operator, now, followed}: OperatorStatusOptions,
): Promise<ChainFacts> {
  const at = now?.() ?? Number(chain.timestamp) * 1000;
  const who: Hex = `0x${operator.slice(2)}`;
  const attempt = <T>(work: Promise<T>): Promise<Fact<T>> => settle(work, at);
  const {contracts} = configured;
  const resolving = attempt(resolveContracts(chain, configured));
  // These run in parallel, because each would cost a step of its own.
  const detecting = attempt(flowOf(chain, configured));
  const [account, range, challenges, penalties, isOperator, avs, allocations, rewards] = await Promise.all([
    readAccount(chain, who),
    attempt(readRange(chain, configured.vrfRangeContract ?? contracts.rangeManager, who)),
    attempt(readChallengeFacts(chain, contracts.challengeManager, followed?.challenges)),
    attempt(readPenaltyFacts(chain, contracts.penaltyLedger, who, followed?.penalties)),
    resolving.then((resolved) =>
      readIsOperator(chain, {resolved, configured: contracts.delegationManager, operator: who}, attempt),
    ),
    Promise.all([resolving, detecting]).then(([resolved, flow]) =>
      readAvs(chain, {resolved, flow, operator: who}, attempt),
    ),
    resolving.then((resolved) => readAllocated(chain, {resolved, operator: who}, attempt)),
    resolving.then((resolved) => readClaimed(chain, {resolved, operator: who}, attempt)),
  ]);
  return {
    endpoint: chain.endpoint,
    chainId: chain.chainId,
    block: chain.blockNumber,
    blockAt: Number(chain.timestamp) * 1000,
    ...account,
    isOperator,
    avs,
    range,
    challenges,
    penalties,
    allocations,
    rewards,
  };
}

/** Rethrows a failure of the endpoint, so that the next one is tried, and another chain; another failure makes one part unknown. */
async function settle<T>(work: Promise<T>, at: number): Promise<Fact<T>> {
  try {
    return known(await work, at);
  } catch (error) {
    if (!isAosError(error) || isEndpointFailure(error) || error.code === 'CHAIN_WRONG_ID') throw error;
    return unknown(error.message, error.next);
  }
}

/** Of Multicall3. */
const BALANCE_ABI = parseAbi(['function getEthBalance(address addr) view returns (uint256 balance)']);

/** Reads balance and gas price. One dependent step. */
async function readAccount(
  chain: Chain,
  address: Hex,
): Promise<{balanceWei: bigint; gasPriceWei: bigint | null}> {
  const {client} = chain;
  const [balanceWei, gasPriceWei] = await Promise.all([
    readBalance(chain, address),
    client.getGasPrice().catch(() => {
      chain.signal.throwIfAborted();
      return null;
    }),
  ]);
  return {balanceWei, gasPriceWei};
}

/** Reads a balance with the other calls of the step, where there is a contract that says it. */
async function readBalance(chain: Chain, address: Hex): Promise<bigint> {
  const {client, endpoint, blockNumber} = chain;
  const {wei} = await readNamed(chain, {wei: call(BALANCE_ABI, MULTICALL3, 'getEthBalance', [address])});
  if (wei !== null) return wei;
  // A chain without that contract.
  return chainRequest(endpoint, client.getBalance({address, blockNumber}));
}

/** Reads the sampling range. One dependent step. @throws AosError CONFIG_INVALID | CHAIN_NO_CODE */
async function readRange(chain: Chain, contract: string | null, operator: Hex): Promise<RangeFacts> {
  if (contract === null)
    throw new AosError('CONFIG_INVALID', 'neither chain.vrf_range_contract nor range_manager is configured', {
      next: say('Set chain.vrf_range_contract in the configuration file.'),
    });
  const address: Hex = `0x${contract.slice(2)}`;
  const {range, max} = await readNamed(chain, {
    range: call(rangeManagerAbi, address, 'operatorRanges', [operator]),
    max: call(rangeManagerAbi, address, 'MAX_RANGE', []),
  });
  if (range === null)
    throw new AosError('CHAIN_NO_CODE', `the contract at ${contract} has no operatorRanges(address)`);
  const [start, end] = range;
  return {start, end, max: max ?? MAX_WHEN_ABSENT, contract};
}

/** Detects the flow, with the service manager of the configuration, else of the registry. One or two dependent steps. */
async function flowOf(chain: Chain, {contracts}: ConfiguredContracts): Promise<KnownFlow> {
  const {registry} = contracts;
  if (registry === null)
    throw new AosError('CONFIG_INVALID', 'chain.contracts.registry is not set', {
      next: say('Set chain.contracts.registry in the configuration file.'),
    });
  const at: Hex = `0x${registry.slice(2)}`;
  const serviceManager = contracts.serviceManager ?? (await readServiceManager(chain, at));
  const {flow} = await detectFlow(chain, {registry: at, serviceManager: `0x${serviceManager.slice(2)}`});
  return flow;
}

async function readServiceManager(chain: Chain, registry: Hex): Promise<Hex> {
  const {serviceManager, avs} = await readNamed(chain, {
    serviceManager: call(registryCoordinatorAbi, registry, 'serviceManager', []),
    avs: call(registryCoordinatorAbi, registry, 'avs', []),
  });
  const found = serviceManager ?? avs;
  if (found !== null) return found;
  throw new AosError(
    'CONFIG_INVALID',
    'chain.contracts.service_manager is not set, and the registry names none',
    {next: say('Set chain.contracts.service_manager in the configuration file.')},
  );
}

/** Reads whether the address is an operator, also when only the configuration names the manager. One dependent step. */
async function readIsOperator(
  chain: Chain,
  {
    resolved,
    configured,
    operator,
  }: {resolved: Fact<ResolvedContracts>; configured: string | null; operator: Hex},
  attempt: <T>(work: Promise<T>) => Promise<Fact<T>>,
): Promise<Fact<boolean>> {
  const manager = resolved.state === 'known' ? resolved.value.delegationManager : configured;
  if (manager === null)
    return resolved.state === 'known'
      ? unknown(
          'no DelegationManager',
          say('Set chain.contracts.delegation_manager in the configuration file.'),
        )
      : resolved;
  const address: Hex = `0x${manager.slice(2)}`;
  const asking = readNamed(chain, {is: call(delegationManagerAbi, address, 'isOperator', [operator])});
  const answer = await attempt(asking);
  return flatFact(
    mapFact(answer, ({is}) =>
      is === null || answer.state === 'unknown'
        ? unknown('DelegationManager did not answer', say('Check chain.contracts.delegation_manager.'))
        : known(is, answer.at),
    ),
  );
}

/** Reads what is allocated to the operator sets of the AVS. Three dependent steps. */
async function readAllocated(
  chain: Chain,
  {resolved, operator}: {resolved: Fact<ResolvedContracts>; operator: Hex},
  attempt: <T>(work: Promise<T>) => Promise<Fact<T>>,
): Promise<Fact<readonly Allocation[] | null>> {
  if (resolved.state === 'unknown') return resolved;
  const {allocationManager: manager, serviceManager: avs} = resolved.value;
  return attempt(readAllocations(chain, {manager, avs, operator}));
}

/** Reads the claimer, and what was claimed. Three dependent steps. */
async function readClaimed(
  chain: Chain,
  {resolved, operator}: {resolved: Fact<ResolvedContracts>; operator: Hex},
  attempt: <T>(work: Promise<T>) => Promise<Fact<T>>,
): Promise<Fact<RewardFacts | null>> {
  if (resolved.state === 'unknown') return resolved;
  const {rewardsCoordinator: coordinator, allocationManager: manager, serviceManager: avs} = resolved.value;
  return attempt(readRewards(chain, {coordinator, avs, manager}, operator));
}

/** Reads flow and registration. Three dependent steps. */
async function readAvs(
  chain: Chain,
  {resolved, flow, operator}: {resolved: Fact<ResolvedContracts>; flow: Fact<KnownFlow>; operator: Hex},
  attempt: <T>(work: Promise<T>) => Promise<Fact<T>>,
): Promise<Fact<AvsFacts>> {
  if (resolved.state === 'unknown') return resolved;
  if (flow.state === 'unknown') return flow;
  const firstBlock = BigInt(firstBlocks(chain.chainId).avsDirectory);
  const stake = await attempt(
    readRegistrationStatus(flow.value, {chain, contracts: resolved.value, operator}, firstBlock),
  );
  return mapFact(stake, (value) => ({flow: flow.value.name, stake: value}));
}
