import type {Hex} from 'viem';
import type {Contracts} from '../../config/config.ts';
import {chainRequest} from './failure.ts';
import type {ChainLog} from './log-port.ts';
import type {Chain} from './open.ts';
import type {ScanStore} from './scan-store.ts';
import {readTokens, worthOf} from './slashing-amounts.ts';
import {
  readChallenges,
  readDepartures,
  readEjections,
  readPenalties,
  readRegistrations,
  readSlashes,
  readSlasherEvents,
  readSlashReports,
  readZeroSlashes,
  type SlashReport,
} from './slashing-decode.ts';
import type {HistoryRow} from './slashing-rows.ts';
import type {Source, SourceId} from './slashing-filters.ts';
import type {SourcePlan} from './slashing-sources.ts';

type Context = {
  sources: readonly Source[];
  plan: SourcePlan;
  operator: string;
  contracts: Contracts;
  /** Look-ups in progress at most. */
  concurrency: number;
};

/** Where what was looked up for a source is kept, and how many look-ups may be in progress. */
type Kept = {store: ScanStore; key: string; concurrency: number};

/**
 * Returns the rows of all sources in the order of the chain. Looks up what the logs do not contain: times of blocks, senders
 * of transactions, reports of slashes, and the value of shares.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
 */
export async function rowsOf(chain: Chain, store: ScanStore, context: Context): Promise<HistoryRow[]> {
  const parts = [];
  for (const source of context.sources) {
    const rows = await rowsOfSource(chain, store, source, context);
    const kept = {store, key: source.key, concurrency: context.concurrency};
    parts.push(...(await dated(chain, kept, rows)));
  }
  return merged(parts).sort((a, b) => a.block - b.block || a.logIndex - b.logIndex);
}

async function rowsOfSource(
  chain: Chain,
  store: ScanStore,
  source: Source,
  context: Context,
): Promise<HistoryRow[]> {
  const {operator, plan, contracts} = context;
  const {allocationManager} = contracts;
  const logs = store.logs(source.key);
  const kept = {store, key: source.key, concurrency: context.concurrency};
  const read: Readonly<Record<SourceId, () => HistoryRow[] | Promise<HistoryRow[]>>> = {
    slashing: () => slashRows(chain, kept, logs, context),
    'zero-slash': () => readZeroSlashes(logs, {operator, allocationManager}),
    deregistration: async () => {
      const senders = await lookUp(kept, logs, 'sender', async (log) => {
        const {from} = await chainRequest(
          chain.endpoint,
          chain.client.getTransaction({hash: hex(log.txHash)}),
        );
        return from;
      });
      return readDepartures(logs, {operator, senderOf: (txHash) => senders.get(txHash) ?? null});
    },
    ejection: () => readEjections(logs, plan.operatorId),
    'avs-registration': () => readRegistrations(logs),
    challenge: () => readChallenges(logs),
    'avs-slasher': () => readSlasherEvents(logs, operator),
    'penalty-ledger': () => readPenalties(logs),
  };
  return read[source.id]();
}

async function slashRows(
  chain: Chain,
  source: Kept,
  logs: readonly ChainLog[],
  {operator, contracts}: Context,
): Promise<HistoryRow[]> {
  const {store, key, concurrency} = source;
  const texts = await lookUp(source, logs, 'slashes', async (log) => {
    const receipt = await chainRequest(
      chain.endpoint,
      chain.client.getTransactionReceipt({hash: hex(log.txHash)}),
    );
    const found = receipt.logs.map(({address, topics, data}) => ({
      address,
      topics,
      data,
      txHash: log.txHash,
    }));
    const reports = readSlashReports(found, {operator, allocationManager: contracts.allocationManager});
    return JSON.stringify(reports, (_name, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
  });
  const reports = new Map([...texts].map(([txHash, text]) => [txHash, parseReports(text)]));
  const slashes = readSlashes(logs, (txHash) => reports.get(txHash) ?? []);
  const tokens = await readTokens(
    chain,
    slashes.map(({row}) => row.strategy ?? ''),
  );
  return withConcurrency(slashes, concurrency, async ({row, shares}) => {
    const {strategy, block, txHash, logIndex} = row;
    const fact = `worth ${txHash} ${logIndex}`;
    const kept = store.fact(key, fact);
    const token = tokens.get(strategy?.toLowerCase() ?? '');
    if (token !== undefined && kept !== undefined && /^\d+$/.test(kept))
      return {...row, ...token, amount: BigInt(kept), rate: 'at-block' as const};
    const worth = strategy === null ? null : await worthOf(chain, {strategy, shares, block}, tokens);
    // The current rate changes, so its amount is not stored.
    if (worth?.rate === 'at-block') store.keep(key, fact, worth.amount.toString(), block);
    return {
      ...row,
      ...(worth ?? {amount: shares, symbol: 'shares', decimals: 18, token: strategy, rate: null}),
    };
  });
}

/** Reads stored reports; another shape means a damaged file and counts as none. */
function parseReports(text: string): SlashReport[] {
  try {
    return (
      JSON.parse(text) as (Omit<SlashReport, 'cuts'> & {cuts: {strategy: string; wad: string}[]})[]
    ).map((report) => ({
      ...report,
      cuts: report.cuts.map(({strategy, wad}) => ({strategy, wad: BigInt(wad)})),
    }));
  } catch {
    return [];
  }
}

/** Adds the time of the block to each row without one. */
async function dated(
  chain: Chain,
  {store, key, concurrency}: Kept,
  rows: readonly HistoryRow[],
): Promise<HistoryRow[]> {
  const blocks = [...new Set(rows.filter(({at}) => at === null).map(({block}) => block))];
  const times = new Map(
    await withConcurrency(blocks, concurrency, async (block): Promise<[number, number]> => {
      const kept = store.fact(key, `time ${block}`);
      if (kept !== undefined) return [block, Number(kept)];
      const {timestamp} = await chainRequest(
        chain.endpoint,
        chain.client.getBlock({blockNumber: BigInt(block)}),
      );
      store.keep(key, `time ${block}`, String(timestamp), block);
      return [block, Number(timestamp)];
    }),
  );
  return rows.map((row) => {
    const seconds = times.get(row.block);
    return seconds === undefined ? row : {...row, at: seconds * 1000};
  });
}

/** Runs one look-up for each transaction of the logs; stores the result of a final one. */
async function lookUp(
  {store, key, concurrency}: Kept,
  logs: readonly ChainLog[],
  name: string,
  read: (log: ChainLog) => Promise<string>,
): Promise<Map<string, string>> {
  const first = new Map(logs.map((log) => [log.txHash, log]));
  const found = await withConcurrency(
    [...first.values()],
    concurrency,
    async (log): Promise<[string, string]> => {
      const fact = `${name} ${log.txHash}`;
      const kept = store.fact(key, fact);
      if (kept !== undefined) return [log.txHash, kept];
      const value = await read(log);
      store.keep(key, fact, value, log.block);
      return [log.txHash, value];
    },
  );
  return new Map(found);
}

/** Works like Promise.all, with at most `limit` items at once. */
async function withConcurrency<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await work(item);
    }
  };
  await Promise.all(Array.from({length: Math.min(limit, items.length)}, lane));
  return results;
}

/** Merges an ejection with the removal from the registry that it causes: the removal's description gets the quorums. */
function merged(rows: readonly HistoryRow[]): HistoryRow[] {
  const ejections = rows.filter(({source}) => source === 'ejection');
  const removed = new Set(
    rows
      .filter(({source, kind}) => source === 'deregistration' && kind === 'ejection')
      .map(({txHash}) => txHash),
  );
  return rows.flatMap((row) => {
    if (row.source === 'ejection' && removed.has(row.txHash)) return [];
    const quorums = ejections.filter(({txHash}) => txHash === row.txHash).map(({operatorSet}) => operatorSet);
    if (row.source !== 'deregistration' || quorums.length === 0) return [row];
    return [{...row, description: `${row.description}: ejected from quorum ${quorums.join(', ')}`}];
  });
}

const hex = (text: string): Hex => `0x${text.slice(2)}`;
