import {createBackoff} from '../../foundation/async/backoff.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {linkedAbort} from '../../foundation/async/abort.ts';
import type {Time} from '../../foundation/time/time.ts';
import {readLogFailure, type LogLimit} from './log-cap.ts';
import {
  blocksLeft,
  widenWindows,
  narrowWindows,
  fewestRequests,
  scanRangesOf,
  nextWindow,
  returnWindow,
  requestsLeft,
  type ScanTarget,
  type Window,
} from './log-plan.ts';
import type {GetLogs, LogAnswer} from './log-port.ts';
import {bestCase, learnCap, unknownCap, type ProviderCap} from './log-window.ts';
import {giveUp, stopAdvice, tooManyRequests} from './log-advice.ts';
import {createPace} from './rpc/pace.ts';
import {lengthOf} from './spans.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/** Progress of a scan. */
export type ScanProgress = {
  /** Requests sent, retries included. */
  requests: number;
  /** Remaining requests at the current window size; null while that size is unknown. */
  requestsLeft: number | null;
  blocks: number;
  blocksTotal: number;
  logs: number;
  /** Null before the first answer. */
  etaMs: number | null;
  /** Blocks of a request; null while unknown. */
  window: number | null;
};

export type ScanOptions = {
  getLogs: GetLogs;
  time: Time;
  /** Uniform in [0, 1); spreads the waits. */
  random: () => number;
  /** Requests in progress at most. */
  concurrency: number;
  /** Requests of the scan at most; one that needs more is refused. */
  maxRequests: number;
  onProgress?: (progress: ScanProgress) => void;
};

/** Totals of a scan. */
export type ScanStats = {requests: number; logs: number; window: number | null; ms: number};

/** Attempts for one window before the scan ends. */
const ATTEMPTS = 6;
/** Failures of the server after which the window is split. */
const SERVER_ERRORS_TO_SPLIT = 3;
/** Failures in a row, over all windows, until the provider counts as gone. */
const FAILURES_IN_A_ROW = 12;
const FIRST_WAIT_MS = 500;
const MOST_WAIT_MS = 15_000;
/** The longest `Retry-After` that the scan waits for. */
const MOST_RETRY_AFTER_MS = 60_000;

/**
 * Reads the logs of all targets window by window and adapts to the provider's limits: starts with 10,000 blocks, learns
 * the cap from what the provider says or by halving, grows again below it, several windows at once. Each block of each
 * target is taken exactly once.
 * @throws AosError LOGS_REFUSED (no range will help; with advice), SCAN_TOO_LARGE, CHAIN_UNREACHABLE, CHAIN_BAD_ANSWER,
 *   or the signal's reason; what was taken before stays taken
 */
export async function scanLogs(
  targets: readonly ScanTarget[],
  options: ScanOptions,
  signal: AbortSignal,
): Promise<ScanStats> {
  const {time, getLogs, maxRequests, onProgress} = options;
  const ranges = scanRangesOf(targets);
  const blocksTotal = blocksLeft(ranges);
  const started = time.monotonic();
  const {controller: ended, unlink} = linkedAbort(signal);
  const anySignal = ended.signal;
  const active = new Set<Window>();
  let cap = unknownCap();
  let requests = 0;
  let logs = 0;
  const pace = createPace(options);

  const blocksInProgress = (): number => [...active].reduce((sum, {span}) => sum + lengthOf(span), 0);

  const report = (): void => {
    if (onProgress === undefined) return;
    const blocks = blocksTotal - blocksLeft(ranges) - blocksInProgress();
    const left =
      cap.good === 0 ? null : requestsLeft(ranges, Math.min(cap.good, bestCase(cap))) + active.size;
    const perBlock = blocks === 0 ? null : (time.monotonic() - started) / blocks;
    const etaMs = perBlock === null ? null : Math.round(perBlock * (blocksTotal - blocks));
    onProgress({requests, requestsLeft: left, blocks, blocksTotal, logs, etaMs, window: windowOf(cap)});
  };

  /** Refuses the scan when even the best possible cap needs too many requests. */
  const checkBudget = (): void => {
    if (!Number.isFinite(bestCase(cap))) return;
    const total = requests + active.size + fewestRequests(ranges, cap);
    if (total > maxRequests) throw tooLarge(total);
  };
  const tooLarge = (total: number): AosError => {
    const ms = requests === 0 ? null : ((time.monotonic() - started) / requests) * total;
    return tooManyRequests({total, maxRequests, ms, cap, perRequest: (size) => requestsLeft(ranges, size)});
  };

  const ask = async (window: Window): Promise<LogAnswer> => {
    const wait = pace.waitMs();
    if (wait > 0) await time.sleep(wait, anySignal);
    if (requests >= maxRequests) throw tooLarge(requests + active.size + fewestRequests(ranges, cap));
    requests += 1;
    return getLogs(window.range.target.filter, window.span, anySignal);
  };

  /** Handles a refusal; true when the same window should be requested again. */
  const refused = (window: Window, limit: LogLimit): boolean => {
    if (limit.kind === 'stop') throw stopAdvice(limit.why);
    if (limit.kind === 'busy') return true;
    if (lengthOf(window.span) === 1) throw giveUp(window.span.from);
    cap = learnCap(cap, lengthOf(window.span), limit);
    if (limit.kind === 'results') narrowWindows(window, limit.suggested);
    returnWindow(window);
    return false;
  };

  const run = async (window: Window): Promise<void> => {
    const backoff = createBackoff({firstMs: FIRST_WAIT_MS, capMs: MOST_WAIT_MS, random: options.random});
    for (let attempt = 1; ; attempt += 1) {
      const answer = await ask(window);
      anySignal.throwIfAborted();
      if (answer.ok) {
        window.range.target.take(window.span, answer.logs);
        logs += answer.logs.length;
        pace.answered();
        cap = learnCap(cap, lengthOf(window.span), null);
        widenWindows(window, cap);
        return;
      }
      const limit = limitOf(answer, attempt, lengthOf(window.span));
      if (!refused(window, limit)) {
        if (answer.timedOut) countFailure(answer);
        return;
      }
      countFailure(answer);
      if (attempt >= ATTEMPTS) throw gone(answer);
      const requestedMs = answer.retryAfterMs ?? 0;
      if (requestedMs > MOST_RETRY_AFTER_MS) throw stopAdvice('quota');
      pace.slowDown(Math.max(requestedMs, backoff.next()));
    }
  };
  const countFailure = (answer: LogAnswer & {ok: false}): void => {
    if (pace.failed() >= FAILURES_IN_A_ROW) throw gone(answer);
  };

  const settled = new Map<Window, Promise<void>>();
  try {
    for (;;) {
      signal.throwIfAborted();
      checkBudget();
      for (;;) {
        const probing = [...active].some(({probe}) => probe);
        const window =
          active.size < pace.slots() ? nextWindow(ranges, cap, {active: active.size, probing}) : null;
        if (window === null) break;
        active.add(window);
        settled.set(
          window,
          run(window).finally(() => {
            active.delete(window);
            settled.delete(window);
          }),
        );
      }
      report();
      if (settled.size === 0) break;
      await Promise.race(settled.values());
    }
  } catch (error) {
    ended.abort();
    await Promise.allSettled([...settled.values()]);
    throw signal.aborted ? signal.reason : error;
  } finally {
    unlink();
  }
  return {requests, logs, window: windowOf(cap), ms: Math.round(time.monotonic() - started)};
}

function windowOf(cap: ProviderCap): number | null {
  return cap.good === 0 ? null : cap.good;
}

/** Reads the limit. A server that keeps failing or times out may need smaller windows. */
function limitOf(answer: LogAnswer & {ok: false}, attempt: number, blocks: number): LogLimit {
  const limit = answer.timedOut ? ({kind: 'busy'} as const) : readLogFailure(answer.failure);
  const {status} = answer.failure;
  const strained = answer.timedOut || (status !== null && status >= 500 && attempt >= SERVER_ERRORS_TO_SPLIT);
  return limit.kind === 'busy' && strained && blocks > 1 ? {kind: 'results', suggested: null} : limit;
}

function gone({failure, timedOut}: LogAnswer & {ok: false}): AosError {
  const what = timedOut
    ? 'did not answer in time'
    : failure.status === null
      ? 'could not be reached'
      : `answered with HTTP status ${failure.status}`;
  return new AosError('CHAIN_UNREACHABLE', `the RPC ${what}, repeatedly, for eth_getLogs`, {
    next: say(
      'Run the command again later (what was read is kept), with fewer at a time (--concurrency 1), or with another --rpc-url.',
    ),
  });
}
