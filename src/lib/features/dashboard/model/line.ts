import stringWidth from 'string-width';
import {safeText} from '../../../foundation/text/safe-text.ts';

/** What a piece of text means; the theme turns it into colour, and never is the colour alone the meaning. */
export type Tone =
  | 'plain'
  | 'dim'
  | 'bold'
  | 'title'
  | 'focus'
  | 'ok'
  | 'warn'
  | 'fail'
  | 'wait'
  | 'unknown'
  | 'key'
  | 'cursor';

export type Span = {text: string; tone: Tone};

/** One line of the screen, left to right. */
export type Line = readonly Span[];

const PLAIN_ASCII = /^[ -~]*$/;
const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});

export const span = (text: string, tone: Tone = 'plain'): Span => ({text, tone});

/** How many cells of a terminal a text takes: two for CJK and emoji. */
export function cellsOf(text: string): number {
  return PLAIN_ASCII.test(text) ? text.length : stringWidth(text);
}

/** What a person sees as one character each. */
export function graphemes(text: string): string[] {
  return PLAIN_ASCII.test(text)
    ? Array.from(text)
    : Array.from(segmenter.segment(text), ({segment}) => segment);
}

/**
 * Outside text for the screen: nothing in it can move a cursor or pile up on one cell (marks beyond two on a letter,
 * halves of surrogate pairs).
 * @param limit characters, beyond which it is cut
 */
export function shown(text: string, limit = 500): string {
  const safe = safeText(text, limit);
  if (PLAIN_ASCII.test(safe)) return safe;
  return safe.replace(/(\p{M}{2})\p{M}+/gu, '$1').replace(/[\ud800-\udfff]/gu, '\ufffd');
}

/** The text in at most `width` cells, with an ellipsis at its end where something is missing. */
export function fit(text: string, width: number): string {
  if (cellsOf(text) <= width) return text;
  return width < 1 ? '' : `${take(graphemes(text), width - 1).join('')}…`;
}

/** Keeps both ends of an id or a hash: `0x12ab…9f3c`. Not for numbers. */
export function fitMiddle(text: string, width: number): string {
  if (cellsOf(text) <= width) return text;
  if (width < 1) return '';
  const all = graphemes(text);
  const left = take(all, Math.ceil((width - 1) / 2));
  const room = width - 1 - cellsOf(left.join(''));
  const right = take(all.slice(left.length).reverse(), room).reverse();
  return `${left.join('')}…${right.join('')}`;
}

/** In exactly `width` cells, cut or filled up with spaces. */
export function column(text: string, width: number, side: 'left' | 'right' = 'left'): string {
  const cut = fit(text, width);
  const fill = ' '.repeat(Math.max(0, width - cellsOf(cut)));
  return side === 'left' ? cut + fill : fill + cut;
}

export function lineCells(line: Line): number {
  return line.reduce((sum, {text}) => sum + cellsOf(text), 0);
}

/** The line in exactly `width` cells. */
export function fillLine(line: Line, width: number): Line {
  const cut = clipLine(line, width);
  return [...cut, span(' '.repeat(Math.max(0, width - lineCells(cut))))];
}

/** The line in at most `width` cells. */
export function clipLine(line: Line, width: number): Line {
  if (lineCells(line) <= width) return line;
  const out: Span[] = [];
  let room = width;
  for (const {text, tone} of line) {
    const cut = fit(text, room);
    if (cut !== '') out.push({text: cut, tone});
    room -= cellsOf(cut);
    if (cut !== text || room <= 0) break;
  }
  return out;
}

/** Whatever was drawn, made harmless and no wider than `width`: the last thing that happens to a line. */
export function sealLine(line: Line, width: number): Line {
  return clipLine(
    line.map(({text, tone}) => ({text: shown(text, 4_000), tone})),
    width,
  );
}

/** Parts with ` · ` between them; one that does not fit any more into `width` cells is left out, but for the first. */
export function joinFitting(parts: readonly Line[], width: number): Line {
  const out: Span[] = [];
  let used = 0;
  for (const part of parts) {
    const gap = out.length === 0 ? 0 : 3;
    const cells = lineCells(part);
    if (cells === 0 || (out.length > 0 && used + gap + cells > width)) continue;
    if (gap > 0) out.push(span(' · ', 'dim'));
    out.push(...part);
    used += gap + cells;
  }
  return out;
}

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

/** Breaks a text into lines of at most `width` cells: at a space in the second half of a line, else anywhere. */
export function wrapText(text: string, width: number): string[] {
  if (width < 1) return [];
  const lines: string[] = [];
  let line: string[] = [];
  let used = 0;
  for (const one of graphemes(text)) {
    const cells = cellsOf(one);
    // What is wider than the whole line is left out.
    if (cells > width) continue;
    if (used + cells > width) {
      const space = line.lastIndexOf(' ');
      const cut = one !== ' ' && space > line.length / 2 ? space + 1 : line.length;
      lines.push(line.slice(0, cut).join('').trimEnd());
      line = line.slice(cut);
      used = cellsOf(line.join(''));
      if (one === ' ' && line.length === 0) continue;
    }
    line.push(one);
    used += cells;
  }
  return [...lines, line.join('')];
}
