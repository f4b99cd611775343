import {abortable, linkedAbort} from '../../foundation/async/abort.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {errorText, isAosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {blocked, fail, unclear, type CheckResult, type Finding} from './check.ts';
import {CHECK_IDS, needsOf, type CheckId} from './registry.ts';

/** Checks one thing and reports one or several checks, each once. */
export type Probe = {
  checks: readonly CheckId[];
  /**
   * An AosError fails the first check that is not reported yet; the probe’s other checks are then skipped.
   * @param signal aborted when the probe reports nothing for too long
   */
  run: (report: (id: CheckId, finding: Finding) => void, signal: AbortSignal) => Promise<void>;
  /** How long one of its checks may take, ms [that of the others]. */
  limitMs?: number;
};

export type RunOptions = {
  /** Checks that are wanted; a probe of which none is, is not run. */
  wanted: ReadonlySet<CheckId>;
  time: Time;
  /** How long one check may take, and all of them together. */
  limitMs: number;
  totalMs: number;
  signal: AbortSignal;
};

/**
 * Runs the probes side by side, each after the checks it needs, and returns the results in the order of the registry.
 * A check that takes too long is unknown, and nothing waits for it.
 * @throws the signal's reason
 */
export async function runProbes(probes: readonly Probe[], options: RunOptions): Promise<CheckResult[]> {
  const {wanted, time, signal} = options;
  const {controller: end, unlink} = linkedAbort(signal);
  const over = new AbortController();
  // The sleep keeps the process alive, so that a probe which waits for nothing still ends.
  const clock = time.sleep(options.totalMs, over.signal).then(
    () => end.abort(new Error(`within the ${options.totalMs / 1000} s of all checks`)),
    () => undefined, // all were done before
  );
  const results = new Map<CheckId, Promise<CheckResult>>();
  try {
    const chosen = probes.filter(({checks}) => checks.some((id) => wanted.has(id)));
    // Each is started when all it may wait for is known: in the order of the registry, after what it needs.
    const waiting = new Map<CheckId, (result: CheckResult) => void>();
    for (const id of chosen.flatMap(({checks}) => checks))
      results.set(id, new Promise((resolve) => waiting.set(id, resolve)));
    await Promise.all(
      chosen.map((probe) =>
        runProbe(probe, {results, settle: (id, result) => waiting.get(id)?.(result)}, options, end.signal),
      ),
    );
    signal.throwIfAborted();
    const done = await Promise.all(results.values());
    return CHECK_IDS.flatMap((id) => done.filter((result) => result.id === id && wanted.has(id)));
  } finally {
    over.abort();
    unlink();
    await clock;
  }
}

const WORDS = {fail: 'fails', pending: 'is pending', unknown: 'is unknown', skipped: 'was not made'} as const;

async function runProbe(
  probe: Probe,
  {
    results,
    settle,
  }: {
    results: ReadonlyMap<CheckId, Promise<CheckResult>>;
    settle: (id: CheckId, result: CheckResult) => void;
  },
  {time, limitMs: usualMs}: RunOptions,
  end: AbortSignal,
): Promise<void> {
  const open = new Set(probe.checks);
  let started = time.monotonic();
  const put = (id: CheckId, found: Finding): void => {
    if (!open.delete(id)) return;
    const now = time.monotonic();
    settle(id, {...found, id, ms: Math.round(now - started)});
    started = now;
  };
  const needs = [...new Set(probe.checks.flatMap(needsOf))].filter((id) => !probe.checks.includes(id));
  for (const id of needs) {
    const result = await results.get(id);
    if (result === undefined || result.state === 'ok' || result.state === 'warn') continue;
    for (const check of probe.checks) put(check, blocked(id, `needs ${id}, which ${WORDS[result.state]}`));
    return;
  }

  started = time.monotonic();
  const patience = patienceOf(time, probe.limitMs ?? usualMs, end);
  const report = (id: CheckId, found: Finding): void => {
    put(id, found);
    patience.restart();
  };
  try {
    await Promise.race([probe.run(report, patience.signal), patience.end]);
    for (const id of open) put(id, unclear('it was not checked', AGAIN));
  } catch (error) {
    const [first, ...rest] = open;
    if (first === undefined) return;
    put(first, failure(error, patience.signal));
    for (const id of rest) put(id, blocked(first, `needs ${first}`));
  } finally {
    patience.done();
  }
}

/** A check that took too long says nothing about the node. */
const AGAIN = run('doctor', [], 'The machine or the peer is slow; later');

function failure(error: unknown, signal: AbortSignal): Finding {
  if (signal.aborted) return unclear(`no answer ${errorText(signal.reason)}`, AGAIN);
  if (isAosError(error) && error.code !== 'BUG') return fail(`${error.message} (${error.code})`, error.next);
  return unclear(`this check itself failed: ${errorText(error)}`, say('Report this with aos doctor --json.'));
}

/** A signal that aborts when nothing is reported for `ms`, or with `outer`; `end` rejects with it. */
function patienceOf(
  time: Time,
  ms: number,
  outer: AbortSignal,
): {signal: AbortSignal; end: Promise<never>; restart: () => void; done: () => void} {
  const {controller, unlink} = linkedAbort(outer);
  let nap = new AbortController();
  const wait = (): void => {
    nap = new AbortController();
    time.sleep(ms, nap.signal).then(
      () => controller.abort(new Error(`within ${ms / 1000} s`)),
      () => undefined, // it reported something, or is done
    );
  };
  wait();
  const end = abortable<never>(controller.signal, () => () => {});
  end.catch(() => undefined); // those who wait for it get the error; it may be that none does
  return {
    signal: controller.signal,
    end,
    restart() {
      nap.abort();
      if (!controller.signal.aborted) wait();
    },
    done() {
      nap.abort();
      unlink();
    },
  };
}
