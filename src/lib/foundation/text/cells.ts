import stringWidth from 'string-width';
import {lazy} from '../lazy.ts';

const PLAIN_ASCII = /^[ -~]*$/;
/** Made at its first use: its tables take 15 ms to load, and most that is printed is ASCII. */
const segmenter = lazy(() => new Intl.Segmenter('en', {granularity: 'grapheme'}));

/** Counts the cells of a text on a terminal: two for CJK and emoji. */
export function cellsOf(text: string): number {
  return PLAIN_ASCII.test(text) ? text.length : stringWidth(text);
}

/** Splits a text into the characters that a person sees. */
export function graphemes(text: string): string[] {
  return PLAIN_ASCII.test(text)
    ? Array.from(text)
    : Array.from(segmenter().segment(text), ({segment}) => segment);
}

/** Code units of one cell at most in a usual text (a family of emoji has 11 in two cells); a longer text is cut unmeasured. */
const UNITS_A_CELL = 8;

/** Whether a text is too wide; a long one, which may come from outside, is not measured as a whole. */
function isWider(text: string, width: number): boolean {
  if (text.length > UNITS_A_CELL * (width + 1)) return true;
  return cellsOf(text) > width;
}

/** Cuts a text to at most `width` cells, with an ellipsis at its end. */
export function fit(text: string, width: number): string {
  if (!isWider(text, width)) return text;
  return width < 1 ? '' : `${take(graphemes(headOf(text, width)), width - 1).join('')}…`;
}

/** Keeps both ends of an id or a hash in at most `width` cells: `0x12ab…9f3c`. Not for numbers. */
export function middle(text: string, width: number): string {
  if (!isWider(text, width)) return text;
  if (width < 1) return '';
  const isLong = text.length > 2 * UNITS_A_CELL * width;
  const all = graphemes(headOf(text, width));
  const left = take(all, Math.ceil((width - 1) / 2));
  const room = width - 1 - cellsOf(left.join(''));
  const rest = isLong ? graphemes(text.slice(-UNITS_A_CELL * width)) : graphemes(text).slice(left.length);
  const right = take(rest.reverse(), room).reverse();
  return `${left.join('')}…${right.join('')}`;
}

/** Pads a text with spaces to `width` cells; a wider one stays as it is. */
export function pad(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, width - cellsOf(text)));
  return side === 'left' ? text + fill : fill + text;
}

/** Cuts or pads a text to exactly `width` cells. */
export function column(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  return pad(fit(text, width), width, side);
}

/**
 * Wraps a text between words into lines of at most `width` cells; the first line keeps its leading spaces.
 * @param long a word that is wider than a line: `break` it anywhere; `keep` it whole on a line of its own, so that users can
 *   copy an address or a command; or `keep ids` whole and break other words
 * @returns at least one line
 */
export function wrap(text: string, width: number, long: 'break' | 'keep' | 'keep ids' = 'break'): string[] {
  const lines: string[] = [];
  let line = '';
  for (const [, gap = '', word = ''] of text.matchAll(/( *)([^ ]+)/g)) {
    const joined = `${line}${gap}${word}`;
    if (cellsOf(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    const isBroken = long === 'break' || (long === 'keep ids' && !ID.test(word));
    const parts = isBroken && cellsOf(word) > width ? breakWord(word, width) : [word];
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1) ?? '';
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line];
}

/** An address, a hash or a key id, with at most one sign on each side. */
const ID = /^[^\w]?0x(?:[0-9a-f]{40}|[0-9a-f]{64})[^\w]?$/i;

/** With less room than this beside its head, a text continues below it. */
const LEAST_ROOM = 30;
const INDENT = 2;

/**
 * Wraps a head and its text into lines of at most `width` cells. Further lines begin below the text, or two cells in when
 * there is no head, or no room beside it for the longest word. Words stay whole.
 * @returns at least one line
 */
export function hang(head: string, text: string, width: number): string[] {
  const whole = head + text;
  if (cellsOf(whole) <= width) return [whole];
  const indent = cellsOf(head);
  const room = width - indent;
  const beside = wrap(text, room, 'keep');
  const hasRoom = indent > 0 && room >= LEAST_ROOM && beside.every((line) => cellsOf(line) <= room);
  if (hasRoom) return beside.map((line, index) => (index === 0 ? head : ' '.repeat(indent)) + line);
  return wrap(whole, width - INDENT, 'keep').map((line, index) =>
    index === 0 ? line : ' '.repeat(INDENT) + line,
  );
}

/** Breaks a word into pieces of at most `width` cells; leaves out a wider character. */
function breakWord(word: string, width: number): string[] {
  const pieces: string[] = [];
  let piece = '';
  let used = 0;
  for (const one of graphemes(word)) {
    const cells = cellsOf(one);
    if (cells > width) continue;
    if (used + cells > width) {
      pieces.push(piece);
      piece = '';
      used = 0;
    }
    piece += one;
    used += cells;
  }
  return [...pieces, piece];
}

/** Returns the beginning of a text that is long enough for `width` cells. */
const headOf = (text: string, width: number): string => text.slice(0, UNITS_A_CELL * Math.max(1, width));

function take(all: readonly string[], width: number): string[] {
  const out: string[] = [];
  let used = 0;
  for (const one of all) {
    used += cellsOf(one);
    if (used > width) break;
    out.push(one);
  }
  return out;
}
