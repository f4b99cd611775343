import {errorText, isAosError} from '../../foundation/errors/error.ts';
import type {Emit, OperatorEvent} from '../events/events.ts';
import type {Time} from '../../foundation/time/time.ts';
import {due, type Alert} from './due.ts';
import {observe, type Incidents} from './incidents.ts';

/** Sends an alert when a problem lasts, and another when it is over. */
export type Alerts = {
  /** Takes the operator's events; never throws, never waits. */
  onEvent(event: OperatorEvent): void;
  /** Sends what waits, at most {@link CLOSE_MS} long, and ends. */
  close(): Promise<void>;
};

export type AlertsDeps = {
  time: Pick<Time, 'now' | 'after' | 'sleep'>;
  delayMs: number;
  /** Sends one; gives up by itself after some tries. */
  send: (alert: Alert, signal: AbortSignal) => Promise<unknown>;
  /** The operator's event stream, for the warning that an alert could not be sent. */
  emit: Emit;
};

/** Alerts that wait for the one before; of more the oldest is dropped, what holds now is what counts. */
const MOST_WAITING = 20;
const CLOSE_MS = 3_000;

/** One alert is sent at a time, so they arrive in order; the operator never waits for any. */
export function createAlerts({time, delayMs, send, emit}: AlertsDeps): Alerts {
  let incidents: Incidents = new Map();
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
  }

  async function sendAll(): Promise<void> {
    isSending = true;
    for (let alert = waiting.shift(); alert !== undefined; alert = waiting.shift()) {
      try {
        await send(alert, stop.signal);
        failing = false;
      } catch (error) {
        if (stop.signal.aborted) break;
        // Once for a streak: a webhook that is away would fill the log.
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
    // In the turn that saw that nothing waits: what comes after it begins anew.
    isSending = false;
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
