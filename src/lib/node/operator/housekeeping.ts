import {untilAbort} from '../../foundation/async/abort.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Health} from './health.ts';
import type {Journal} from '../journal/journal.ts';

/** How often the journal is tidied, and its age written down. */
const EVERY_MS = 60_000;

/**
 * Packs in the journal what was over for the evidence period, and deletes what was over for the retention, now and every
 * minute, until the signal aborts. The retention is at least the evidence period, challenge and checkpoint period together
 * (docs/protocol.md#evidence-of-a-job), so no evidence goes too early; both count by the journal's age.
 */
export async function keepTidy(deps: {
  journal: Pick<Journal, 'tidy' | 'age'>;
  time: Time;
  health: Pick<Health, 'failed'>;
  evidenceMs: number;
  retentionMs: number;
  signal: AbortSignal;
}): Promise<void> {
  const {journal, time, health, signal, evidenceMs, retentionMs} = deps;
  const ended = untilAbort(signal);
  while (!signal.aborted) {
    const tidied = journal.age
      .keep()
      .then(() => journal.tidy({evidenceMs, retentionMs}))
      .catch((error: unknown) => {
        // What was under way when the run ended is done by the next one.
        if (!signal.aborted) health.failed('journal', error);
      });
    // A disk that does not keep it must not keep the run from ending.
    await Promise.race([tidied, ended]);
    await time.sleep(EVERY_MS, signal).catch(() => undefined); // the end of the run: the loop's condition tells
  }
}
