import {fillLine, sealLine, span, type Line} from './model/line.ts';
import {outageLines, runLines} from './panes/side-facts.ts';
import {clockLines, heartbeatLines, samplingLines} from './panes/facts.ts';
import {headerLine, verdictLine} from './panes/header.ts';
import {heldLines} from './panes/held.ts';
import {keyBar} from './panes/key-bar.ts';
import {logLines} from './panes/log.ts';
import {partLines} from './panes/parts.ts';
import type {Scene} from './panes/scene.ts';
import {standingLines} from './panes/standing.ts';
import {jobLines} from './panes/jobs.ts';
import type {Text} from './panes/fields.ts';
import {detailText, explainText, helpText} from './panes/texts.ts';

export type Size = {columns: number; rows: number};

/** A part of the screen whose lines change together. */
export type Block = {key: string; lines: readonly Line[]};

/** A drawn screen; `page` and `maxScroll` in lines, for the keys. */
export type Screen = {blocks: readonly Block[]; page: number; maxScroll: number};

/** A smaller screen shows only a notice; from `SUMMARY` on each fact has a line, from `FULL` on all lines are there. */
const LEAST: Size = {columns: 40, rows: 10};
const SUMMARY: Size = {columns: 60, rows: 16};
const FULL: Size = {columns: 80, rows: 24};
/** From here on what the chain says has a line for each matter. */
const TALL_ROWS = 30;
const TWO_COLUMNS = 120;
const THREE_COLUMNS = 160;

const isAtLeast = (size: Size, least: Size): boolean =>
  size.columns >= least.columns && size.rows >= least.rows;

/**
 * Draws a scene. Total: no line is wider than the screen, there are at most `rows - 1` lines (a frame as high as the
 * terminal would scroll it), and no text contains control characters.
 */
export function drawScreen(scene: Scene, size: Size): Screen {
  const {blocks, page, maxScroll} = draw(scene, size);
  let room = Math.max(0, size.rows - 1);
  const sealed: Block[] = [];
  for (const {key, lines} of blocks) {
    const kept = lines.slice(0, room);
    room -= kept.length;
    // While the operator is away, all blocks but those that say so show past data.
    const dim = scene.data.link.state === 'away' && !LIVE.has(key);
    if (kept.length > 0)
      sealed.push({key, lines: kept.map((line) => sealLine(dim ? dimmed(line) : line, size.columns))});
  }
  return {blocks: sealed, page, maxScroll};
}

const LIVE: ReadonlySet<string> = new Set(['verdict', 'keys', 'text', 'size']);

const dimmed = (line: Line): Line => line.map(({text}) => span(text, 'dim'));

function draw(scene: Scene, size: Size): Screen {
  const {ui} = scene;
  if (!isAtLeast(size, LEAST)) return sizeNotice(scene, size);
  const top: Block[] = [
    {key: 'header', lines: [headerLine(scene, size.columns)]},
    {key: 'verdict', lines: [verdictLine(scene, size.columns)]},
  ];
  const keys: Block = {key: 'keys', lines: [keyBar(scene, size.columns)]};
  const rows = size.rows - 1 - 3;
  const page = Math.max(1, rows - 2);
  if (ui.page === 'log')
    return {
      blocks: [...top, {key: 'log', lines: filled(logLines(scene, size.columns, rows - 1), rows)}, keys],
      page,
      maxScroll: 0,
    };
  if (ui.page !== 'main') {
    const text = textOf(scene, size.columns);
    const maxScroll = Math.max(0, text.lines.length - (rows - 1));
    const from = Math.min(ui.scroll, maxScroll);
    const more = maxScroll > 0 ? `  line ${from + 1} of ${text.lines.length}` : '';
    const lines: Line[] = [
      [span(text.title, 'title'), span(more, 'dim')],
      ...text.lines.slice(from, from + rows - 1),
    ];
    return {blocks: [...top, {key: 'text', lines: filled(lines, rows)}, keys], page, maxScroll};
  }
  const facts = factLines(scene, size);
  const {jobs, log} = share(rows - facts.length);
  const blocks: Block[] = [
    ...top,
    {key: 'facts', lines: facts},
    {key: 'jobs', lines: filled(jobLines(scene, size.columns, jobs - 1), jobs)},
    ...(log === 0 ? [] : [{key: 'log', lines: filled(logLines(scene, size.columns, log - 1), log)}]),
    keys,
  ];
  return {blocks, page: Math.max(1, (ui.pane === 'log' ? log : jobs) - 2), maxScroll: 0};
}

function textOf(scene: Scene, width: number): Text {
  if (scene.ui.page === 'help') return helpText();
  return scene.ui.page === 'explain' ? explainText(scene, width) : detailText(scene, width);
}

/** Shares the rows between jobs and log, titles included: seven jobs and five log lines of the fourteen rows at 80×24. */
function share(rows: number): {jobs: number; log: number} {
  if (rows < 5) return {jobs: Math.max(0, rows), log: 0};
  const jobs = Math.max(3, Math.ceil(rows * 0.55));
  return {jobs, log: rows - jobs};
}

function factLines(scene: Scene, size: Size): Line[] {
  const {columns} = size;
  if (!isAtLeast(size, SUMMARY)) {
    // A small screen has no room for more; the verdict names the problems of the other parts.
    const [strip = []] = heartbeatLines(scene, columns);
    return [strip, ...clockLines(scene, columns), ...partLines(scene, columns).slice(0, 1)];
  }
  const width = columns >= TWO_COLUMNS ? FULL.columns : columns;
  const beat = heartbeatLines(scene, width);
  const first = [
    ...(size.rows >= FULL.rows - 4 ? beat : beat.slice(0, 1)),
    ...clockLines(scene, width),
    ...samplingLines(scene, width),
    ...partLines(scene, width),
    ...heldLines(scene, width),
    ...standingLines(scene, width, size.rows >= TALL_ROWS),
  ];
  if (columns < TWO_COLUMNS) return first;
  const three = columns >= THREE_COLUMNS;
  const second = three ? 38 : columns - width - 2;
  const run = runLines(scene, second);
  const rows = Math.max(first.length, run.length);
  const outages = three ? outageLines(scene, columns - width - second - 4, rows) : [];
  return Array.from({length: rows}, (_, row) => [
    ...fillLine(first[row] ?? [], width),
    span('  '),
    ...(three ? fillLine(run[row] ?? [], second) : (run[row] ?? [])),
    ...(three ? [span('  '), ...(outages[row] ?? [])] : []),
  ]);
}

/** Pads to exactly `rows` lines, so that the blocks below keep their place. */
function filled(lines: readonly Line[], rows: number): Line[] {
  return Array.from({length: Math.max(0, rows)}, (_, row) => lines[row] ?? []);
}

/** Draws the notice of a screen that is too small: its size, the needed size, and the verdict. */
function sizeNotice(scene: Scene, {columns, rows}: Size): Screen {
  const [first] = scene.findings;
  const lines: Line[] = [
    [span(`${columns}×${rows}: too small`, 'warn')],
    [span(`needs ${LEAST.columns}×${LEAST.rows}`)],
    ...(first === undefined ? [] : [[span(first.text, first.severity)]]),
    [span('q quit')],
  ];
  return {blocks: [{key: 'size', lines}], page: 1, maxScroll: 0};
}
