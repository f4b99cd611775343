import {firstOdd, oddMistake, type OddKind} from '../foundation/text/odd-characters.ts';
import {unfilledPart} from '../foundation/text/unfilled.ts';
import type {ValueType} from './value-type.ts';

/** Typographic quotes around a text are no part of it; within one they may be. */
const QUOTED = /^[\u2018-\u201f\u00ab]|[\u2018-\u201f\u00bb]$/;

/**
 * A type whose texts are plain ASCII without a place to fill in: a character that is not seen, or one that only looks right,
 * is named with its position before anything else is said.
 */
export function plain<T>(type: ValueType<T>): ValueType<T> {
  return {...type, parse: (text) => typingMistake(text) ?? type.parse(text)};
}

/** What is wrong with the characters of a text; null: nothing. */
export function typingMistake(text: string, kinds?: readonly OddKind[]): {wrong: string} | null {
  const odd = firstOdd(text, kinds) ?? (QUOTED.test(text) ? firstOdd(text, ['quote']) : null);
  if (odd !== null) return {wrong: oddMistake(odd)};
  const part = unfilledPart(text);
  if (part === null) return null;
  return {wrong: `has a place to fill in, and variables are not filled in here${meantText(text, part)}`};
}

/** A password of a URL may have such characters; how they are written there (RFC 3986, section 2.1). */
function meantText(text: string, part: string): string {
  const [sign = ''] = part;
  if (!/^[a-z]+:\/\//i.test(text)) return '';
  const code = sign.charCodeAt(0).toString(16).toUpperCase();
  return `; where the ${sign} is meant, such as in a password, write %${code}`;
}
