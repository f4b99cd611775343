import {untilAbort} from '../../foundation/async/abort.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Health} from './health.ts';
import type {Journal} from '../journal/journal.ts';

/** How often old jobs are looked for. */
const EVERY_MS = 60 * 60 * 1000;

/**
 * Deletes from the journal what has been through for longer than the retention, now and every hour, until the signal
 * aborts. The retention is at least challenge period + checkpoint period (docs/protocol.md#evidence-of-a-job), so no
 * evidence goes too early.
 */
export async function keepTidy(deps: {
  journal: Pick<Journal, 'prune'>;
  time: Time;
  health: Health;
  retentionMs: number;
  signal: AbortSignal;
}): Promise<void> {
  const {journal, time, health, signal} = deps;
  const ended = untilAbort(signal);
  while (!signal.aborted) {
    const pruned = journal
      .prune(time.now() - deps.retentionMs)
      .catch((error: unknown) => health.failed('journal', error));
    // A disk that does not keep it must not keep the run from ending.
    await Promise.race([pruned, ended]);
    await time.sleep(EVERY_MS, signal).catch(() => undefined); // the end of the run: the loop's condition tells
  }
}
