import {span, type Span} from './line.ts';
import type {Severity} from './verdict.ts';

const WORDS: Readonly<Record<Severity, string>> = {
  ok: '✓ OK     ',
  warn: '! WARN   ',
  fail: '✗ FAIL   ',
  unknown: '? UNKNOWN',
  wait: '… WAIT   ',
};

/** The state in words of the same width, so that colour is never all there is. */
export function stateWord(severity: Severity, width = 9): Span {
  return span(WORDS[severity].slice(0, width), severity);
}
