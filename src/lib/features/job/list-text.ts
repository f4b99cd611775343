import {middle} from '../../foundation/text/cells.ts';
import {duration} from '../../foundation/time/duration.ts';
import {count} from '../../foundation/text/words.ts';
import type {JobRowJson} from './row.ts';
import {csvLine} from '../../foundation/text/csv.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {fitTable} from '../../foundation/text/table.ts';

/** A job id is a hash of 64 digits, or what a dispatcher makes of it. */
const ID_WIDTH = 17;
const TEXT_WIDTH = 24;

/**
 * The jobs as a table, newest first, none wider than `width`.
 * @param total how many there are, if the list was cut
 */
export function jobTable(
  jobs: readonly JobRowJson[],
  {total, width, now, full}: {total: number; width: number; now: number; full: boolean},
): string {
  if (jobs.length === 0) return 'no jobs';
  const column = (head: string, below: number, cell: (record: JobRowJson) => string, right = false) => ({
    head,
    below,
    right,
    cells: jobs.map(cell),
  });
  const short = (text: string, most: number): string => middle(safeText(text, 10_000), most);
  const table = fitTable(
    [
      column('NO', 7, ({seq}) => `#${seq}`, true),
      column('JOB', 9, ({jobId: id}) => (full ? safeText(id, 100_000) : short(id, ID_WIDTH))),
      column('TAG', 5, ({tag, position}) => short(position === '' ? tag : `${tag}/${position}`, TEXT_WIDTH)),
      column('STATE', 9, ({state, held}) => (held ? `${state}, held` : state)),
      column('OUTCOME', 6, ({outcome}) => outcome ?? ''),
      column('KIND', 4, ({kind}) => short(kind, 10)),
      column('MODEL', 2, ({model}) => short(model, TEXT_WIDTH)),
      column('RECEIVED', 8, (record) => record.receivedAt.slice(0, 19).replace('T', ' ')),
      column('TOOK', 3, (record) => tookText(record, now), true),
    ],
    width,
  );
  const more = total > jobs.length ? [`${count(jobs.length, 'job')} of ${total}; --limit shows more`] : [];
  return [...table, ...more].join('\n');
}

/** Until it was closed; for an open one so far. */
function tookText(record: JobRowJson, now: number): string {
  if (record.durationMs === null) return `${duration(now - Date.parse(record.receivedAt))} so far`;
  return record.durationMs < 10_000 ? `${record.durationMs} ms` : duration(record.durationMs);
}

export const JOB_CSV_HEAD = [
  'seq',
  'jobId',
  'tag',
  'position',
  'state',
  'outcome',
  'kind',
  'model',
  'selected',
  'dispatcher',
  'receivedAt',
  'concludedAt',
  'signedAt',
  'closedAt',
  'held',
  'durationMs',
] as const satisfies readonly (keyof JobRowJson)[];

/** The jobs as CSV with a head, without a line end at the end. */
export function jobCsv(jobs: readonly JobRowJson[]): string {
  return [
    csvLine(JOB_CSV_HEAD),
    ...jobs.map((record) => csvLine(JOB_CSV_HEAD.map((name) => cell(record[name])))),
  ].join('\n');
}

/** A cell of CSV: one line, and harmless where it is shown; NDJSON has every text as it came. */
export function cell(value: string | number | boolean | null): string {
  return value === null ? '' : safeText(String(value), Number.MAX_SAFE_INTEGER);
}
