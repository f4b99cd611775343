import {cellsOf, wrap} from '../../../foundation/text/cells.ts';
import {age, clockTime} from '../model/ages.ts';
import {span, type Line, type Tone} from '../model/line.ts';
import type {Entry} from '../model/log.ts';
import type {Level} from '../../../node/events/describe.ts';
import type {Scene} from './scene.ts';
import {label} from './title.ts';

const WORDS: Readonly<Record<Level, {text: string; tone: Tone}>> = {
  debug: {text: 'DEBUG', tone: 'dim'},
  info: {text: 'INFO ', tone: 'plain'},
  warn: {text: 'WARN ', tone: 'warn'},
  error: {text: 'ERROR', tone: 'fail'},
};

/** Draws the log: a title, then the newest lines that fit, or those around the selected line. */
export function logLines({log, ui, now, data}: Scene, width: number, rows: number): Line[] {
  const state = [
    ui.line === null ? 'following' : 'held',
    ...(ui.level === 'info' ? [] : [ui.level]),
    ...(ui.filter === '' ? [] : [`filter "${ui.filter}"`]),
    ...(data.missed > 0 ? [`${data.missed} missed`] : []),
  ].join(', ');
  const head: Line = [...label('log', ui), span(state, 'dim')];
  if (rows <= 0) return [head];
  const at = ui.line === null ? -1 : log.findIndex(({n}) => n === ui.line);
  const end = at < 0 ? log.length : Math.min(log.length, Math.max(at + 1 + Math.floor(rows / 2), rows));
  const lines: Line[] = [];
  for (let index = end - 1; index >= 0 && lines.length < rows; index -= 1) {
    const entry = log[index];
    if (entry !== undefined)
      lines.unshift(...entryLines(entry, {scene: {ui, now}, width, cursor: index === at}));
  }
  if (lines.length === 0)
    return [
      head,
      [span(log.length === 0 && ui.filter !== '' ? '  no line has that text' : '  nothing yet', 'dim')],
    ];
  return [head, ...lines.slice(-rows)];
}

function entryLines(
  {event, level, text}: Entry,
  {scene, width, cursor}: {scene: Pick<Scene, 'ui' | 'now'>; width: number; cursor: boolean},
): Line[] {
  const {ui, now} = scene;
  const time =
    ui.times === 'clock'
      ? `${clockTime(event.at)} `
      : ui.times === 'age'
        ? `${age(now - event.at).padStart(6)} `
        : '';
  const word = WORDS[level];
  const before = `${cursor ? '> ' : '  '}${time}`;
  const room = Math.max(1, width - before.length - 6);
  const tone: Tone = cursor ? 'cursor' : word.tone;
  const [first = '', ...rest] = ui.wrap && cellsOf(text) > room ? wrap(text, room) : [text];
  return [
    [span(before, cursor ? 'cursor' : 'dim'), span(word.text, word.tone), span(` ${first}`, tone)],
    ...rest.map((part): Line => [span(' '.repeat(before.length + 6)), span(part, tone)]),
  ];
}
