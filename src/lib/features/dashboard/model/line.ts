import {cellsOf, fit} from '../../../foundation/text/cells.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';

/** The meaning of a piece of text; the theme adds a colour, which never carries the meaning alone. */
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

export const span = (text: string, tone: Tone = 'plain'): Span => ({text, tone});

/**
 * Makes outside text safe for the screen: removes what moves a cursor or stacks up in one cell (more than two marks on a
 * letter, halves of surrogate pairs).
 * @param limit characters at most; a longer text is cut
 */
export function shown(text: string, limit = 500): string {
  const safe = safeText(text, limit);
  if (PLAIN_ASCII.test(safe)) return safe;
  return safe.replace(/(\p{M}{2})\p{M}+/gu, '$1').replace(/[\ud800-\udfff]/gu, '\ufffd');
}

/** Returns the width of a line in cells. */
export function lineCells(line: Line): number {
  return line.reduce((sum, {text}) => sum + cellsOf(text), 0);
}

/** Cuts or pads a line to exactly `width` cells. */
export function fillLine(line: Line, width: number): Line {
  const cut = clipLine(line, width);
  return [...cut, span(' '.repeat(Math.max(0, width - lineCells(cut))))];
}

/** Cuts a line to at most `width` cells. */
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

/** Makes a drawn line safe and at most `width` cells wide: the last step for every line. */
export function sealLine(line: Line, width: number): Line {
  return clipLine(
    line.map(({text, tone}) => ({text: shown(text, 4_000), tone})),
    width,
  );
}

/** Joins parts with ` · `; leaves out each part but the first that does not fit into `width` cells. */
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
