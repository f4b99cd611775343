import {checksumAddress, sameAddress} from '../../protocol/wire/ethereum.ts';
import {avsSlasherAbi, avsSlasherVariantAbi, challengeManagerAbi, penaltyLedgerAbi} from './abis-aos.ts';
import {allocationManagerAbi, avsDirectoryAbi, delegationManagerAbi} from './abis-core.ts';
import {decodeLogs, type RawLog} from './event-decode.ts';
import type {ChainLog} from './log-port.ts';
import {percentOf, row, rowPlace, type HistoryRow} from './slashing-rows.ts';

/** The rows of a source, and its logs that could not be decoded. */
export type SourceRows = {rows: HistoryRow[]; unreadable: readonly ChainLog[]};

/** AllocationManager's report of one slash: the AVS, its set, and the cut of each strategy. */
export type SlashReport = {
  avs: string;
  operatorSet: number;
  description: string;
  cuts: readonly {strategy: string; wad: bigint}[];
};

const SLASHED_TOPIC = '0x80969ad29428d6797ee7aad084f9e4a42a82fc506dcd2ca3b6fb431f85ccebe5';

/** Reads the slashes of the operator among the logs of one transaction, in their order. */
export function readSlashReports<L extends RawLog & {address: string}>(
  logs: readonly L[],
  {operator, allocationManager}: {operator: string; allocationManager: string | null},
): {reports: {log: L; report: SlashReport}[]; unreadable: L[]} {
  const ours = logs.filter(
    ({address, topics}) =>
      allocationManager !== null && sameAddress(address, allocationManager) && topics[0] === SLASHED_TOPIC,
  );
  const {events, unreadable} = decodeLogs(allocationManagerAbi, ours);
  const reports = events.flatMap(({log, event}) => {
    if (event.eventName !== 'OperatorSlashed' || !sameAddress(event.args.operator, operator)) return [];
    const {operatorSet, strategies, wadSlashed, description} = event.args;
    const cuts = strategies.map((strategy, index) => ({strategy, wad: wadSlashed[index] ?? 0n}));
    return [{log, report: {avs: operatorSet.avs, operatorSet: operatorSet.id, description, cuts}}];
  });
  return {reports, unreadable};
}

/** A row of `slashing`, with the shares behind its amount. */
export type SlashRow = {row: HistoryRow; shares: bigint};

/**
 * Joins the losses in DelegationManager with their slashes: in one transaction, the n-th loss in a strategy belongs to the
 * n-th slash that cuts this strategy. A loss without a slash has neither percent nor AVS.
 * @param reportsOf null for a transaction that the RPC no longer has
 */
export function readSlashes(
  logs: readonly ChainLog[],
  reportsOf: (txHash: string) => readonly SlashReport[] | null,
): {slashes: SlashRow[]; unreadable: ChainLog[]} {
  const seen = new Map<string, number>();
  const {events, unreadable} = decodeLogs(delegationManagerAbi, logs);
  const slashes = events.flatMap(({log, event}) => {
    if (event.eventName !== 'OperatorSharesSlashed') return [];
    const {strategy, totalSlashedShares: shares} = event.args;
    const name = `${log.txHash} ${strategy}`;
    const n = seen.get(name) ?? 0;
    seen.set(name, n + 1);
    const reports = reportsOf(log.txHash);
    const matching = (reports ?? []).flatMap((report) =>
      report.cuts.filter((cut) => cut.strategy === strategy && cut.wad > 0n).map(({wad}) => ({report, wad})),
    );
    const match = matching[n];
    const unreported =
      reports === null
        ? 'the RPC no longer has the transaction, so the AVS and the percent are not known'
        : 'AllocationManager does not report this loss';
    return [
      {
        shares,
        row: row({
          ...rowPlace(log),
          kind: 'slash',
          source: 'slashing',
          avs: match?.report.avs ?? null,
          operatorSet: match?.report.operatorSet ?? null,
          strategy,
          wad: match?.wad ?? null,
          description: match?.report.description ?? unreported,
          executed: true,
        }),
      },
    ];
  });
  return {slashes, unreadable};
}

/**
 * Reads the operator's slashes of strategies with nothing allocated: they take no shares, so only AllocationManager
 * reports them.
 */
export function readZeroSlashes(
  logs: readonly ChainLog[],
  context: {operator: string; allocationManager: string | null},
): SourceRows {
  const {reports, unreadable} = readSlashReports(logs, context);
  const rows = reports.flatMap(({log, report: {avs, operatorSet, description, cuts}}) =>
    cuts
      .filter(({wad}) => wad === 0n)
      .map(({strategy, wad}) =>
        row({
          ...rowPlace(log),
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
  );
  return {rows, unreadable};
}

/** Reads registrations and deregistrations in AVSDirectory. */
export function readRegistrations(logs: readonly ChainLog[]): SourceRows {
  const {events, unreadable} = decodeLogs(avsDirectoryAbi, logs);
  const rows = events.flatMap(({log, event}) => {
    if (event.eventName !== 'OperatorAVSRegistrationStatusUpdated') return [];
    return [
      row({
        ...rowPlace(log),
        kind: 'registration',
        source: 'avs-registration',
        avs: event.args.avs,
        description: event.args.status === 1 ? 'registered at the AVS' : 'deregistered from the AVS',
        executed: true,
      }),
    ];
  });
  return {rows, unreadable};
}

/** Reads the challenges of the whole AVS: no argument names an operator. */
export function readChallenges(logs: readonly ChainLog[]): SourceRows {
  const {events, unreadable} = decodeLogs(challengeManagerAbi, logs);
  const rows = events.map(({log, event}) => {
    const created = event.eventName === 'NewChallengeCreated';
    const index = created ? event.args.challengeIndex : event.args.challengeResponse.referenceChallengeIndex;
    const clock = created ? event.args.challenge.clockNumber : event.args.challengeResponse.clockNumber;
    return row({
      ...rowPlace(log),
      kind: 'challenge',
      source: 'challenge',
      avs: checksumAddress(log.address),
      description: `challenge ${index} of clock ${clock} ${created ? 'created' : 'answered'} (AVS-wide, not attributable to an operator)`,
      executed: false,
    });
  });
  return {rows, unreadable};
}

/** Reads the requests to the AVS's own slashers about the operator, and their executions. */
export function readSlasherEvents(logs: readonly ChainLog[], operator: string): SourceRows {
  const {events, unreadable} = decodeLogs(avsSlasherAbi, logs, avsSlasherVariantAbi);
  const cancelled = new Set<bigint>();
  const done = new Set<bigint>();
  for (const {event} of events) {
    if (event.eventName === 'SlashingRequestCancelled') cancelled.add(event.args.requestId);
    else if (event.eventName === 'OperatorSlashed') done.add(event.args.slashingRequestId);
  }
  const rows = events.flatMap(({log, event}) => {
    if (event.eventName === 'SlashingRequestCancelled' || !sameAddress(event.args.operator, operator))
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
        ...rowPlace(log),
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
  return {rows, unreadable};
}

const PENALTIES = ['Offline', 'IncorrectInference', 'ZkVerifyFailed'] as const;

/** Reads penalties in the chain's own coin. An executed one has two rows, recorded and executed, and counts once. */
export function readPenalties(logs: readonly ChainLog[]): SourceRows {
  const {events, unreadable} = decodeLogs(penaltyLedgerAbi, logs);
  const words = new Map<bigint, string>();
  const executions = new Set<bigint>();
  for (const {event} of events) {
    if (event.eventName === 'PenaltyExecuted') executions.add(event.args.id);
    if (event.eventName === 'PenaltyRecorded') {
      const {id, kind, description} = event.args;
      words.set(id, `${PENALTIES[kind] ?? `kind ${kind}`}${description === '' ? '' : `: ${description}`}`);
    }
  }
  const rows = events.flatMap(({log, event}) => {
    if (event.eventName === 'PenaltyChanged') return [];
    const {id, amountWei} = event.args;
    const executed = event.eventName === 'PenaltyExecuted';
    const fate = executed ? 'executed' : executions.has(id) ? 'recorded, executed later' : 'recorded';
    return [
      row({
        ...rowPlace(log),
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
  return {rows, unreadable};
}
