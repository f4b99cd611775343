import {count, duration} from '../status/words.ts';
import type {TaskRowJson} from '../task/row.ts';
import {csvLine} from './csv.ts';
import {middle, safeText} from './safe-text.ts';
import {fitTable} from './table.ts';

/** A job id is a hash of 64 digits, or what a dispatcher makes of it. */
const ID_WIDTH = 17;
const TEXT_WIDTH = 24;

/**
 * The jobs as a table, newest first, none wider than `width`.
 * @param total how many there are, if the list was cut
 */
export function taskTable(
  tasks: readonly TaskRowJson[],
  {total, width, now, full}: {total: number; width: number; now: number; full: boolean},
): string {
  if (tasks.length === 0) return 'no jobs';
  const column = (head: string, below: number, cell: (task: TaskRowJson) => string, right = false) => ({
    head,
    below,
    right,
    cells: tasks.map(cell),
  });
  const short = (text: string, most: number): string => middle(safeText(text, 10_000), most);
  const table = fitTable(
    [
      column('NO', 7, ({seq}) => `#${seq}`, true),
      column('JOB', 9, ({job_id: id}) => (full ? safeText(id, 100_000) : short(id, ID_WIDTH))),
      column('TAG', 5, ({tag, position}) => short(position === '' ? tag : `${tag}/${position}`, TEXT_WIDTH)),
      column('STATE', 9, ({state}) => state),
      column('OUTCOME', 6, ({outcome}) => outcome ?? ''),
      column('KIND', 4, ({kind}) => short(kind, 10)),
      column('MODEL', 2, ({model}) => short(model, TEXT_WIDTH)),
      column('RECEIVED', 8, (task) => task.received_at.slice(0, 19).replace('T', ' ')),
      column('TOOK', 3, (task) => tookText(task, now), true),
    ],
    width,
  );
  const more = total > tasks.length ? [`${count(tasks.length, 'job')} of ${total}; --limit shows more`] : [];
  return [...table, ...more].join('\n');
}

/** Until it was closed; for an open one so far. */
function tookText(task: TaskRowJson, now: number): string {
  if (task.duration_ms === null) return `${duration(now - Date.parse(task.received_at))} so far`;
  return task.duration_ms < 10_000 ? `${task.duration_ms} ms` : duration(task.duration_ms);
}

export const TASK_CSV_HEAD = [
  'seq',
  'job_id',
  'tag',
  'position',
  'state',
  'outcome',
  'kind',
  'model',
  'selected',
  'dispatcher',
  'received_at',
  'concluded_at',
  'signed_at',
  'closed_at',
  'duration_ms',
] as const satisfies readonly (keyof TaskRowJson)[];

/** The jobs as CSV with a head, without a line end at the end. */
export function taskCsv(tasks: readonly TaskRowJson[]): string {
  return [
    csvLine(TASK_CSV_HEAD),
    ...tasks.map((task) => csvLine(TASK_CSV_HEAD.map((name) => cell(task[name])))),
  ].join('\n');
}

/** A cell of CSV: one line, and harmless where it is shown; NDJSON has every text as it came. */
export function cell(value: string | number | boolean | null): string {
  return value === null ? '' : safeText(String(value), Number.MAX_SAFE_INTEGER);
}
