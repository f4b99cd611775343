import * as v from 'valibot';
import {count, time} from '../../cli/schema/parts.ts';
import {HELD_THEN} from '../../node/events/job-states.ts';
import {CHECK_NAMES, CHECK_STATES} from '../../node/journal/verdicts.ts';

/** The answers of a job that took the way of checks. */
export const checks = v.array(
  v.object({
    attempt: v.nullable(count),
    state: v.pipe(
      v.picklist(CHECK_STATES),
      v.description('ok, not_checked and released: it is the answer; not_checked: nothing was found out'),
    ),
    receivedAt: time,
    judgedAt: v.nullable(time),
    code: v.nullable(v.string()),
    message: v.nullable(v.string()),
    then: v.pipe(
      v.nullable(v.picklist(HELD_THEN)),
      v.description('of one that is held: what happens until the deadline'),
    ),
    results: v.array(
      v.object({
        check: v.picklist(CHECK_NAMES),
        verdict: v.picklist(['ok', 'not_checked', 'held', 'refused']),
        code: v.nullable(v.string()),
        message: v.string(),
        facts: v.pipe(v.record(v.string(), v.string()), v.description('what it was decided by')),
      }),
    ),
    answer: v.pipe(
      v.nullable(v.string()),
      v.description('the text that is held, or is being checked; null: it is in requests'),
    ),
    bytes: v.nullable(count),
  }),
);
