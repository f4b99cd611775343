import {sanitizeText, sanitizePath} from './sanitize.ts';

/** The place of a value: a file with line and column (from 1), or the name of a flag or variable. */
export type Place = {source: string; line: number | null; col: number | null};

/** One problem of the configuration; no field ever contains a secret. */
export type ConfigProblem = {
  /** Dotted path of the key; '' for the file as a whole. */
  path: string;
  /** The file as named, the flag or the variable. */
  source: string;
  line: number | null;
  col: number | null;
  /** What is wrong. */
  got: string;
  /** What is expected; '' where `got` is enough. */
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

/** Returns `FILE:LINE:COL`, or the name of the flag or variable. */
export function placeText({source, line, col}: Place): string {
  const name = sanitizeText(source);
  return line === null ? name : `${name}:${line}:${col ?? 1}`;
}

/** Returns `FILE:LINE:COL  path  what is wrong, what is expected, an example`. */
export function problemLine(problem: ConfigProblem): string {
  const parts = [problem.got];
  if (problem.expected !== '') parts.push(`expected ${problem.expected}`);
  if (problem.example !== '') parts.push(`e.g. ${problem.example}`);
  const path = problem.path === '' ? [] : [problem.path];
  return [placeText(problem), ...path, parts.join(', ')].join('  ');
}

/** Sorts problems in the order of the file, those without a line last. */
export function inOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  const line = (problem: ConfigProblem) => problem.line ?? Number.MAX_SAFE_INTEGER;
  return problems.toSorted((a, b) => line(a) - line(b) || (a.col ?? 0) - (b.col ?? 0));
}
