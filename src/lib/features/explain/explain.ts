import {wrap} from '../../foundation/text/cells.ts';
import {allCodes, CODES, EXIT, isCode} from '../../foundation/errors/table.ts';
import {nearest} from '../../foundation/text/nearest.ts';
import {EXIT_CODES} from './exit-codes.ts';
import {type NextStep, type RenderNext, say} from '../../foundation/next-step/next-step.ts';

/** All that is known about a code, as `aos explain CODE --json` has it. */
export type Explanation = {
  code: string;
  kind: 'error' | 'notice' | 'exit-code';
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

/** Of an error code, a notice or an exit code, in any letter case and with `-` for `_`; null for another word. */
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
  if (exit === undefined) return null;
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
  return [...allCodes(), ...Object.keys(EXIT_CODES)];
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
  const beginning = codes.filter((code) => code.startsWith(part));
  return beginning.length > 0 ? beginning : codes.filter((code) => code.includes(part));
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
    .map(({code, exitCode, kind, means}) =>
      [code.padEnd(width), (kind === 'notice' ? '' : String(exitCode)).padStart(3), means].join('  '),
    )
    .join('\n');
}
