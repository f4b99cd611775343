import {safeText} from '../../foundation/text/safe-text.ts';
import type {Answers, Facts, Question} from './question.ts';
import {QUESTIONS} from './questions.ts';

/** All answers, or the missing flags and wrong values. */
export type Completed = {answers: Answers; missing: readonly string[]; wrong: readonly string[]};

/** Checks what the flags gave. */
export function checkFlags(given: Readonly<Record<string, string | undefined>>, facts: Facts): Completed {
  let answers: Answers = {};
  const wrong: string[] = [];
  for (const question of QUESTIONS) {
    const text = question.flag === null ? undefined : given[question.flag];
    if (text === undefined) continue;
    const parsed = question.parse(text, {answers, facts});
    if ('wrong' in parsed) wrong.push(complaint(question, text, parsed));
    else answers = {...answers, [question.key]: parsed.value};
  }
  return {answers, missing: [], wrong};
}

/** Fills up what the flags gave with the presets; names every flag without which there is no answer. */
export function complete(given: Answers, facts: Facts): Completed {
  let answers = given;
  const missing: string[] = [];
  for (const question of QUESTIONS) {
    if (answers[question.key] !== undefined || !question.applies({answers, facts})) continue;
    const preset = question.preset({answers, facts});
    if (preset !== null) answers = {...answers, [question.key]: preset};
    else if (question.flag !== null) missing.push(`--${question.flag}`);
  }
  return {answers, missing, wrong: []};
}

function complaint(
  {flag, path}: Question,
  text: string,
  {wrong, expected}: {wrong: string; expected?: string},
): string {
  // Some flags take URLs with keys in them: what was typed is never repeated.
  const what = text.trim() === '' ? 'is empty' : safeText(wrong);
  return `--${flag ?? path} ${what}${expected === undefined ? '' : `; expected ${expected}`}`;
}
