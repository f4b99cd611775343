import {column, middle} from '../../../foundation/text/cells.ts';
import {age} from '../model/ages.ts';
import {healthOf, resultOf, stageOf} from '../model/jobs.ts';
import {shown, span, type Line, type Tone} from '../model/line.ts';
import {stateWord} from '../model/signs.ts';
import {MAX_JOBS} from '../../../node/events/view.ts';
import type {JobView} from '../../../node/events/view-jobs.ts';
import type {Scene} from './scene.ts';
import {label} from './title.ts';

type Cell = {
  head: string;
  /** Cells of the column; 0 takes the rest of the line. */
  width: number;
  right?: boolean;
  text: (job: JobView, now: number) => string;
};

const COLUMNS = {
  id: {head: 'ID', width: 14, text: ({jobId}) => middle(shown(jobId, 400), 14)},
  wideId: {head: 'ID', width: 36, text: ({jobId}) => middle(shown(jobId, 400), 36)},
  /** Fits a whole id of the network: 64 digits. */
  wholeId: {head: 'ID', width: 64, text: ({jobId}) => middle(shown(jobId, 400), 64)},
  kind: {head: 'KIND', width: 5, text: ({kind}) => shown(kind, 40)},
  model: {head: 'MODEL', width: 10, text: ({model}) => shown(model, 80)},
  wideModel: {head: 'MODEL', width: 20, text: ({model}) => shown(model, 80)},
  tag: {head: 'TAG', width: 9, text: ({tag}) => shown(tag, 80)},
  position: {head: 'POS', width: 5, text: ({position}) => shown(position, 40)},
  age: {head: 'AGE', width: 6, right: true, text: (job, now) => age(now - job.firstAt)},
  took: {
    head: 'LAST',
    width: 6,
    right: true,
    text: (job, now) => age(now - job.at),
  },
  result: {head: 'RESULT', width: 0, text: (job) => shown(resultOf(job), 400)},
} satisfies Record<string, Cell>;

/** Picks the columns that fit a width; STATE comes before AGE. */
function columnsFor(width: number): {before: readonly Cell[]; after: readonly Cell[]} {
  const {id, wideId, wholeId, kind, model, wideModel, tag, position, age: since, took, result} = COLUMNS;
  if (width >= 180) return {before: [wholeId, kind, wideModel, tag, position], after: [since, took, result]};
  if (width >= 160) return {before: [wideId, kind, wideModel, tag, position], after: [since, took, result]};
  if (width >= 120) return {before: [wideId, kind, model, tag], after: [since, took, result]};
  if (width >= 78) return {before: [id, kind, model, tag], after: [since, result]};
  if (width >= 60) return {before: [id, kind], after: [since, result]};
  return {before: [{...id, width: 12, text: ({jobId}) => middle(shown(jobId, 400), 12)}], after: [since]};
}

const STATE = 17;

/** Draws the table of jobs: a head and at most `rows` lines, which include the selected job. */
export function jobLines({jobs, ui, now, data}: Scene, width: number, rows: number): Line[] {
  const {before, after} = columnsFor(width);
  const heads = (cells: readonly Cell[]): string =>
    cells.map((cell) => cellText(cell, cell.head, width, after)).join(' ');
  const hidden = data.view.jobs.length - jobs.length;
  // The view holds only the latest jobs.
  const more = data.view.jobs.length >= MAX_JOBS ? '+' : '';
  const title = `JOBS ${jobs.length}${hidden > 0 ? ` (${hidden}${more} hidden)` : more}`;
  const [first] = before;
  const idWidth = Math.max(2, (first?.width ?? 2) + 1);
  // The title replaces the head of the id column where it fits, which a filter can prevent.
  const rest = title.length + 2 < idWidth ? before.slice(1) : [];
  const head: Line = [
    ...label('jobs', ui, title, rest.length > 0 ? idWidth + 1 : Math.max(idWidth + 1, title.length + 3)),
    ...(rest.length > 0 ? [span(` ${heads(rest)} ${column('STATE', STATE)} ${heads(after)}`, 'dim')] : []),
  ];
  const selected = jobs.findIndex(({seq}) => seq === ui.job);
  const from = Math.max(0, Math.min(selected - Math.floor(rows / 2), jobs.length - rows));
  const listed = jobs.slice(from, from + rows);
  if (listed.length === 0 && rows > 0)
    return [head, [span(`  ${hidden > 0 ? 'no job has that text' : 'no job yet'}`, 'dim')]];
  return [
    head,
    ...listed.map((job) => jobLine(job, {before, after, width, now, cursor: job.seq === ui.job})),
  ];
}

function jobLine(
  job: JobView,
  {
    before,
    after,
    width,
    now,
    cursor,
  }: {before: readonly Cell[]; after: readonly Cell[]; width: number; now: number; cursor: boolean},
): Line {
  const health = healthOf(job);
  const tone: Tone = cursor ? 'cursor' : 'plain';
  const texts = (cells: readonly Cell[]): string =>
    cells.map((cell) => cellText(cell, cell.text(job, now), width, after)).join(' ');
  return [
    span(cursor ? '> ' : '  ', tone),
    span(`${texts(before)} `, tone),
    stateWord(health, 7),
    span(` ${column(stageOf(job), STATE - 8)} `, tone),
    span(texts(after), tone),
  ];
}

function cellText({width, right}: Cell, text: string, whole: number, after: readonly Cell[]): string {
  if (width > 0) return column(text, width, right === true ? 'right' : 'left');
  const used = after.reduce((sum, cell) => sum + cell.width + 1, 0);
  return column(text, Math.max(0, whole - used)).trimEnd();
}
