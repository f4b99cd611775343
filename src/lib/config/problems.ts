import {sanitizeText, sanitizePath} from './sanitize.ts';

/** Where a value stands: a file with line and column (from 1), or the name of a flag or variable. */
export type Place = {source: string; line: number | null; col: number | null};

/** One thing that is wrong with the configuration; no field ever holds a secret. */
export type ConfigProblem = {
  /** Dotted path of the key; '' for the file as a whole. */
  path: string;
  /** File as it was named, flag or variable. */
  source: string;
  line: number | null;
  col: number | null;
  /** What was wrong. */
  got: string;
  /** What was expected; '' where `got` says it all. */
  expected: string;
  /** A value that works; '' where none fits. */
  example: string;
};

export function problemAt(
  place: Place,
  path: string,
  got: string,
  expected = '',
  example = '',
): ConfigProblem {
  return {
    path: sanitizePath(path),
    source: place.source,
    line: place.line,
    col: place.col,
    got,
    expected,
    example,
  };
}

/** `FILE:LINE:COL`, or the name of the flag or variable. */
export function placeText({source, line, col}: Place): string {
  const name = sanitizeText(source);
  return line === null ? name : `${name}:${line}:${col ?? 1}`;
}

/** `FILE:LINE:COL  path  what was wrong, what was expected, an example`. */
export function problemLine(problem: ConfigProblem): string {
  const told = [problem.got];
  if (problem.expected !== '') told.push(`expected ${problem.expected}`);
  if (problem.example !== '') told.push(`e.g. ${problem.example}`);
  const path = problem.path === '' ? [] : [problem.path];
  return [placeText(problem), ...path, told.join(', ')].join('  ');
}

/** Problems in the order of the file, those without a line last. */
export function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const line = (problem: ConfigProblem) => problem.line ?? Number.MAX_SAFE_INTEGER;
  return problems.toSorted((a, b) => line(a) - line(b) || (a.col ?? 0) - (b.col ?? 0));
}
