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
  return unfilledPart(text) === null
    ? null
    : {wrong: 'has a place to fill in, and variables are not filled in here'};
}
