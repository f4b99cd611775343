import type {Emit} from '../events/events.ts';
import type {JobJournal} from '../journal/journal.ts';
import {refOf} from './job/record.ts';
import type {Scheduler} from './job/scheduling.ts';

/**
 * Has jobs asked about again that wait for an answer, or were left without one, by their numbers in the journal.
 * @returns those that are; the others have their answer, or are no jobs
 * @throws AosError JOURNAL_WRITE_FAILED
 */
export type AskAgain = (seqs: readonly number[]) => Promise<number[]>;

export function createAskAgain(deps: {
  journal: Pick<JobJournal, 'retry' | 'get'>;
  scheduler: Pick<Scheduler, 'askAgain'>;
  emit: Emit;
}): AskAgain {
  const {journal, scheduler, emit} = deps;
  return async (seqs) => {
    const asked: number[] = [];
    for (const seq of new Set(seqs)) {
      if (!(await journal.retry(seq))) continue;
      const record = journal.get(seq);
      if (record === undefined) continue;
      emit({type: 'job_asked_again', job: refOf(record)});
      scheduler.askAgain(seq);
      asked.push(seq);
    }
    return asked;
  };
}
