import {type RenderNext, run} from '../../foundation/next-step/next-step.ts';
import {count} from '../../foundation/text/words.ts';
import {isoTime} from '../../foundation/time/time.ts';
import type {JobRef, OperatorEventBody} from './events.ts';
import type {HeldThen} from './job-states.ts';

type CheckedEvent = Extract<
  OperatorEventBody,
  {type: 'job_checked' | 'job_held' | 'job_released' | 'answers_held'}
>;

const TYPES: ReadonlySet<string> = new Set<CheckedEvent['type']>([
  'job_checked',
  'job_held',
  'job_released',
  'answers_held',
]);

/** Whether an event is about the check of an answer. */
export function isCheckedEvent(event: OperatorEventBody): event is CheckedEvent {
  return TYPES.has(event.type);
}

/** What happens to a job whose answer is held, as the end of a sentence about it. */
const THEN: Readonly<Record<HeldThen, string>> = {
  wait: 'it is not delivered unless you release it',
  check_again: 'it is checked again later',
  ask_again: 'a worker is asked again',
};

function dueText({dueAt, dueJob}: CheckedEvent & {type: 'answers_held'}): string {
  return dueAt === null || dueJob === null ? '' : `; job #${dueJob} ends unanswered at ${isoTime(dueAt)}`;
}

/** What the checks of answers found, and what the operator did about it. */
export function describeChecked(
  event: CheckedEvent,
  name: (job: JobRef) => string,
  next: RenderNext,
): {level: 'debug' | 'info' | 'warn' | 'error'; text: string} {
  switch (event.type) {
    case 'job_checked': {
      const {verdict, code, message} = event;
      const why = code === undefined ? message : `${message} (${code})`;
      if (verdict === 'ok') return {level: 'debug', text: `job ${name(event.job)} checked: ${why}`};
      const what = verdict === 'refused' ? 'answer refused' : 'answer not checked, and delivered';
      return {level: 'warn', text: `job ${name(event.job)} ${what}: ${why}`};
    }
    case 'job_held': {
      const {job, code, message, then} = event;
      const step = next(run('job show', [`#${job.seq}`]));
      return {
        level: 'error',
        text: `job ${name(job)}: its answer is held: ${message} (${code}); ${THEN[then]} → ${step}`,
      };
    }
    case 'job_released':
      return {level: 'warn', text: `job ${name(event.job)}: its held answer is released and delivered`};
    case 'answers_held':
      return event.count === 0
        ? {level: 'info', text: 'no answer is held any more'}
        : {level: 'debug', text: `${count(event.count, 'answer')} held${dueText(event)}`};
  }
}
