import {toEventSelector, zeroAddress, type Hex} from 'viem';
import type {Contracts} from '../../config/config.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {challengeManagerAbi, penaltyLedgerAbi, serviceManagerAbi} from './abis-aos.ts';
import {registryCoordinatorAbi} from './abis-avs.ts';
import {allocationManagerAbi, avsDirectoryAbi} from './abis-core.ts';
import type {ChainLog} from './log-port.ts';
import type {Chain} from './open.ts';
import {call, readNamed, valueOf} from './read.ts';
import type {Source, SourceId} from './slashing-filters.ts';

/**
 * What the state of the contracts says has happened to an operator: each of it has a log. An RPC that has pruned its logs
 * answers with none, and without an error, so no logs are no proof that nothing has happened.
 */
export type StateProof = {
  /** The newest penalties of the operator; `recordedAt` in Unix seconds. */
  penalties: readonly {id: bigint; recordedAt: number; executed: boolean}[];
  /** Challenges of the AVS. */
  challenges: number;
  /** A strategy in which less than all of the stake is left to slash. */
  slashedStrategy: string | null;
  isRegisteredInDirectory: boolean;
  isDeregistered: boolean;
  /** Operator sets of the AVS that it is in. */
  sets: number;
};

/** Newest penalties that are compared; each of them must have its log. */
const NEWEST_PENALTIES = 200;
const MOST_STRATEGIES = 64;
/** 1e18: all of the stake can still be slashed. */
const WHOLE = 10n ** 18n;
/** EigenLayer's AVSDirectory and the middleware's RegistryCoordinator. */
const REGISTERED = 1;
const DEREGISTERED = 2;

const RECORDED = toEventSelector('PenaltyRecorded(uint256,address,uint8,uint256,bytes32,string)');
const EXECUTED = toEventSelector('PenaltyExecuted(uint256,address,uint256)');

/**
 * Reads what the state says, in three dependent steps. What does not answer proves nothing.
 * @throws AosError as {@link Chain.read}
 */
export async function readStateProof(
  chain: Chain,
  {
    operator,
    contracts,
    allocationManager,
  }: {operator: string; contracts: Contracts; allocationManager: string | null},
): Promise<StateProof> {
  const who = hex(operator);
  const avs = hex(contracts.serviceManager ?? zeroAddress);
  const manager = hex(allocationManager ?? zeroAddress);
  const challenges = hex(contracts.challengeManager ?? zeroAddress);
  const [first, penalties] = await Promise.all([
    readNamed(chain, {
      latestChallenge: call(challengeManagerAbi, challenges, 'latestChallengeNum', []),
      challengeNumber: call(challengeManagerAbi, challenges, 'challengeNumber', []),
      inDirectory: call(avsDirectoryAbi, hex(contracts.avsDirectory ?? zeroAddress), 'avsOperatorStatus', [
        avs,
        who,
      ]),
      inRegistry: call(registryCoordinatorAbi, hex(contracts.registry ?? zeroAddress), 'getOperatorStatus', [
        who,
      ]),
      registeredSets: call(allocationManagerAbi, manager, 'getRegisteredSets', [who]),
      allocatedSets: call(allocationManagerAbi, manager, 'getAllocatedSets', [who]),
      strategies: call(serviceManagerAbi, avs, 'getRestakeableStrategies', []),
    }),
    readPenalties(chain, contracts.penaltyLedger, who),
  ]);
  const ofSets = await chain.read(
    (first.allocatedSets ?? []).map((set) =>
      call(allocationManagerAbi, manager, 'getStrategiesInOperatorSet', [set]),
    ),
  );
  const strategies = [
    ...new Set([...(first.strategies ?? []), ...ofSets.flatMap((found) => valueOf(found) ?? [])]),
  ].slice(0, MOST_STRATEGIES);
  const magnitudes = await chain.read(
    strategies.map((strategy) => call(allocationManagerAbi, manager, 'getMaxMagnitude', [who, strategy])),
  );
  const slashed = strategies.find((_, index) => (valueOf(magnitudes[index]) ?? WHOLE) < WHOLE);
  return {
    penalties,
    challenges: first.latestChallenge ?? first.challengeNumber ?? 0,
    slashedStrategy: slashed ?? null,
    isRegisteredInDirectory: contracts.serviceManager !== null && first.inDirectory === REGISTERED,
    isDeregistered: first.inRegistry === DEREGISTERED,
    sets: (first.registeredSets ?? []).filter((set) => sameAddress(set.avs, avs)).length,
  };
}

async function readPenalties(
  chain: Chain,
  ledger: string | null,
  operator: Hex,
): Promise<StateProof['penalties']> {
  if (ledger === null) return [];
  const address = hex(ledger);
  const {count} = await readNamed(chain, {count: call(penaltyLedgerAbi, address, 'penaltyCount', [])});
  const total = count ?? 0n;
  const looked = total > BigInt(NEWEST_PENALTIES) ? NEWEST_PENALTIES : Number(total);
  const ids = Array.from({length: looked}, (_, index) => total - BigInt(looked) + BigInt(index));
  const entries = await chain.read(ids.map((id) => call(penaltyLedgerAbi, address, 'penalties', [id])));
  return ids.flatMap((id, index) => {
    const entry = valueOf(entries[index]);
    if (entry === null || !sameAddress(entry[0], operator)) return [];
    return [{id, recordedAt: Number(entry[4]), executed: entry[5]}];
  });
}

/** What was read of one source. */
export type ReadLogs = {
  source: Pick<Source, 'id' | 'firstBlock'>;
  logs: readonly ChainLog[];
  /** The blocks that were read, and the time of the first, Unix seconds. */
  span: {from: number; to: number; fromAt: number};
  /** The block of the state. */
  latest: number;
};

/**
 * Compares logs with the state. Returns what the state says and the logs lack, for people; null when they agree, or the
 * blocks were not all read to the end so that nothing can be compared.
 */
export function lackOf(
  {source, logs, span, latest}: ReadLogs,
  proof: StateProof,
  operator: string,
): string | null {
  if (span.to < latest) return null;
  const isWhole = span.from <= source.firstBlock;
  const ofOperator = logs.filter((log) => isOf(log, operator));
  const lacks: Partial<Record<SourceId, () => string | null>> = {
    'penalty-ledger': () => {
      const due = proof.penalties.filter(({recordedAt}) => isWhole || recordedAt >= span.fromAt);
      const lost = due.filter(
        ({id, executed}) => !hasLog(logs, RECORDED, id) || (executed && !hasLog(logs, EXECUTED, id)),
      );
      return lost.length === 0
        ? null
        : `the contract has ${due.length} penalties of the operator, and the events of ${lost.length} are missing`;
    },
    challenge: () =>
      isWhole && proof.challenges > 0 && logs.length < proof.challenges
        ? `the contract counts ${proof.challenges} challenges, and ${logs.length} events were found`
        : null,
    slashing: () =>
      isWhole && proof.slashedStrategy !== null && logs.length === 0
        ? slashedText(proof.slashedStrategy)
        : null,
    'zero-slash': () =>
      isWhole && proof.slashedStrategy !== null && ofOperator.length === 0
        ? slashedText(proof.slashedStrategy)
        : null,
    'avs-registration': () =>
      isWhole && proof.isRegisteredInDirectory && logs.length === 0
        ? 'the operator is registered, and no event of a registration was found'
        : null,
    deregistration: () =>
      isWhole && proof.isDeregistered && logs.length === 0
        ? 'the operator was deregistered, and no event of that was found'
        : null,
    'quorum-removal': () =>
      isWhole && proof.isDeregistered && ofOperator.length === 0
        ? 'the operator was deregistered, and no event of that was found'
        : null,
    'set-changes': () =>
      isWhole && proof.sets > 0 && logs.length === 0
        ? `the operator is in operator sets (${proof.sets}), and no event of that was found`
        : null,
  };
  return lacks[source.id]?.() ?? null;
}

function slashedText(strategy: string): string {
  return `less than all of the stake in ${strategy} is left, so it was slashed, and no event of that was found`;
}

function hasLog(logs: readonly ChainLog[], event: string, id: bigint): boolean {
  return logs.some(
    ({topics: [topic, first]}) => topic === event && first !== undefined && BigInt(first) === id,
  );
}

/** Whether a log names the operator, in a topic or in its data. */
function isOf({topics, data}: ChainLog, operator: string): boolean {
  const who = operator.slice(2).toLowerCase();
  return [...topics, data].some((part) => part.includes(who));
}

const hex = (address: string): Hex => `0x${address.slice(2).toLowerCase()}`;
