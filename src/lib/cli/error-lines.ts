import {type AosError, errorText} from '../foundation/errors/error.ts';
import type {NextStep, RenderNext} from '../foundation/next-step/next-step.ts';
import {cellsOf, pad, wrap} from '../foundation/text/cells.ts';
import {safeText} from '../foundation/text/safe-text.ts';
import {renderNext} from './next-step.ts';
import {terminalLines} from './terminal-lines.ts';

/** Cells before a text beside its name, and before one below its name. */
const BESIDE = 9;
const BELOW = 4;
const LEAST_ROOM = 30;
const LONGEST = 2_000;

/**
 * Formats an error for people: what happened, what it means, the next step. Makes outside text safe. A wrong command line
 * has no meaning beyond its message.
 * @param width columns of the terminal; null without one, when no line is wrapped
 */
export function errorLines(
  error: AosError,
  next: RenderNext = renderNext,
  width: number | null = null,
): string[] {
  const {message, code, cause, hint} = error;
  const plain = (text: string) => (room: number) => wrap(safeText(text, LONGEST), room, 'keep');
  const lines = [
    ...`Error: ${message}`.split('\n').flatMap((line) => terminalLines(safeText(line, LONGEST), width)),
    `  code   ${code}`,
  ];
  const rows: [string, (room: number) => string[]][] = [
    ...(cause === undefined ? [] : [['cause', plain(errorText(cause))] satisfies [string, unknown]]),
    ...(code === 'USAGE' ? [] : [['means', plain(hint)] satisfies [string, unknown]]),
    ['next', (room) => nextLines(error.next, next, room)],
  ];
  return [...lines, ...rows.flatMap(([name, texts]) => rowLines(name, texts, width ?? Infinity))];
}

/** Lays out a name with its text beside it, or below it where a word or a command has no room in one piece. */
function rowLines(name: string, texts: (room: number) => string[], width: number): string[] {
  const room = width - BESIDE;
  const beside = texts(room);
  if (room < LEAST_ROOM || beside.some((line) => cellsOf(line) > room))
    return [`  ${name}`, ...texts(width - BELOW).map((line) => ' '.repeat(BELOW) + line)];
  return beside.map(
    (line, index) => (index === 0 ? `  ${pad(name, BESIDE - 2)}` : ' '.repeat(BESIDE)) + line,
  );
}

/** Wraps a next step; a command that does not fit beside its words gets a line of its own, in one piece. */
function nextLines(step: NextStep, next: RenderNext, room: number): string[] {
  const whole = next(step)
    .split('\n')
    .map((line) => safeText(line, LONGEST));
  if (step.run === undefined || whole.every((line) => cellsOf(line) <= room))
    return whole.flatMap((line) => wrap(line, room, 'keep'));
  const command = safeText(next({...step, say: ''}), LONGEST);
  return step.say === ''
    ? [command]
    : [...wrap(`${safeText(step.say, LONGEST)}:`, room, 'keep'), `  ${command}`];
}
