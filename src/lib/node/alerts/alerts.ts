import {errorText, isAosError} from '../../foundation/errors/error.ts';
import type {Emit, OperatorEvent} from '../events/events.ts';
import type {Time} from '../../foundation/time/time.ts';
import {due, type Alert} from './due.ts';
import {observe, type Incidents} from './incidents.ts';
import {keptIncidents, keptText} from './kept.ts';

/** Sends an alert when a problem lasts, and another when it has ended. */
export type Alerts = {
  /** Takes the operator's events; never throws, never waits. */
  onEvent(event: OperatorEvent): void;
  /** Sends the waiting alerts for at most {@link CLOSE_MS}, and ends. */
  close(): Promise<void>;
};

export type AlertsDeps = {
  time: Pick<Time, 'now' | 'after' | 'sleep'>;
  delayMs: number;
  /** Sends one alert; retries, and rejects after the last attempt. */
  send: (alert: Alert, signal: AbortSignal) => Promise<unknown>;
  /** The operator's event stream, for the warning that an alert could not be sent. */
  emit: Emit;
  /** What is kept over restarts, so that what lasts on chain is not reported again at each start. */
  kept: {
    recall: () => string | null;
    /** Must not throw. */
    remember: (text: string) => void;
  };
};

/** Waiting alerts at most; the oldest is dropped first, because the current state matters most. */
const MOST_WAITING = 20;
const CLOSE_MS = 3_000;

/** Creates the alerts: sends one at a time, so that they arrive in order; the operator never waits for one. */
export function createAlerts({time, delayMs, send, emit, kept}: AlertsDeps): Alerts {
  let incidents: Incidents = keptIncidents(kept.recall());
  let noted = keptText(incidents);
  let waiting: Alert[] = [];
  let cancel = (): void => {};
  let failing = false;
  const stop = new AbortController();
  let isSending = false;
  let sent = Promise.resolve();

  function sendDue(): void {
    cancel();
    const now = time.now();
    const found = due(incidents, now, delayMs);
    incidents = found.incidents;
    waiting = [...waiting, ...found.alerts].slice(-MOST_WAITING);
    if (found.wakeAt !== null) cancel = time.after(Math.max(1, found.wakeAt - now), sendDue);
    if (waiting.length > 0 && !isSending) sent = sendAll();
    keep();
  }

  /** What waits, or was not sent, is not kept: after a restart it is sent again. */
  function keep(): void {
    if (isSending || failing) return;
    const text = keptText(incidents);
    if (text === noted) return;
    noted = text;
    kept.remember(text);
  }

  async function sendAll(): Promise<void> {
    isSending = true;
    for (let alert = waiting.shift(); alert !== undefined; alert = waiting.shift()) {
      try {
        await send(alert, stop.signal);
        failing = false;
      } catch (error) {
        if (stop.signal.aborted) break;
        // One warning for a series: a webhook that is away would fill the log.
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
    }
    // No await lies between the last check and this line, so that a later alert starts a new loop.
    isSending = false;
    keep();
  }

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
    },
  };
}
