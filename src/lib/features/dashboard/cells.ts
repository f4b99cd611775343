import {cellsOf, graphemes} from '../../foundation/text/cells.ts';

/** One character on the screen with its style; an empty cell follows a wide character. */
export type Cell = {char: string; style: string};

const EMPTY: Cell = {char: ' ', style: ''};

/** Turns a text with SGR colours into cells; leaves out all other control sequences. */
export function cellsOfText(text: string, columns: number): Cell[] {
  const cells: Cell[] = [];
  let style: Style = {};
  for (const [, codes, run] of text.matchAll(/\x1b\[([\d;]*)m|([^\x00-\x1f\x7f]+)/g)) {
    if (codes !== undefined) style = applyCodes(style, codes);
    if (run === undefined) continue;
    const name = codesOf(style);
    for (const char of graphemes(run)) {
      const width = cellsOf(char);
      if (width === 0) continue;
      if (cells.length + width > columns) return cells;
      cells.push({char, style: name});
      for (let rest = width; rest > 1; rest -= 1) cells.push({char: '', style: name});
    }
  }
  return cells;
}

type Style = {fg?: string; bg?: string; bold?: boolean; dim?: boolean; inverse?: boolean};

function applyCodes(before: Style, text: string): Style {
  let style = before;
  const codes = text.split(';').map(Number);
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style = {...style, bold: true};
    else if (code === 2) style = {...style, dim: true};
    else if (code === 22) style = {...style, bold: false, dim: false};
    else if (code === 7 || code === 27) style = {...style, inverse: code === 7};
    else if (code === 39) style = without(style, 'fg');
    else if (code === 49) style = without(style, 'bg');
    else if (code === 38 || code === 48) {
      // 38;5;N or 38;2;R;G;B
      const length = codes[at + 1] === 5 ? 3 : 5;
      style = {...style, [code === 38 ? 'fg' : 'bg']: codes.slice(at, at + length).join(';')};
      at += length - 1;
    } else if ((code >= 30 && code < 38) || (code >= 90 && code < 98)) style = {...style, fg: String(code)};
    else if ((code >= 40 && code < 48) || (code >= 100 && code < 108)) style = {...style, bg: String(code)};
  }
  return style;
}

function without(style: Style, name: 'fg' | 'bg'): Style {
  const {[name]: _gone, ...rest} = style;
  return rest;
}

function codesOf({fg, bg, bold, dim, inverse}: Style): string {
  const codes = [
    bold === true ? '1' : '',
    dim === true ? '2' : '',
    inverse === true ? '7' : '',
    fg ?? '',
    bg ?? '',
  ];
  return codes.filter((code) => code !== '').join(';');
}

/** Fewer unchanged cells than this between two changes are written again, since a jump costs more. */
const MIN_JUMP = 8;

/**
 * Returns the text that changes a row from `prev` to `next`; uses absolute positions only.
 * @param row counts from 1
 */
export function diffRow(prev: readonly Cell[], next: readonly Cell[], row: number): string {
  let out = '';
  let at = 0;
  while (at < next.length) {
    if (same(prev[at], next[at])) {
      at += 1;
      continue;
    }
    let end = at + 1;
    for (let ahead = end; ahead < next.length && ahead - end < MIN_JUMP; ahead += 1)
      if (!same(prev[ahead], next[ahead])) end = ahead + 1;
    // A terminal cannot write half of a wide character.
    let start = at;
    while (start > 0 && next[start]?.char === '') start -= 1;
    while (end < next.length && next[end]?.char === '') end += 1;
    out += writeCells(next, start, end, row);
    at = end;
  }
  if (prev.length > next.length && prev.slice(next.length).some((cell) => !same(cell, undefined)))
    out += `\x1b[${row};${next.length + 1}H\x1b[0m\x1b[K`;
  return out;
}

/** Compares two cells; a cell that was never written is a blank. */
function same(a: Cell = EMPTY, b: Cell = EMPTY): boolean {
  return a.char === b.char && a.style === b.style;
}

function writeCells(cells: readonly Cell[], start: number, end: number, row: number): string {
  let out = `\x1b[${row};${start + 1}H`;
  let style: string | null = null;
  let sure = true;
  for (let at = start; at < end; at += 1) {
    const {char, style: codes} = cells[at] ?? EMPTY;
    if (char === '') continue;
    // Terminals disagree on the width of some characters: after such a one the position is set again.
    if (!sure) out += `\x1b[${row};${at + 1}H`;
    if (codes !== style) out += `\x1b[0${codes === '' ? '' : `;${codes}`}m`;
    style = codes;
    out += char;
    sure = char.length === 1 && (char < '\u0300' || (char >= '\u2010' && char < '\u2600'));
  }
  return style === '' || style === null ? out : `${out}\x1b[0m`;
}
