import {isoTime} from '../../foundation/time/time.ts';
import type {HeldThen} from '../../node/events/job-states.ts';
import type {CheckRow} from '../../node/journal/job-query-types.ts';
import type {CheckState} from '../../node/journal/verdicts.ts';

/** An answer that took the way of checks, as `--json` has it. */
export type CheckJson = ReturnType<typeof checkJson>;

/** @param answerIn the text that a body of the job's kind has; null: it cannot be read */
export function checkJson(
  {attempt, state, at, judgedAt, code, message, then, results, body}: CheckRow,
  answerIn: (body: string) => string | null,
) {
  return {
    attempt,
    state,
    receivedAt: isoTime(at),
    judgedAt: judgedAt === null ? null : isoTime(judgedAt),
    code,
    message,
    then,
    results,
    /** Null: it is the answer of its request, and shown there. */
    answer: body === null ? null : (answerIn(body) ?? body),
    bytes: body === null ? null : Buffer.byteLength(body),
  };
}

/** What became of it, in words of its own each: what was not checked is not what passed. */
const STATES: Readonly<Record<CheckState, string>> = {
  checking: 'being checked',
  held: 'HELD, not delivered',
  ok: 'passed its checks',
  not_checked: 'NOT CHECKED, and delivered',
  released: 'held by a check, and released by the operator',
};

const THEN: Readonly<Record<HeldThen, string>> = {
  wait: 'it waits for aos job release, until the deadline',
  check_again: 'it is checked again later',
  ask_again: 'a worker is asked again; this answer can be released meanwhile',
};

const VERDICTS: Readonly<Record<CheckJson['results'][number]['verdict'], string>> = {
  ok: 'ok',
  not_checked: 'not checked',
  held: 'held',
  refused: 'refused',
};

/** Rows of the checks of a job: a label, and a value from which nothing is made safe yet. */
export function checkRows(checks: readonly CheckJson[]): [label: string, value: string | null][] {
  return checks.flatMap(({attempt, state, code, message, then, results, answer, receivedAt}) => {
    const why = message === null ? '' : `: ${message}${code === null ? '' : ` (${code})`}`;
    const rows: [string, string | null][] = [
      [`  attempt ${attempt ?? '?'}`, `${receivedAt}, ${STATES[state]}${why}`],
      ['    then', then === null ? null : THEN[then]],
      ['    answer', answer],
    ];
    for (const {check, verdict, code: own, message: words, facts} of results) {
      rows.push([`    ${check}`, `${VERDICTS[verdict]}: ${words}${own === null ? '' : ` (${own})`}`]);
      for (const [name, text] of Object.entries(facts))
        rows.push([`      ${inWords(name)}`, text === 'not_checked' ? VERDICTS[text] : text]);
    }
    return rows;
  });
}

/** The name of a fact as people read it: `vkSha256` is `vk sha256`. */
function inWords(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
