import {abortable, onAbort} from '../../foundation/async/abort.ts';
import {createBackoff} from '../../foundation/async/backoff.ts';
import {isAosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Health} from './health.ts';

/**
 * Tries a journal write until the disk takes it; rejects with what is not the disk's fault, or at the end of the run. One
 * of those that wait tries every second, the others more seldom: when a write succeeds, all of them try at once.
 * `onRefused` is called before each further try.
 */
export type RetryJournalWrite = <T>(write: () => Promise<T>, onRefused?: () => void) => Promise<T>;

/** How often one of those that wait tries. */
const PILOT_MS = 1_000;
/** How long after a success the others try: one success of many wakes them, not each. */
const WAKE_MS = 50;

export function createRetryJournalWrite(deps: {
  time: Time;
  random: () => number;
  health: Health;
  signal: AbortSignal;
}): RetryJournalWrite {
  const {time, random, health, signal} = deps;
  const pausing = new Set<() => void>();
  let hasPilot = false;
  let cancelWaking: (() => void) | null = null;
  onAbort(signal, () => cancelWaking?.());

  function wakeSoon(): void {
    if (cancelWaking !== null || pausing.size === 0 || signal.aborted) return;
    cancelWaking = time.after(WAKE_MS, () => {
      cancelWaking = null;
      for (const wake of [...pausing]) wake();
    });
  }

  function pause(ms: number): Promise<undefined> {
    return abortable<undefined>(signal, (resolve) => {
      const wake = (): void => resolve(undefined);
      pausing.add(wake);
      const sleeping = new AbortController();
      time.sleep(ms, sleeping.signal).then(wake, () => undefined); // woken, or the run ended
      return () => {
        pausing.delete(wake);
        sleeping.abort();
      };
    });
  }

  return async (write, onRefused) => {
    const seldom = createBackoff({firstMs: 500, capMs: 15_000, random});
    const often = createBackoff({firstMs: 500, capMs: PILOT_MS, random});
    let isPilot = false;
    try {
      for (let attempt = 1; ; attempt += 1) {
        if (attempt > 1) onRefused?.();
        try {
          const result = await write();
          health.worked('journal');
          wakeSoon();
          return result;
        } catch (error) {
          if (!isAosError(error, 'JOURNAL_WRITE_FAILED')) throw error;
          health.failed('journal', error);
        }
        if (!hasPilot) hasPilot = isPilot = true;
        await pause((isPilot ? often : seldom).next());
      }
    } finally {
      if (isPilot) {
        hasPilot = false;
        // Where it ended by a failure of its own, another one takes its place.
        wakeSoon();
      }
    }
  };
}
