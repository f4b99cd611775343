import {AosError} from '../../foundation/errors/error.ts';

const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;

/** Characters of one number, at most: none of a job needs more, and one of 64 MiB would be read in one step. */
const MAX_NUMBER = 64 * 1024;

/** 1 for each letter of an escape of one letter, RFC 8259 §7. A table: a frame may hold millions of them. */
const SHORT_ESCAPES = Uint8Array.from({length: 256}, (_, code) =>
  '"\\/bfnrt'.includes(String.fromCharCode(code)) ? 1 : 0,
);
const WORDS = ['true', 'false', 'null'].map((word) => Buffer.from(word));

/** The error for bytes that are not JSON at `at`. */
export function notJsonAt(bytes: Uint8Array, at: number): AosError {
  const what = at >= bytes.length ? 'it ends too early' : 'unexpected character';
  return new AosError('FRAME_NOT_JSON', `not JSON: ${what} at byte ${at}`, {details: {position: at}});
}

/** The first byte from `at` on that is not plain text of a string (a quote, a backslash, a control character), or `limit`. */
export function plainEnd(bytes: Uint8Array, at: number, limit: number): number {
  for (; at < limit; at++) {
    const code = bytes[at];
    if (code === undefined || code === QUOTE || code === BACKSLASH || code < SPACE) return at;
  }
  return at;
}

/** Checks the escape at `at` and returns its end. @throws AosError FRAME_NOT_JSON | FRAME_LONE_SURROGATE */
export function escapeEnd(bytes: Uint8Array, at: number): number {
  const letter = bytes[at + 1] ?? 0;
  if (letter !== LOWER_U) {
    if (SHORT_ESCAPES[letter] !== 1) throw notJsonAt(bytes, at + 1);
    return at + 2;
  }
  const unit = hex4(bytes, at + 2);
  if (unit < 0xd800 || unit > 0xdfff) return at + 6;
  const isPair = unit <= 0xdbff && bytes[at + 6] === BACKSLASH && bytes[at + 7] === LOWER_U;
  const low = isPair ? hex4(bytes, at + 8) : 0;
  if (low >= 0xdc00 && low <= 0xdfff) return at + 12;
  throw new AosError('FRAME_LONE_SURROGATE', `half a surrogate pair at byte ${at}`, {
    details: {position: at},
  });
}

function hex4(bytes: Uint8Array, at: number): number {
  let unit = 0;
  for (let i = at; i < at + 4; i++) {
    const code = bytes[i] ?? 0;
    const letter = code | 0x20; // lower case
    if (code >= ZERO && code <= NINE) unit = unit * 16 + code - ZERO;
    else if (letter >= 0x61 && letter <= 0x66) unit = unit * 16 + letter - 0x57;
    else throw notJsonAt(bytes, i);
  }
  return unit;
}

/** The end of the word (true, false, null) at `at`. @throws AosError FRAME_NOT_JSON */
export function wordEnd(bytes: Uint8Array, at: number): number {
  const word = WORDS.find((known) => known.every((code, i) => bytes[at + i] === code));
  if (word === undefined) throw notJsonAt(bytes, at);
  return at + word.length;
}

/** The end of the number at `at`, RFC 8259 §6. @throws AosError FRAME_NOT_JSON */
export function numberEnd(bytes: Uint8Array, start: number): number {
  let at = bytes[start] === MINUS ? start + 1 : start;
  at = bytes[at] === ZERO ? at + 1 : digitsEnd(bytes, at);
  if (bytes[at] === DOT) at = digitsEnd(bytes, at + 1);
  if (((bytes[at] ?? 0) | 0x20) === 0x65) {
    const sign = bytes[at + 1];
    at = digitsEnd(bytes, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
  }
  return at;
}

/** Skips one digit or more. */
function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let code = bytes[at]; code !== undefined && code >= ZERO && code <= NINE; code = bytes[++at])
    if (at - from > MAX_NUMBER)
      throw new AosError('FRAME_NOT_JSON', `a number of more than ${MAX_NUMBER} digits at byte ${from}`, {
        details: {position: from},
      });
  if (at === from) throw notJsonAt(bytes, at);
  return at;
}
