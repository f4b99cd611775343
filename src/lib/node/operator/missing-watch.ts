import {isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {every} from '../../foundation/async/every.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {JobJournal} from '../journal/journal.ts';
import type {Emit, MissingAnswers} from '../events/events.ts';
import {MISSING_AFTER_MS, UNANSWERED_FOR_MS} from '../events/missing.ts';

/** Most characters of a kind that are shown: it is the dispatcher's word. */
const MOST_KIND = 100;
/** How often the jobs without an answer are counted. */
const COUNT_EVERY_MS = 60_000;

/**
 * Reports which selected jobs have no answer, when that changes: those that wait for longer than is usual, and those that
 * were left without one. Counts them now and every minute, until the signal aborts.
 */
export async function watchMissing(deps: {
  journal: Pick<JobJournal, 'withoutAnswer'>;
  time: Time;
  emit: Emit;
  signal: AbortSignal;
}): Promise<void> {
  const {journal, time, emit} = deps;
  let reported = '[]';
  const count = (): void => {
    const now = time.now();
    let kinds: MissingAnswers[];
    try {
      kinds = journal
        .withoutAnswer(now - MISSING_AFTER_MS, now - UNANSWERED_FOR_MS)
        .map((one) => ({...one, kind: safeText(one.kind, MOST_KIND)}));
    } catch (error) {
      if (isAosError(error)) return; // the job steps report a damaged journal
      throw error;
    }
    const text = JSON.stringify(kinds);
    if (text === reported) return;
    reported = text;
    emit({type: 'answers_missing', kinds});
  };
  count();
  await every(COUNT_EVERY_MS, deps, count);
}
