import {errorText, isAosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit, OperatorEvent} from '../events/events.ts';
import {isMutable, observe, type Incident, type Incidents} from './incidents.ts';

/** Calls a dead man's switch while the node is healthy: its silence is an alarm that needs neither this process nor this machine. */
export type WatchdogCalls = {
  /** Takes the operator's events; never throws, never waits. */
  onEvent(event: OperatorEvent): void;
  /** Calls no more. */
  close(): void;
};

export type WatchdogDeps = {
  time: Pick<Time, 'now' | 'after'>;
  /** Asked for each time, since a reload may change it. */
  readonly intervalMs: number;
  /** How long a problem may last before the calls stop; asked for each time, too. */
  readonly delayMs: number;
  /** Until when alerts are muted now, Unix ms; 0: they are not. Must not throw. */
  mutedUntil: () => number;
  /** Calls once; retries, and rejects after the last attempt. */
  ping: (signal: AbortSignal) => Promise<void>;
  /** The operator's event stream, for the warning that a call did not arrive. */
  emit: Emit;
};

/** The first call comes no sooner after a start: until then most problems have shown. */
const FIRST_MS = 10_000;

/**
 * Whether a node is well enough for the call: no critical problem has lasted for the delay, and the network reaches it. What has
 * only happened, such as a slash, is an alert and says nothing of now; a problem that is muted does not count.
 */
export function isHealthy(
  incidents: Incidents,
  now: number,
  {delayMs, mutedUntil}: {delayMs: number; mutedUntil: number},
): boolean {
  return ![...incidents.values()].some((one) => isIll(one) && hasLasted(one));

  function isIll({subject, severity, goodAt, isNews}: Incident): boolean {
    if (goodAt !== null || isNews || subject === 'results') return false;
    if (mutedUntil > now && isMutable(subject)) return false;
    return subject === 'offline' || severity === 'critical';
  }
  function hasLasted({subject, since, notBefore}: Incident): boolean {
    return now >= Math.max(notBefore, subject === 'offline' ? since : since + delayMs);
  }
}

/** Creates the calls; the first one follows the start by {@link FIRST_MS}, or by the delay where that is longer. */
export function createWatchdogCalls(deps: WatchdogDeps): WatchdogCalls {
  const {time, mutedUntil, ping, emit} = deps;
  const stop = new AbortController();
  let incidents: Incidents = new Map();
  let cancel = time.after(Math.max(FIRST_MS, deps.delayMs), tick);
  let failing = false;

  /** One call at a time: the next is due an interval after the last one began, or when it has ended. */
  function tick(): void {
    const begun = time.now();
    const next = (): void => {
      if (stop.signal.aborted) return;
      const passed = Math.max(0, time.now() - begun);
      cancel = time.after(Math.max(1, deps.intervalMs - passed), tick);
    };
    const muted = incidents.size === 0 ? 0 : mutedUntil();
    if (!isHealthy(incidents, begun, {delayMs: deps.delayMs, mutedUntil: muted})) {
      next();
      return;
    }
    void ping(stop.signal).then(
      () => {
        failing = false;
        next();
      },
      (error: unknown) => {
        if (stop.signal.aborted) return;
        warn(error);
        next();
      },
    );
  }

  /** One warning for a series. */
  function warn(error: unknown): void {
    if (!failing)
      emit({
        type: 'warning',
        code: isAosError(error) ? error.code : 'BUG',
        message: `the watchdog was not called: ${errorText(error)}`,
        ...(isAosError(error) ? {next: error.next} : {}),
      });
    failing = true;
  }

  return {
    onEvent(event) {
      const after = observe(incidents, event);
      if (after === incidents) return;
      incidents = new Map([...after].filter(([, {goodAt}]) => goodAt === null));
    },
    close() {
      cancel();
      stop.abort(new Error('the operator has ended'));
    },
  };
}
