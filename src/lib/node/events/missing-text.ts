import {count} from '../../foundation/text/words.ts';
import {duration} from '../../foundation/time/duration.ts';
import {MISSING_AFTER_MS} from './missing.ts';
import type {MissingAnswers} from './events.ts';

/** Which selected jobs have no answer, in words. */
export function missingText(kinds: readonly MissingAnswers[]): string {
  return kinds
    .flatMap(({kind, waiting, unanswered}) => [
      ...(waiting === 0
        ? []
        : [`${count(waiting, `${kind} job`)} without an answer for ${duration(MISSING_AFTER_MS)} or longer`]),
      ...(unanswered === 0 ? [] : [`${count(unanswered, `${kind} job`)} left without an answer`]),
    ])
    .join(', ');
}
