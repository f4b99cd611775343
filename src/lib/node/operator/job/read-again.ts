import {createBackoff} from '../../../foundation/async/backoff.ts';
import {isAosError} from '../../../foundation/errors/error.ts';
import type {Health} from '../health.ts';
import type {Step, StepOf, Steps} from './job.ts';

/** How long a job waits after the journal could not be read. */
const PAUSES = {firstMs: 1_000, capMs: 60_000} as const;

/** The steps, repeated after a pause when the journal could not be read: what passes must not cost a job until a restart. */
export function readAgain(
  steps: Steps,
  {health, random}: {health: Pick<Health, 'failed' | 'worked'>; random: () => number},
): Steps {
  function patient(step: Step): StepOf {
    return async (job) => {
      const use = `job ${job.seq}`;
      const passed = (): void => {
        if (job.unread === undefined) return;
        job.unread = undefined;
        health.worked('journal', use);
      };
      try {
        const next = await steps[step](job);
        passed();
        return next;
      } catch (error) {
        if (!isAosError(error, 'JOURNAL_UNREADABLE')) {
          passed();
          throw error;
        }
        health.failed('journal', error, use);
        job.unread ??= createBackoff({...PAUSES, random});
        return {step, inMs: job.unread.next()};
      }
    };
  }
  return {
    sample: patient('sample'),
    work: patient('work'),
    giveUp: patient('giveUp'),
    deliver: patient('deliver'),
  };
}
