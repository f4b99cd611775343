import type {ScanProgress} from '../../peers/chain/logs.ts';
import {readSlashingHistory, type SlashingHistory} from '../../peers/chain/slashing.ts';
import type {ChainView} from '../../config/chain-view.ts';
import {scanDir} from '../../config/paths.ts';
import {chainSource, notedView, requireOperator, type ChainFlags} from '../../cli/chain-flags.ts';
import {progressLine} from '../../cli/progress-line.ts';
import {rpcWatch} from '../../cli/rpc-watch.ts';
import {systemTime} from '../../foundation/system/system-time.ts';

export type HistoryFlags = ChainFlags & {
  'from-block'?: number | undefined;
  'to-block'?: number | undefined;
  since?: number | undefined;
  'max-requests': number;
  concurrency: number;
  fresh: boolean;
};

/** An operator and the chain with its history. */
export type HistoryTarget = {view: ChainView; operator: string; rpcUrls: readonly string[]};

/** Timeout of one request: providers end a search after 10 s or 30 s. */
const REQUEST_TIMEOUT_MS = 35_000;

/**
 * Resolves the operator and the chain from flags, environment, and the configuration file, which may be missing.
 * @throws AosError USAGE with every missing flag; CONFIG_*
 */
export function historyTarget(flags: ChainFlags, note: (line: string) => void): HistoryTarget {
  const source = chainSource(flags);
  const {config: view} = notedView(source, note);
  return {view, operator: requireOperator(view, source), rpcUrls: view.rpcUrls};
}

/** Reads the history with progress on stderr. */
export function historyFor(
  {view, operator, rpcUrls}: HistoryTarget,
  flags: HistoryFlags,
  options: {signal: AbortSignal; onProgress: (progress: ScanProgress) => void},
): Promise<SlashingHistory> {
  return readSlashingHistory(
    {
      rpcUrls,
      chainId: view.chainId,
      operator,
      contracts: view.contracts,
      fromBlock: flags['from-block'] ?? null,
      toBlock: flags['to-block'] ?? null,
      sinceMs: flags.since === undefined ? null : systemTime.now() - flags.since,
      cacheDir: scanDir(process.env),
      fresh: flags.fresh,
      concurrency: flags.concurrency,
      maxRequests: flags['max-requests'],
      timeoutMs: REQUEST_TIMEOUT_MS,
      time: systemTime,
      random: Math.random,
      onProgress: options.onProgress,
      watch: rpcWatch(),
    },
    options.signal,
  );
}

/** Draws the progress of a scan on stderr. `clear` removes the last one. */
export function scanProgress(stream: NodeJS.WriteStream): {
  show: (progress: ScanProgress) => void;
  clear: () => void;
} {
  const line = progressLine(stream);
  return {show: (progress) => line.show(() => progressText(progress)), clear: line.clear};
}

/** Formats progress: `reading history: 42 % · 310 requests, 421 to go · about 38 s left · 12 logs`. */
export function progressText({
  blocks,
  blocksTotal,
  requests,
  requestsLeft,
  etaMs,
  logs,
}: ScanProgress): string {
  const share = blocksTotal === 0 ? 100 : Math.floor((blocks / blocksTotal) * 100);
  const left = requestsLeft === null ? '' : `, ${requestsLeft} to go`;
  const eta = etaMs === null ? '' : ` · about ${Math.ceil(etaMs / 1000)} s left`;
  return `reading history: ${share} % · ${requests} requests${left}${eta} · ${logs} logs`;
}
