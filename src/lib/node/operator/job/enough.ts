import {run} from '../../../foundation/next-step/next-step.ts';
import {count} from '../../../foundation/text/words.ts';
import type {Emit} from '../../events/events.ts';
import type {CheckJournal} from '../../journal/journal.ts';
import type {Begun} from './job.ts';

/** When a run of so many jobs is over: each has ended, or waits for nothing but the word of the operator about its held answer. */
export type Enough = {
  /** So many answers are held now. */
  held(count: number): void;
  /** A job has ended, or waits for an answer now. */
  look(): void;
};

export function createEnough({
  journal,
  maxEnded,
  ended,
  inProgress,
  emit,
  onEnough,
}: {
  journal: {checks: Pick<CheckJournal, 'stateOf'>};
  /** So many jobs; null: the run has no such end. */
  maxEnded: number | null;
  /** Jobs that were accepted, or left unanswered. */
  ended: () => number;
  /** By their number: never more than `maxEnded` leaves. */
  inProgress: ReadonlyMap<number, Pick<Begun, 'at'>>;
  emit: Emit;
  onEnough: () => void;
}): Enough {
  let held = 0;
  let isSaid = false;

  function look(): void {
    if (maxEnded === null) return;
    const open = maxEnded - ended();
    if (open <= 0) onEnough();
    // Only at the end are the jobs looked at one by one.
    if (open <= 0 || held < open || inProgress.size < open) return;
    const waits = new Set<string>();
    for (const [seq, {at}] of inProgress) {
      const state = at === 'listen' ? journal.checks.stateOf(seq) : null;
      if (state === null || state === 'checking') return;
      waits.add(state);
    }
    if (waits.size === 1 && waits.has('wait')) onEnough();
    else if (!isSaid) say([...inProgress.keys()]);
  }

  /** A check that is repeated, or a worker that is asked again, may still end them: until then the run seems to hang. */
  function say(jobs: readonly number[]): void {
    isSaid = true;
    const [first] = jobs;
    const one = jobs.length === 1 && first !== undefined;
    emit({
      type: 'warning',
      code: 'ANSWER_HELD',
      message: `the run waits for ${count(jobs.length, 'held answer')}: checked or asked again until the deadline, unless you release ${one ? 'it' : 'them'}`,
      next: one ? run('job release', [`#${first}`]) : run('job list', ['--held']),
    });
  }

  return {
    held(now) {
      held = now;
      look();
    },
    look,
  };
}
