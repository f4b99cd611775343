import {wrap} from '../../foundation/text/cells.ts';
import {allCodes, CODES, EXIT, isCode} from '../../foundation/errors/table.ts';
import {nearest} from '../../foundation/text/nearest.ts';
import {CHECK_IDS, CHECKS} from '../doctor/registry.ts';
import {LEAVE_EXPLAINED} from '../register/leave-explained.ts';
import {EXIT_CODES} from './exit-codes.ts';
import {type NextStep, type RenderNext, run, say} from '../../foundation/next-step/next-step.ts';
import {EXPLAINED_PRECONDITIONS} from '../../peers/chain/flows/explained.ts';

/** All that is known about a code, as `aos explain CODE --json` has it. */
export type Explanation = {
  code: string;
  kind: 'error' | 'notice' | 'exit-code' | 'check';
  /** Of an error or an exit code; null for what ends nothing. */
  exitCode: number | null;
  category: string | null;
  means: string;
  /** What usually is behind it and how to see it, the likeliest first. */
  causes: readonly string[];
  next: NextStep;
  /** Of an exit code: the errors that end with it. */
  codes: readonly string[];
};

/** A precondition's id names the quorum or the set it is about; the explanation is the same for all. */
const checkName = (word: string): string =>
  word
    .trim()
    .toLowerCase()
    .replace(/^(quorum|set)-\d+-/, '$1-n-');

function explainCheck(word: string): Explanation | null {
  const name = checkName(word);
  const check = CHECKS.find(({id}) => id === name);
  if (check !== undefined) {
    const {id, about, needs} = check;
    const causes = needs.length === 0 ? [] : [`It is made only when ${needs.join(' and ')} passed.`];
    return {...CHECK, code: id, means: about, causes, next: run('doctor', ['--only', id])};
  }
  const [code, precondition] =
    Object.entries(EXPLAINED_PRECONDITIONS).find(([id]) => id.toLowerCase() === name) ?? [];
  if (code === undefined || precondition === undefined) return explainLeaving(name);
  return {...CHECK, code, ...precondition, next: run('register', ['--check'])};
}

function explainLeaving(name: string): Explanation | null {
  const [code, precondition] = Object.entries(LEAVE_EXPLAINED).find(([id]) => id === name) ?? [];
  if (code === undefined || precondition === undefined) return null;
  return {...CHECK, code, ...precondition, next: run('deregister', ['--check'])};
}

const CHECK = {kind: 'check', exitCode: null, category: null, causes: [], codes: []} as const;

/**
 * Of an error code, a notice, an exit code or a check of doctor, signer check or register, in any letter case and with `-`
 * for `_`; null for another word.
 */
export function explain(word: string): Explanation | null {
  const code = word.trim().toUpperCase().replaceAll(/[- ]/g, '_');
  if (isCode(code)) {
    const {exit, category, means, causes, next} = CODES[code];
    const kind = exit === null ? 'notice' : 'error';
    return {
      code,
      kind,
      exitCode: exit === null ? null : EXIT[exit],
      category,
      means,
      causes,
      next,
      codes: [],
    };
  }
  const exit = Object.entries(EXIT_CODES).find(([number]) => number === code);
  if (exit === undefined) return explainCheck(word);
  const [number, {means, then}] = exit;
  const codes = allCodes().filter((name) => {
    const {exit: ends} = CODES[name];
    return ends !== null && String(EXIT[ends]) === number;
  });
  return {
    code: number,
    kind: 'exit-code',
    exitCode: Number(number),
    category: null,
    means,
    causes: [],
    next: say(then),
    codes,
  };
}

/** All codes, errors first. */
export function explainedCodes(): string[] {
  return [
    ...allCodes(),
    ...Object.keys(EXIT_CODES),
    ...CHECK_IDS,
    ...Object.keys(EXPLAINED_PRECONDITIONS),
    ...Object.keys(LEAVE_EXPLAINED),
  ];
}

/**
 * The codes that a word most likely means, the likeliest first: the one that was mistyped, else those that begin with it,
 * else those that hold it.
 */
export function meantCodes(word: string): string[] {
  const part = word.trim().toUpperCase().replaceAll(/[- ]/g, '_');
  if (!/^[A-Z]/.test(part)) return []; // an exit code that there is not
  const codes = explainedCodes();
  const close = nearest(part, codes);
  if (close !== null) return [close];
  // Codes before checks: an error is what is looked up most.
  const groups = [codes.filter((code) => /^[A-Z]/.test(code)), codes.filter((code) => /^[a-z]/.test(code))];
  for (const at of ['startsWith', 'includes'] as const)
    for (const group of groups) {
      const found = group.filter((code) => code.toUpperCase().replaceAll('-', '_')[at](part));
      if (found.length > 0) return found;
    }
  return [];
}

/** @param width columns, at least 40 */
export function explanationText(about: Explanation, width: number, next: RenderNext): string {
  const indent = ' '.repeat(11);
  const lines = (head: string, text: string): string[] =>
    wrap(text, Math.max(width, 40) - indent.length).map(
      (line, index) => (index === 0 ? head : '').padEnd(indent.length) + line,
    );
  return [
    ...lines('code', about.kind === 'exit-code' ? `exit code ${about.code}` : about.code),
    ...(about.kind !== 'error'
      ? []
      : lines('exit code', `${about.exitCode ?? ''} (${about.category ?? ''})`)),
    ...lines('means', about.means),
    ...about.causes.flatMap((cause, index) => lines(index === 0 ? 'look for' : '', cause)),
    ...lines('next', next(about.next)),
    ...(about.codes.length === 0 ? [] : lines('errors', about.codes.join(', '))),
  ].join('\n');
}

/** A line a code. */
export function codeListText(): string {
  const width = Math.max(...explainedCodes().map((code) => code.length));
  return explainedCodes()
    .flatMap((code) => explain(code) ?? [])
    .map(({code, exitCode, means}) =>
      [code.padEnd(width), String(exitCode ?? '').padStart(3), means].join('  '),
    )
    .join('\n');
}
