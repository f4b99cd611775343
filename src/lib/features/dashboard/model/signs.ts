import {span, type Span} from './line.ts';
import type {Severity} from './finding.ts';

const WORDS: Readonly<Record<Severity, string>> = {
  ok: '✓ OK     ',
  warn: '! WARN   ',
  fail: '✗ FAIL   ',
  unknown: '? UNKNOWN',
  wait: '… WAIT   ',
};

/** Returns the state as a sign and a word of fixed width, so that colour never carries it alone. */
export function stateWord(severity: Severity, width = 9): Span {
  return span(WORDS[severity].slice(0, width), severity);
}
