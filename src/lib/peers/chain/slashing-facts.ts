import type {Hex} from 'viem';
import type {ChainLog} from './log-port.ts';
import {orGone} from './membership-cause.ts';
import {readMembershipRows} from './membership.ts';
import type {Chain} from './open.ts';
import type {ScanStore} from './scan-store.ts';
import {readTokens, worthOf} from './slashing-amounts.ts';
import {
  readChallenges,
  readPenalties,
  readRegistrations,
  readSlashes,
  readSlasherEvents,
  readSlashReports,
  readZeroSlashes,
  type SlashReport,
  type SourceRows,
} from './slashing-decode.ts';
import {blockOf} from './slashing-blocks.ts';
import {lookUp, withConcurrency, type Kept} from './slashing-look-up.ts';
import type {HistoryRow} from './slashing-rows.ts';
import type {Source, SourceId} from './slashing-filters.ts';
import type {FactsContext} from './slashing-sources.ts';

/** The rows in the order of the chain, and by key of a source the logs that could not be decoded. */
export type HistoryFacts = {rows: HistoryRow[]; unreadable: ReadonlyMap<string, readonly ChainLog[]>};

/**
 * Returns the rows of all sources. Looks up what the logs do not contain: times of blocks, senders of transactions, reports
 * of slashes, and the value of shares. A log that cannot be decoded is left out, and named.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
 */
export async function rowsOf(chain: Chain, store: ScanStore, context: FactsContext): Promise<HistoryFacts> {
  const parts: HistoryRow[] = [];
  const unreadable = new Map<string, readonly ChainLog[]>();
  const keep = async (key: string, found: SourceRows): Promise<void> => {
    unreadable.set(key, found.unreadable);
    parts.push(...(await dated(chain, {store, key, concurrency: context.concurrency}, found.rows)));
  };
  for (const source of context.sources) {
    const found = await rowsOfSource(chain, store, source, context);
    if (found !== null) await keep(source.key, found);
  }
  const membership = await readMembershipRows(chain, store, context);
  for (const [key, found] of membership) await keep(key, found);
  return {rows: parts.sort((a, b) => a.block - b.block || a.logIndex - b.logIndex), unreadable};
}

/** Reads the rows of one source; null for the sources of the membership, which are read together. */
async function rowsOfSource(
  chain: Chain,
  store: ScanStore,
  source: Source,
  context: FactsContext,
): Promise<SourceRows | null> {
  const {operator, contracts, plan} = context;
  const allocationManager = plan.allocationManager ?? contracts.allocationManager;
  const logs = store.logs(source.key);
  const kept = {store, key: source.key, concurrency: context.concurrency};
  const read: Readonly<Record<SourceId, () => SourceRows | Promise<SourceRows> | null>> = {
    slashing: () => slashRows(chain, kept, logs, {operator, allocationManager}),
    'zero-slash': () => readZeroSlashes(logs, {operator, allocationManager}),
    deregistration: () => null,
    ejection: () => null,
    'set-changes': () => null,
    'quorum-removal': () => null,
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
  context: {operator: string; allocationManager: string | null},
): Promise<SourceRows> {
  const {store, key, concurrency} = source;
  const texts = await lookUp(source, logs, 'slashes', async (log) => {
    const receipt = await orGone(chain, chain.client.getTransactionReceipt({hash: hex(log.txHash)}));
    if (receipt === null) return null;
    // A report that cannot be decoded is named by the source of all reports, zero-slash.
    const {reports} = readSlashReports(receipt.logs, context);
    return JSON.stringify(
      reports.map(({report}) => report),
      (_name, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
    );
  });
  const reports = new Map([...texts].map(([txHash, text]) => [txHash, parseReports(text)]));
  const {slashes, unreadable} = readSlashes(logs, (txHash) => reports.get(txHash) ?? null);
  const tokens = await readTokens(
    chain,
    slashes.map(({row}) => row.strategy ?? ''),
  );
  const rows = await withConcurrency(slashes, concurrency, async ({row, shares}) => {
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
  return {rows, unreadable};
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
    await withConcurrency(blocks, concurrency, async (block): Promise<[number, number | null]> => {
      const kept = store.fact(key, `time ${block}`);
      if (kept !== undefined) return [block, Number(kept)];
      const found = await blockOf(chain, block);
      if (found !== null) store.keep(key, `time ${block}`, String(found.timestamp), block);
      return [block, found?.timestamp ?? null];
    }),
  );
  return rows.map((row) => {
    const seconds = times.get(row.block);
    return seconds === undefined || seconds === null ? row : {...row, at: seconds * 1000};
  });
}

const hex = (text: string): Hex => `0x${text.slice(2)}`;
