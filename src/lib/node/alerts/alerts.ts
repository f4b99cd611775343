import {errorText, isAosError} from '../../foundation/errors/error.ts';
import type {Emit, OperatorEvent} from '../events/events.ts';
import type {Time} from '../../foundation/time/time.ts';
import {due, type Alert, type DueAlert} from './due.ts';
import {observe, type Severity} from './incidents.ts';
import {keptIncidents, keptText} from './kept.ts';
import {recalled} from './recalled.ts';
import {accepted, inPlaceOf, queued, withEnds} from './waiting.ts';

/** Sends an alert when a problem lasts, and another when it has ended. */
export type Alerts = {
  /** Takes the operator's events; never throws, never waits. */
  onEvent(event: OperatorEvent): void;
  /** Sends the waiting alerts for at most {@link CLOSE_MS}, and ends. */
  close(): Promise<void>;
};

export type AlertsDeps = {
  time: Pick<Time, 'now' | 'after' | 'sleep'>;
  /** How long a problem must last; asked for each time, since a reload may change it. */
  readonly delayMs: number;
  /** The least severity of problems that are sent; asked for each time, too. */
  readonly least: Severity;
  /** Until when alerts are muted now, Unix ms; 0: they are not. Must not throw. */
  mutedUntil: () => number;
  /** Sends one alert; retries, and rejects after the last attempt. */
  send: (alert: Alert, signal: AbortSignal) => Promise<unknown>;
  /** The operator's event stream, for the warning that an alert could not be sent. */
  emit: Emit;
  /** What is kept over restarts, so that what lasts is not reported again at each start, and its end is reported. */
  kept: {
    recall: () => string | null;
    /** Must not throw. */
    remember: (text: string) => void;
  };
};

const CLOSE_MS = 3_000;
/** Pauses before alerts that were not sent are tried again; the last one repeats. */
const RETRY_MS = [1, 2, 5, 15, 30, 60].map((minutes) => minutes * 60_000);
/** While alerts are muted it is looked so often whether they still are. */
const LOOK_MS = 15_000;

/**
 * Creates the alerts: sends one at a time, so that they arrive in order; the operator never waits for one. An alert that is
 * not accepted waits and is tried again; it counts as sent only once it is accepted, over restarts too.
 */
export function createAlerts(deps: AlertsDeps): Alerts {
  const {time, mutedUntil, send, emit, kept} = deps;
  let taken = keptIncidents(kept.recall());
  let incidents = recalled(taken, time.now());
  let noted = keptText(taken);
  let waiting: DueAlert[] = [];
  /** Of the present round: the one that is being sent, and those that failed. */
  let current: DueAlert | null = null;
  let failed: DueAlert[] = [];
  let retryAt: number | null = null;
  let tries = 0;
  let cancel = (): void => {};
  let failing = false;
  const stop = new AbortController();
  let isSending = false;
  let sent = Promise.resolve();

  function sendDue(): void {
    cancel();
    if (stop.signal.aborted) return;
    const now = time.now();
    taken = withEnds(taken, incidents, unsent());
    // It is not looked at where nothing is wrong, which is nearly always.
    const until = incidents.size === 0 ? 0 : mutedUntil();
    const {delayMs, least} = deps;
    const found = due(incidents, now, {delayMs, least, mutedUntil: until});
    incidents = found.incidents;
    waiting = queued(waiting, found.alerts);
    const isTime = found.alerts.length > 0 || (retryAt !== null && now >= retryAt);
    if (isTime && waiting.length > 0 && !isSending) sent = sendAll();
    const lookAt = until > now && incidents.size > 0 ? now + LOOK_MS : Infinity;
    const wakeAt = Math.min(found.wakeAt ?? Infinity, retryAt ?? Infinity, lookAt);
    if (Number.isFinite(wakeAt)) cancel = time.after(Math.max(1, wakeAt - now), sendDue);
    keep();
  }

  function unsent(): DueAlert[] {
    return [...waiting, ...failed, ...(current === null ? [] : [current])];
  }

  /** What was not accepted is not kept as sent: after a restart it is sent again. */
  function keep(): void {
    taken = withEnds(taken, incidents, unsent());
    const text = keptText(taken);
    if (text === noted) return;
    noted = text;
    kept.remember(text);
  }

  /** Tries each of the waiting alerts once: one that a webhook refuses must not hold up the others. */
  async function sendAll(): Promise<void> {
    isSending = true;
    retryAt = null;
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const {key} = next;
      const earlier = failed.find((one) => one.key === key);
      failed = failed.filter((one) => one !== earlier);
      current = inPlaceOf(earlier, next);
      try {
        await send(current.alert, stop.signal);
        failing = false;
        taken = accepted(taken, current);
      } catch (error) {
        if (stop.signal.aborted) break;
        failed.push(current);
        warn(error);
      }
      current = null;
      keep();
    }
    // No await lies between the last check and this line, so that a later alert starts a new loop.
    isSending = false;
    if (stop.signal.aborted) return;
    tries = failed.length === 0 ? 0 : tries + 1;
    if (failed.length === 0) return;
    waiting = queued(failed, waiting);
    failed = [];
    retryAt = time.now() + (RETRY_MS[Math.min(tries, RETRY_MS.length) - 1] ?? 0);
    sendDue();
  }

  /** One warning for a series: a webhook that is away would fill the log. */
  function warn(error: unknown): void {
    const code = isAosError(error) ? error.code : 'BUG';
    if (!failing)
      emit({
        type: 'warning',
        code,
        message: `an alert was not sent: ${errorText(error)}`,
        ...(isAosError(error) ? {next: error.next} : {}),
      });
    failing = true;
  }

  sendDue();
  return {
    onEvent(event) {
      const before = incidents;
      incidents = observe(incidents, event);
      if (incidents !== before) sendDue();
    },
    async close() {
      cancel();
      if (isSending) await Promise.race([sent, time.sleep(CLOSE_MS, stop.signal)]);
      stop.abort(new Error('the operator has ended'));
      cancel();
    },
  };
}
