import {linkedAbort} from '../../foundation/async/abort.ts';
import type {Contracts} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {firstEndpoint} from './endpoints.ts';
import type {ChainLog} from './log-port.ts';
import {createLogRpc} from './log-rpc.ts';
import {scanLogs, type ScanProgress, type ScanStats} from './logs.ts';
import {withChain, type Chain, type OpenChainOptions} from './open.ts';
import type {RpcWatch} from './rpc/watch.ts';
import {openScanStore, type LogQuery, type ScanStore} from './scan-store.ts';
import {scanAndCompare} from './compared-scan.ts';
import {blockOf, endBlock, finalBlock, startBlock} from './slashing-blocks.ts';
import {rowsOf, type HistoryFacts} from './slashing-facts.ts';
import {totalsOf, type HistoryRow, type TokenTotal} from './slashing-rows.ts';
import type {NoSource, Source, SourceId} from './slashing-filters.ts';
import {planSources} from './slashing-sources.ts';

/** Options of {@link readSlashingHistory}. */
export type HistoryOptions = {
  /** Endpoints, tried in this order. */
  rpcUrls: readonly string[];
  /** Null accepts any chain. */
  chainId: number | null;
  operator: string;
  contracts: Contracts;
  /** Null for the first block of each contract. */
  fromBlock: number | null;
  /** Null for the latest block. */
  toBlock: number | null;
  /** Begins with the first block after this time, Unix ms; null for none. */
  sinceMs: number | null;
  /** The folder of the cache; null for none. */
  cacheDir: string | null;
  /** Reads all blocks anew; what is read is kept for the next run. */
  fresh: boolean;
  concurrency: number;
  maxRequests: number;
  /** How long one request may take. */
  timeoutMs: number;
  time: Time;
  /** Uniform in [0, 1). */
  random: () => number;
  onProgress?: (progress: ScanProgress) => void;
  /** Sees what is waited for outside the scan. */
  watch?: RpcWatch;
};

/** A source with its read blocks, or the reason why it has none. */
export type Coverage =
  | {id: SourceId; contract: string; covered: true; from: number; to: number}
  | {id: SourceId; contract: string | null; covered: false; kind: NoSource['kind']; reason: string};

export type SlashingHistory = {
  operator: string;
  chainId: number;
  /** Host of the RPC. */
  endpoint: string;
  /** The requested blocks over all sources. */
  range: {from: number; to: number; fromAt: number | null; toAt: number};
  /** Rows of later blocks are not final. */
  finalBlock: number;
  /** All rows, in the order of the chain. */
  rows: HistoryRow[];
  totals: TokenTotal[];
  sources: Coverage[];
  /** The reason why the cache was not written; null when it was. */
  notKept: string | null;
  scan: ScanStats;
};

/** The interval at which the cache is written, so that a crash loses little. */
const SAVE_EVERY_MS = 2_000;

/**
 * Reads the slashes, penalties, ejections and challenges of one operator (its scan set) from one endpoint, up to the latest
 * block. The cache answers for final blocks of earlier runs.
 * @throws AosError CHAIN_*, LOGS_REFUSED, SCAN_TOO_LARGE, USAGE (blocks that do not exist); the signal's reason. The cache
 *   keeps what was read for the next run.
 */
export async function readSlashingHistory(
  options: HistoryOptions,
  stop: AbortSignal,
): Promise<SlashingHistory> {
  const {rpcUrls, chainId, timeoutMs, time} = options;
  // Every request in progress listens to it.
  const {controller, unlink} = linkedAbort(stop);
  const {signal} = controller;
  try {
    return await firstEndpoint(rpcUrls, signal, (url, hasNext) => {
      const opening: OpenChainOptions = {
        rpcUrls: [url],
        chainId,
        timeoutMs,
        signal,
        now: () => time.now(),
        hasNext,
        time,
        ...(options.watch === undefined ? {} : {watch: options.watch}),
      };
      return withChain(opening, (chain) => readFrom(chain, url, options, signal));
    });
  } finally {
    unlink();
  }
}

async function readFrom(
  chain: Chain,
  url: string,
  options: HistoryOptions,
  signal: AbortSignal,
): Promise<SlashingHistory> {
  const {operator, contracts, time, concurrency} = options;
  const latest = Number(chain.blockNumber);
  const [plan, anchor, genesis] = await Promise.all([
    planSources(chain, {operator, contracts}),
    finalBlock(chain, latest),
    blockOf(chain, 0),
  ]);
  if (genesis === null) throw new AosError('CHAIN_BAD_ANSWER', `${chain.endpoint} does not have block 0`);
  const to = endBlock(options.toBlock, latest);
  const from = await startBlock(options, chain, {latest, genesisTime: genesis.timestamp});
  const spans = plan.sources.map((source) => ({source, from: Math.max(from, source.firstBlock)}));
  const queries: LogQuery[] = spans
    .filter((span) => span.from <= to)
    .map((span) => ({id: span.source.key, filter: span.source.filter, span: {from: span.from, to}}));
  const store = await openScanStore(queries, {
    dir: options.cacheDir,
    chainId: chain.chainId,
    genesisHash: genesis.hash,
    endpoint: chain.endpoint,
    fresh: options.fresh,
    anchor,
    hashAt: async (block) => (await blockOf(chain, block))?.hash ?? null,
  });

  let facts: HistoryFacts;
  let scan: ScanStats;
  let lacks: ReadonlyMap<string, string>;
  try {
    ({scan, lacks} = await scanAndCompare({queries, sources: plan.sources}, store, {
      chain,
      plan,
      scan: (some) => scanQueries(some, store, {chain, url, options}, signal),
      operator,
      contracts,
    }));
    const read = plan.sources.filter(({key}) => queries.some(({id}) => id === key));
    facts = await rowsOf(chain, store, {sources: read, plan, operator, contracts, concurrency});
  } finally {
    await store.save();
  }
  const {rows, unreadable} = facts;
  const asked = queries.map((query) => query.span.from);
  const first = asked.length === 0 ? from : Math.min(...asked);
  const [start, end] = await Promise.all([blockOf(chain, first), blockOf(chain, to)]);
  return {
    operator,
    chainId: chain.chainId,
    endpoint: chain.endpoint,
    range: {
      from: first,
      to,
      fromAt: start === null ? null : start.timestamp * 1000,
      toAt: end === null ? time.now() : end.timestamp * 1000,
    },
    finalBlock: anchor.block,
    rows: rows.map((item) => (item.block > anchor.block ? {...item, state: 'not final'} : item)),
    totals: totalsOf(rows),
    sources: coverageOf(spans, plan.without, {to, unreadable, lacks}),
    notKept: options.cacheDir === null ? null : store.problem(),
    scan,
  };
}

function scanQueries(
  queries: readonly LogQuery[],
  store: ScanStore,
  {chain, url, options}: {chain: Chain; url: string; options: HistoryOptions},
  signal: AbortSignal,
): Promise<ScanStats> {
  const {time, random, concurrency, maxRequests, timeoutMs, onProgress} = options;
  let saved = time.monotonic();
  const tasks = queries.map(({id, filter}) => ({
    filter,
    spans: store.missing(id),
    take: (span: {from: number; to: number}, logs: Parameters<ScanStore['take']>[2]) =>
      store.take(id, span, logs),
  }));
  return scanLogs(
    tasks,
    {
      getLogs: createLogRpc({url, endpoint: chain.endpoint, timeoutMs}),
      time,
      random,
      concurrency,
      maxRequests,
      onProgress(progress) {
        if (time.monotonic() - saved >= SAVE_EVERY_MS) {
          saved = time.monotonic();
          void store.save(); // problem() reports a failure at the end
        }
        onProgress?.(progress);
      },
    },
    signal,
  );
}

function coverageOf(
  spans: readonly {source: Source; from: number}[],
  without: readonly NoSource[],
  {
    to,
    unreadable,
    lacks,
  }: {to: number; unreadable: HistoryFacts['unreadable']; lacks: ReadonlyMap<string, string>},
): Coverage[] {
  return [
    ...spans.map(({source: {id, contract, firstBlock, key}, from}): Coverage => {
      if (from > to)
        return {
          id,
          contract,
          covered: false,
          kind: 'absent',
          reason: `its contract is not older than block ${firstBlock}`,
        };
      const reason = lacks.get(key) ?? unreadableText(unreadable.get(key) ?? []);
      if (reason !== null) return {id, contract, covered: false, kind: 'missing', reason};
      return {id, contract, covered: true, from, to};
    }),
    ...without.map((source): Coverage => ({...source, covered: false})),
  ];
}

/** Says which logs could not be decoded; the rows of the others are shown all the same. Null when all could. */
function unreadableText(logs: readonly ChainLog[]): string | null {
  const [first] = logs;
  if (first === undefined) return null;
  const which = logs.length === 1 ? 'an event' : `${logs.length} events`;
  const where = logs.length === 1 ? 'in transaction' : 'the first in transaction';
  return `${which} cannot be decoded, ${where} ${first.txHash}; the contract is of a version that aos does not know`;
}
