import {
  decodeEventLog,
  type Abi,
  type ContractEventName,
  type DecodeEventLogReturnType,
  type Hex,
} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {checksumAddress} from '../../protocol/wire/ethereum.ts';
import {avsSlasherAbi, challengeManagerAbi, penaltyLedgerAbi} from './abis-aos.ts';
import {ejectionManagerAbi} from './abis-avs.ts';
import {allocationManagerAbi, avsDirectoryAbi, delegationManagerAbi} from './abis-core.ts';
import type {ChainLog} from './log-port.ts';
import {percentOf, row, type HistoryRow} from './slashing-rows.ts';

/** Decodes a log. @throws AosError CHAIN_BAD_ANSWER when its arguments do not fit the event of its topic */
function decoded<const A extends Abi>(
  abi: A,
  {address, topics, data, txHash}: Pick<ChainLog, 'address' | 'topics' | 'data' | 'txHash'>,
): DecodeEventLogReturnType<A, ContractEventName<A>> {
  try {
    return decodeEventLog({abi, topics: topics as [Hex, ...Hex[]], data: data as Hex});
  } catch {
    throw new AosError(
      'CHAIN_BAD_ANSWER',
      `an event of ${checksumAddress(address)} in transaction ${txHash} cannot be decoded`,
    );
  }
}

const place = ({block, txHash, logIndex, timestamp}: ChainLog) => ({
  block,
  txHash,
  logIndex,
  at: timestamp === null ? null : timestamp * 1000,
});

const isOperator = (address: string, operator: string): boolean =>
  address.toLowerCase() === operator.toLowerCase();

/** AllocationManager's report of one slash: the AVS, its set, and the cut of each strategy. */
export type SlashReport = {
  avs: string;
  operatorSet: number;
  description: string;
  cuts: readonly {strategy: string; wad: bigint}[];
};

const SLASHED_TOPIC = '0x80969ad29428d6797ee7aad084f9e4a42a82fc506dcd2ca3b6fb431f85ccebe5';

/** Reads the slashes of the operator among the logs of one transaction, in their order. */
export function readSlashReports(
  logs: readonly Pick<ChainLog, 'address' | 'topics' | 'data' | 'txHash'>[],
  {operator, allocationManager}: {operator: string; allocationManager: string | null},
): SlashReport[] {
  return logs.flatMap((log) => {
    const ours = allocationManager !== null && isOperator(log.address, allocationManager);
    if (!ours || log.topics[0] !== SLASHED_TOPIC) return [];
    const event = decoded(allocationManagerAbi, log);
    if (event.eventName !== 'OperatorSlashed' || !isOperator(event.args.operator, operator)) return [];
    const {operatorSet, strategies, wadSlashed, description} = event.args;
    const cuts = strategies.map((strategy, index) => ({strategy, wad: wadSlashed[index] ?? 0n}));
    return [{avs: operatorSet.avs, operatorSet: operatorSet.id, description, cuts}];
  });
}

/** A row of `slashing`, with the shares behind its amount. */
export type SlashRow = {row: HistoryRow; shares: bigint};

/**
 * Joins the losses in DelegationManager with their slashes: in one transaction, the n-th loss in a strategy belongs to the
 * n-th slash that cuts this strategy. A loss without a slash has neither percent nor AVS.
 */
export function readSlashes(
  logs: readonly ChainLog[],
  reportsOf: (txHash: string) => readonly SlashReport[],
): SlashRow[] {
  const seen = new Map<string, number>();
  return logs.flatMap((log) => {
    const event = decoded(delegationManagerAbi, log);
    if (event.eventName !== 'OperatorSharesSlashed') return [];
    const {strategy, totalSlashedShares: shares} = event.args;
    const name = `${log.txHash} ${strategy}`;
    const n = seen.get(name) ?? 0;
    seen.set(name, n + 1);
    const matching = reportsOf(log.txHash).flatMap((report) =>
      report.cuts.filter((cut) => cut.strategy === strategy && cut.wad > 0n).map(({wad}) => ({report, wad})),
    );
    const match = matching[n];
    return [
      {
        shares,
        row: row({
          ...place(log),
          kind: 'slash',
          source: 'slashing',
          avs: match?.report.avs ?? null,
          operatorSet: match?.report.operatorSet ?? null,
          strategy,
          wad: match?.wad ?? null,
          description: match?.report.description ?? 'AllocationManager does not report this loss',
          executed: true,
        }),
      },
    ];
  });
}

/**
 * Reads the operator's slashes of strategies with nothing allocated: they take no shares, so only AllocationManager
 * reports them.
 */
export function readZeroSlashes(
  logs: readonly ChainLog[],
  context: {operator: string; allocationManager: string | null},
): HistoryRow[] {
  return logs.flatMap((log) =>
    readSlashReports([log], context).flatMap(({avs, operatorSet, description, cuts}) =>
      cuts
        .filter(({wad}) => wad === 0n)
        .map(({strategy, wad}) =>
          row({
            ...place(log),
            kind: 'slash',
            source: 'zero-slash',
            avs,
            operatorSet,
            strategy,
            wad,
            description: `took nothing, because nothing was allocated: ${description}`,
            executed: true,
          }),
        ),
    ),
  );
}

/**
 * Reads departures from the registry: one that another account sent is an ejection or a removal.
 * @param senderOf sender of a transaction; null when the RPC does not have it
 */
export function readDepartures(
  logs: readonly ChainLog[],
  {operator, senderOf}: {operator: string; senderOf: (txHash: string) => string | null},
): HistoryRow[] {
  return logs.map((log) => {
    const sender = senderOf(log.txHash);
    const own = sender !== null && isOperator(sender, operator);
    const by = sender === null ? 'an unknown account' : checksumAddress(sender);
    return row({
      ...place(log),
      kind: own ? 'registration' : 'ejection',
      source: 'deregistration',
      avs: checksumAddress(log.address),
      description: own ? 'left the registry' : `removed from the registry by ${by}`,
      executed: true,
    });
  });
}

/** Reads ejections from single quorums; the event names the operator by its id only. */
export function readEjections(logs: readonly ChainLog[], operatorId: string | null): HistoryRow[] {
  return logs.flatMap((log) => {
    const {args} = decoded(ejectionManagerAbi, log);
    if (operatorId === null || args.operatorId.toLowerCase() !== operatorId.toLowerCase()) return [];
    return [
      row({
        ...place(log),
        kind: 'ejection',
        source: 'ejection',
        avs: checksumAddress(log.address),
        operatorSet: args.quorumNumber,
        description: `ejected from quorum ${args.quorumNumber}`,
        executed: true,
      }),
    ];
  });
}

/** Reads registrations and deregistrations in AVSDirectory. */
export function readRegistrations(logs: readonly ChainLog[]): HistoryRow[] {
  return logs.flatMap((log) => {
    const event = decoded(avsDirectoryAbi, log);
    if (event.eventName !== 'OperatorAVSRegistrationStatusUpdated') return [];
    return [
      row({
        ...place(log),
        kind: 'registration',
        source: 'avs-registration',
        avs: event.args.avs,
        description: event.args.status === 1 ? 'registered at the AVS' : 'deregistered from the AVS',
        executed: true,
      }),
    ];
  });
}

/** Reads the challenges of the whole AVS: no argument names an operator. */
export function readChallenges(logs: readonly ChainLog[]): HistoryRow[] {
  return logs.map((log) => {
    const event = decoded(challengeManagerAbi, log);
    const created = event.eventName === 'NewChallengeCreated';
    const index = created ? event.args.challengeIndex : event.args.challengeResponse.referenceChallengeIndex;
    const clock = created ? event.args.challenge.clockNumber : event.args.challengeResponse.clockNumber;
    return row({
      ...place(log),
      kind: 'challenge',
      source: 'challenge',
      avs: checksumAddress(log.address),
      description: `challenge ${index} of clock ${clock} ${created ? 'created' : 'answered'} (AVS-wide, not attributable to an operator)`,
      executed: false,
    });
  });
}

/** Reads the requests to the AVS's own slashers about the operator, and their executions. */
export function readSlasherEvents(logs: readonly ChainLog[], operator: string): HistoryRow[] {
  const events = logs.map((log) => ({log, event: decoded(avsSlasherAbi, log)}));
  const cancelled = new Set<bigint>();
  const done = new Set<bigint>();
  for (const {event} of events) {
    if (event.eventName === 'SlashingRequestCancelled') cancelled.add(event.args.requestId);
    else if (event.eventName === 'OperatorSlashed') done.add(event.args.slashingRequestId);
  }
  return events.flatMap(({log, event}) => {
    if (event.eventName === 'SlashingRequestCancelled' || !isOperator(event.args.operator, operator))
      return [];
    const executed = event.eventName === 'OperatorSlashed';
    const id = executed ? event.args.slashingRequestId : event.args.requestId;
    const {operatorSetId, wadsToSlash, description} = event.args;
    const fate = executed
      ? 'executed'
      : cancelled.has(id)
        ? 'cancelled later'
        : done.has(id)
          ? 'executed later'
          : 'pending';
    const cuts = wadsToSlash.map((wad) => `${percentOf(wad)} %`).join(', ');
    return [
      row({
        ...place(log),
        kind: executed ? 'slash' : 'request',
        source: 'avs-slasher',
        avs: checksumAddress(log.address),
        operatorSet: operatorSetId,
        description: `request ${id}, ${fate}: ${cuts} of the allocation; ${description}`,
        executed,
        cancelled: !executed && fate !== 'pending',
      }),
    ];
  });
}

const PENALTIES = ['Offline', 'IncorrectInference', 'ZkVerifyFailed'] as const;

/** Reads penalties in the chain's own coin. An executed one has two rows, recorded and executed, and counts once. */
export function readPenalties(logs: readonly ChainLog[]): HistoryRow[] {
  const events = logs.map((log) => ({log, event: decoded(penaltyLedgerAbi, log)}));
  const words = new Map<bigint, string>();
  const executions = new Set<bigint>();
  for (const {event} of events) {
    if (event.eventName === 'PenaltyExecuted') executions.add(event.args.id);
    if (event.eventName === 'PenaltyRecorded') {
      const {id, kind, description} = event.args;
      words.set(id, `${PENALTIES[kind] ?? `kind ${kind}`}${description === '' ? '' : `: ${description}`}`);
    }
  }
  return events.flatMap(({log, event}) => {
    if (event.eventName === 'PenaltyChanged') return [];
    const {id, amountWei} = event.args;
    const executed = event.eventName === 'PenaltyExecuted';
    const fate = executed ? 'executed' : executions.has(id) ? 'recorded, executed later' : 'recorded';
    return [
      row({
        ...place(log),
        kind: 'penalty',
        source: 'penalty-ledger',
        avs: checksumAddress(log.address),
        amount: amountWei,
        symbol: 'ETH',
        decimals: 18,
        rate: 'at-block',
        description: `penalty ${id} ${fate}${words.has(id) ? `, ${words.get(id) ?? ''}` : ''}`,
        executed,
        cancelled: !executed && executions.has(id),
      }),
    ];
  });
}
