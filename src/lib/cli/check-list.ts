import {countStates, worstOf, type Check, type CheckState} from '../foundation/check/check.ts';
import type {NextStep, RenderNext} from '../foundation/next-step/next-step.ts';
import {asciiText} from '../foundation/text/ascii.ts';
import {cellsOf, pad, wrap} from '../foundation/text/cells.ts';
import {safeText} from '../foundation/text/safe-text.ts';
import {count} from '../foundation/text/words.ts';
import type {Palette, Tone} from './palette.ts';

/** The style of a list of checks. */
export type ListStyle = {
  paint: Palette;
  ascii: boolean;
  /** Columns of the terminal; Infinity without one. */
  width: number;
  next: RenderNext;
};

/** A check in a list. */
export type ListedCheck = Check & {
  /** For a skipped check: the failed check that it needs; null or absent when it does not apply. */
  because?: string | null;
};

/** Sign and tone of each state. */
export const MARKS: Readonly<Record<CheckState, {mark: string; ascii: string; tone: Tone}>> = {
  ok: {mark: '✓', ascii: '+', tone: 'ok'},
  warn: {mark: '!', ascii: '!', tone: 'warn'},
  fail: {mark: '✗', ascii: 'x', tone: 'fail'},
  pending: {mark: '…', ascii: '~', tone: 'wait'},
  unknown: {mark: '?', ascii: '?', tone: 'unknown'},
  skipped: {mark: '·', ascii: '-', tone: 'dim'},
};

/** Cells beside the names at least; with fewer, texts go below the names. */
const LEAST_ROOM = 30;
const BELOW = 4;
const LONGEST_TEXT = 2_000;

/** Returns the painted sign of a state. */
export function markOf(state: CheckState, {paint, ascii}: Pick<ListStyle, 'paint' | 'ascii'>): string {
  const {mark, ascii: plain, tone} = MARKS[state];
  return paint(tone, ascii ? plain : mark);
}

/** A text beside a name: outside text or a next step. */
export type RowText = string | NextStep;

export type Row = {sign: string; name: string; texts: readonly RowText[]};

/**
 * Lays out rows of a sign, a name and texts beside the name. Texts go below their name where a word has no room beside it.
 * A word is cut only where it is longer than a line of the terminal; users copy ids and next steps, which stay whole.
 * @param least cells of the names at least, so that several lists have one column
 */
export function hangingRows(rows: readonly Row[], style: ListStyle, least = 0): string[] {
  const {width} = style;
  const names = Math.max(least, ...rows.map(({name}) => cellsOf(name)));
  const indent = 2 + names + 2;
  const room = Math.max(1, width - indent);
  return rows.flatMap(({sign, name, texts}) => {
    const words = texts.flatMap((text) => piecesOf(text, style).map(cellsOf));
    const isNarrow = room < LEAST_ROOM || words.some((cells) => cells > room && cells <= width - BELOW);
    const lines = texts.flatMap((text) => textLines(text, style, isNarrow ? width - BELOW : room));
    if (isNarrow) return [`${sign} ${name}`, ...lines.map((line) => ' '.repeat(BELOW) + line)];
    const [first = '', ...rest] = lines;
    return [
      `${sign} ${pad(name, names)}  ${first}`.trimEnd(),
      ...rest.map((line) => ' '.repeat(indent) + line),
    ];
  });
}

function textLines(text: RowText, style: ListStyle, room: number): string[] {
  return typeof text === 'string'
    ? wrap(plainText(text, style), Math.max(1, room), 'keep ids')
    : stepLines(text, style, room);
}

/** Returns the parts of a text that must stay in one piece: its words, and a whole command. */
function piecesOf(text: RowText, style: ListStyle): string[] {
  if (typeof text === 'string') return plainText(text, style).split(' ');
  const command = text.run === undefined ? [] : [`  ${commandOf(text, style)}`];
  return [...plainText(text.say, style).split(' '), ...command];
}

const commandOf = (step: NextStep, style: ListStyle): string =>
  plainText(style.next({...step, say: ''}), style);

/** Wraps a next step; a command that does not fit beside its words gets a line of its own, in one piece. */
export function stepLines(step: NextStep, style: ListStyle, room: number): string[] {
  const whole = plainText(`→ ${style.next(step)}`, style);
  if (cellsOf(whole) <= room) return [whole];
  if (step.run === undefined) return wrap(whole, Math.max(1, room), 'keep');
  if (step.say === '') return [whole];
  const words = wrap(plainText(`→ ${step.say}:`, style), Math.max(1, room), 'keep');
  return [...words, `  ${commandOf(step, style)}`];
}

/** The last lines of an answer: the one command that comes next. */
export function nextLines(step: NextStep, style: ListStyle): string[] {
  const label = 'Next: ';
  const [first = '', ...rest] = stepLines(step, style, Math.max(1, style.width - label.length));
  return [`${label}${first.replace(/^(?:→|->) /, '')}`, ...rest.map((line) => `  ${line.trimStart()}`)];
}

/** Makes outside text safe, in ASCII where the style wants it. */
export function plainText(text: string, {ascii}: Pick<ListStyle, 'ascii'>): string {
  const safe = safeText(text, LONGEST_TEXT);
  return ascii ? asciiText(safe) : safe;
}

/** Returns the texts of a check: what was found and is needed, then the next step. */
function textsOf({state, found, needed, next}: ListedCheck): RowText[] {
  const wanted = needed === undefined || state === 'ok' ? '' : ` (needed: ${needed})`;
  return [`${found}${wanted}`, ...(next === null || state === 'ok' ? [] : [next])];
}

/**
 * Lists every check.
 * @param least cells of the names at least, so that several lists have one column
 */
export function checkLines(checks: readonly ListedCheck[], style: ListStyle, least = 0): string[] {
  return hangingRows(
    checks.map((check) => ({
      sign: markOf(check.state, style),
      name: check.id,
      texts: textsOf(check),
    })),
    style,
    least,
  );
}

const categoryOf = (id: string): string => id.split('.')[0] ?? id;

/**
 * Lists the checks by category, the part of the id before its dot. Passed and skipped checks share one line for each
 * category.
 */
export function foldedLines(checks: readonly ListedCheck[], style: ListStyle): string[] {
  const categories = [...new Set(checks.map(({id}) => categoryOf(id)))];
  const rows = categories.flatMap((category) => {
    const all = checks.filter(({id}) => categoryOf(id) === category);
    const isQuiet = ({state}: ListedCheck): boolean => state === 'ok' || state === 'skipped';
    const odd = all.filter((check) => !isQuiet(check));
    const passed = all.filter(({state}) => state === 'ok').length;
    const skipped = all.filter(({state}) => state === 'skipped');
    const needs = [...new Set(skipped.flatMap(({because = null}) => because ?? []))];
    const why = needs.length === 0 ? '' : ` (${needs.length === 1 ? 'needs' : 'need'} ${needs.join(', ')})`;
    const texts = [
      ...(passed > 0 ? [`${passed} passed`] : []),
      ...(skipped.length > 0 ? [`${skipped.length} skipped${why}`] : []),
    ];
    return [
      ...odd.map((check) => ({
        sign: markOf(check.state, style),
        name: check.id,
        texts: textsOf(check),
      })),
      ...(texts.length === 0
        ? []
        : [{sign: markOf(passed > 0 ? 'ok' : 'skipped', style), name: category, texts: [texts.join(', ')]}]),
    ];
  });
  return hangingRows(rows, style);
}

/**
 * Formats the end of a list: the verdict, and the first step.
 *
 * @example
 *   OK with 1 warning (50 passed, 3 skipped)
 *   Fix first: disk.space → Free some space.
 */
export function verdictLines(checks: readonly ListedCheck[], style: ListStyle): string[] {
  const {paint, width} = style;
  const counts = countStates(checks);
  const blocked = checks.filter(({state, because = null}) => state === 'skipped' && because !== null).length;
  const odd = [
    ...(counts.fail > 0 ? [`${counts.fail} failed`] : []),
    ...(counts.warn > 0 ? [count(counts.warn, 'warning')] : []),
    ...(counts.unknown > 0 ? [`${counts.unknown} unknown`] : []),
    ...(counts.pending > 0 ? [`${counts.pending} pending`] : []),
  ].join(', ');
  const rest = [
    ...(counts.ok > 0 ? [`${counts.ok} passed`] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} skipped`] : []),
  ].join(', ');
  const tail = rest === '' ? '' : ` (${rest})`;
  const isOk = counts.fail === 0;
  const tone = !isOk ? 'fail' : odd !== '' || blocked > 0 ? 'warn' : 'ok';
  const head = !isOk ? 'Problems found' : 'OK';
  const words = odd === '' ? '' : isOk ? ` with ${odd}` : `: ${odd}`;
  const first = worstOf(checks);
  const todo = first === undefined || first.next === null ? [] : fixFirst(first.id, first.next, style);
  const [line = '', ...more] = wrap(`${head}${words}${tail}`, width);
  return [line.replace(head, paint(tone, head)), ...more, ...todo];
}

function fixFirst(id: string, step: NextStep, style: ListStyle): string[] {
  const [first = '', ...rest] = stepLines(step, style, style.width - `Fix first: ${id} `.length);
  return [`Fix first: ${id} ${first}`, ...rest.map((line) => `  ${line}`)];
}
