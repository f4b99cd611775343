import {AosError} from '../errors.ts';
import type {TaskJournal} from '../journal/tasks.ts';
import {RANGE_NOTE} from '../operator/range.ts';
import {middle, safeText} from '../output/safe-text.ts';
import {systemTime} from '../system-time.ts';
import type {TaskRow} from '../task/task.ts';
import {taskStory, type TaskStory} from '../task/story.ts';
import type {OpenedTasks} from './task-journal.ts';
import {rangeOfText} from '../vrf/range-text.ts';

export type TaskChoice = {
  /** Whole id, its beginning, or `#number` of the list. */
  id: string;
  tag?: string | undefined;
  position?: string | undefined;
};

/** Looked at, of those that begin alike. */
const MOST = 1_000;
const SHOWN = 20;

/** @throws AosError TASK_UNKNOWN | TASK_SEVERAL, with those that fit | JOURNAL_* */
export function showTask({journal, config}: OpenedTasks, choice: TaskChoice): TaskStory {
  const {seq} = choose(journal, choice);
  const task = journal.record(seq);
  if (task === undefined) throw new AosError('TASK_UNKNOWN', `job #${seq} was cleaned up in this moment`);
  return taskStory(task, {
    nodeId: config.nodeId,
    dispatcher: config.dispatcherAddress,
    lastRange: rangeOfText(journal.recall(RANGE_NOTE)) ?? null,
    precision: config.vrfSortPrecision,
    now: systemTime.now(),
  });
}

function choose(journal: TaskJournal, {id, tag, position}: TaskChoice): TaskRow {
  if (id === '') throw new AosError('USAGE', 'ID is empty', {next: 'aos task list'});
  const fits = ({key}: TaskRow): boolean =>
    (tag === undefined || key.tag === tag) && (position === undefined || key.position === position);
  const rows = candidates(journal, id).filter(fits);
  const [only] = rows;
  if (only === undefined) {
    const where = tag === undefined && position === undefined ? '' : ' with that tag and position';
    throw new AosError('TASK_UNKNOWN', `no job ${safeText(middle(id, 80))}${where} is in the journal`);
  }
  if (rows.length === 1) return only;
  const list = rows.slice(0, SHOWN).map(({seq, key, state}) => {
    const mark =
      key.tag === ''
        ? ''
        : ` [${safeText(key.tag, 40)}${key.position === '' ? '' : `/${safeText(key.position, 40)}`}]`;
    return `#${seq} ${safeText(middle(key.jobId, 66))}${mark} ${state}`;
  });
  const more = rows.length > SHOWN ? ['…'] : [];
  const sameId = new Set(rows.map(({key}) => key.jobId)).size === 1;
  throw new AosError('TASK_SEVERAL', [`${rows.length} jobs fit:`, ...list, ...more].join('\n'), {
    next: sameId ? `Name one: aos task show '#${only.seq}'` : 'Give more of the id, or #NUMBER.',
    details: {
      tasks: rows.slice(0, SHOWN).map(({seq, key, state}) => ({
        seq,
        job_id: key.jobId,
        tag: key.tag,
        position: key.position,
        state,
      })),
    },
  });
}

function candidates(journal: TaskJournal, id: string): TaskRow[] {
  const number = /^#(\d{1,15})$/.exec(id)?.[1];
  if (number === undefined) return journal.find(id, MOST);
  const row = journal.bySeq(Number(number));
  return row === undefined ? [] : [row];
}
