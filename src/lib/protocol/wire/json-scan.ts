import {AosError} from '../../foundation/errors/error.ts';

/** A position in a JSON text: the functions here read at `at` and move it past what they read. */
export type Cursor = {readonly text: string; at: number};

const TAB = 0x09;
const LINE_FEED = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const QUOTE = 0x22;
const PLUS = 0x2b;
const MINUS = 0x2d;
const DOT = 0x2e;
const ZERO = 0x30;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;

/** Escapes of one letter, RFC 8259 §7: `" \ / b f n r t`. */
const SHORT_ESCAPES: ReadonlySet<number> = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74]);

/** The error for a text that is not JSON at `at` (counted in UTF-16 units from 0). */
export function notJson(cursor: Cursor, at = cursor.at): AosError {
  const what = at >= cursor.text.length ? 'it ends too early' : 'unexpected character';
  return new AosError('FRAME_NOT_JSON', `not JSON: ${what} at position ${at}`, {details: {position: at}});
}

/** Skips white space and returns the code of the character there (NaN at the end). */
export function skipSpace(cursor: Cursor): number {
  const {text} = cursor;
  let at = cursor.at;
  let code = text.charCodeAt(at);
  while (code === SPACE || code === LINE_FEED || code === RETURN || code === TAB)
    code = text.charCodeAt(++at);
  cursor.at = at;
  return code;
}

/** Reads `word` (true, false, null). @throws AosError FRAME_NOT_JSON */
export function readWord(cursor: Cursor, word: string): void {
  if (!cursor.text.startsWith(word, cursor.at)) throw notJson(cursor);
  cursor.at += word.length;
}

/**
 * Reads a string, with the cursor on its opening quote, and returns it decoded.
 * @throws AosError FRAME_NOT_JSON | FRAME_LONE_SURROGATE
 */
export function readString(cursor: Cursor): string {
  const {text} = cursor;
  const start = cursor.at + 1;
  let at = start;
  let escaped = false;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) break;
    if (code === BACKSLASH) {
      escaped = true;
      at = skipEscape(cursor, at);
    } else if (code >= SPACE) {
      at++;
    } else {
      throw notJson(cursor, at); // a control character, or NaN at the end
    }
  }
  cursor.at = at + 1;
  // The escapes are checked above. JSON.parse decodes in linear time; joining pieces would build a deep rope.
  return escaped ? String(JSON.parse(text.slice(start - 1, at + 1))) : text.slice(start, at);
}

/** Checks the escape at `at` and returns its end; half a surrogate pair is refused. */
function skipEscape(cursor: Cursor, at: number): number {
  const {text} = cursor;
  const letter = text.charCodeAt(at + 1);
  if (letter !== LOWER_U) {
    if (!SHORT_ESCAPES.has(letter)) throw notJson(cursor, at + 1);
    return at + 2;
  }
  const unit = hex4(cursor, at + 2);
  if (unit < 0xd800 || unit > 0xdfff) return at + 6;
  const low =
    unit <= 0xdbff && text.charCodeAt(at + 6) === BACKSLASH && text.charCodeAt(at + 7) === LOWER_U
      ? hex4(cursor, at + 8)
      : 0;
  // Raw text cannot contain the other half: it is valid UTF-8.
  if (low < 0xdc00 || low > 0xdfff) {
    throw new AosError('FRAME_LONE_SURROGATE', `half a surrogate pair at position ${at}`, {
      details: {position: at},
    });
  }
  return at + 12;
}

function hex4(cursor: Cursor, at: number): number {
  let unit = 0;
  for (let i = at; i < at + 4; i++) {
    const digit = hexDigit(cursor.text.charCodeAt(i));
    if (digit < 0) throw notJson(cursor, i);
    unit = unit * 16 + digit;
  }
  return unit;
}

function hexDigit(code: number): number {
  if (isDigit(code)) return code - ZERO;
  const letter = code | 0x20; // lower case
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Reads a number, RFC 8259 §6, and returns it exactly as written. @throws AosError FRAME_NOT_JSON */
export function readNumber(cursor: Cursor): string {
  const {text} = cursor;
  const start = cursor.at;
  let at = start;
  if (text.charCodeAt(at) === MINUS) at++;
  at = text.charCodeAt(at) === ZERO ? at + 1 : skipDigits(cursor, at);
  if (text.charCodeAt(at) === DOT) at = skipDigits(cursor, at + 1);
  if ((text.charCodeAt(at) | 0x20) === 0x65) {
    const sign = text.charCodeAt(at + 1);
    at = skipDigits(cursor, sign === PLUS || sign === MINUS ? at + 2 : at + 1);
  }
  cursor.at = at;
  return text.slice(start, at);
}

/** Skips one digit or more. */
function skipDigits(cursor: Cursor, from: number): number {
  let at = from;
  while (isDigit(cursor.text.charCodeAt(at))) at++;
  if (at === from) throw notJson(cursor, at);
  return at;
}
