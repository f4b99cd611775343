import {middle} from '../../foundation/text/cells.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {isReceiptKept} from '../../node/evidence/kept-receipts.ts';
import type {JobReader} from '../../node/journal/job-query.ts';
import {RANGE_NOTE} from '../../node/operator/range.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {jobDetail, type JobDetail} from './detail.ts';
import type {OpenedJobs} from './journal.ts';
import {rangeOfText} from '../../protocol/vrf/range-text.ts';
import type {JobRow} from '../../node/journal/job-query-types.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';

export type JobChoice = {
  /** Whole id, its beginning, or `#number` of the list. */
  id: string;
  tag?: string | undefined;
  position?: string | undefined;
};

/** Looked at, of those that begin alike. */
const MOST = 1_000;
const SHOWN = 20;

/** @throws AosError JOB_UNKNOWN | JOB_AMBIGUOUS, with those that fit | JOURNAL_* */
export function showJob({journal, config}: OpenedJobs, choice: JobChoice): JobDetail {
  const {seq} = chooseJob(journal, choice);
  const record = journal.record(seq);
  if (record === undefined) throw new AosError('JOB_UNKNOWN', `job #${seq} was cleaned up in this moment`);
  const isKept = record.packed !== null && isReceiptKept(config.evidence?.dir ?? null, record.key);
  const facts = {
    nodeId: config.nodeId,
    dispatcher: config.dispatcherAddress,
    formerDispatchers: config.formerDispatchers,
    lastRange: rangeOfText(journal.recall(RANGE_NOTE)) ?? null,
    precision: config.vrfSortPrecision,
    now: systemTime.now(),
  };
  return jobDetail(record, facts, isKept);
}

/** The job that is meant. @throws AosError JOB_UNKNOWN | JOB_AMBIGUOUS | USAGE */
export function chooseJob(journal: JobReader, {id, tag, position}: JobChoice): JobRow {
  if (id === '') throw new AosError('USAGE', 'ID is empty', {next: run('job list')});
  const fits = ({key}: JobRow): boolean =>
    (tag === undefined || key.tag === tag) && (position === undefined || key.position === position);
  const rows = candidates(journal, id).filter(fits);
  const [only] = rows;
  if (only === undefined) {
    const where = tag === undefined && position === undefined ? '' : ' with that tag and position';
    throw new AosError('JOB_UNKNOWN', `no job ${safeText(middle(id, 80))}${where} is in the journal`);
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
  throw new AosError('JOB_AMBIGUOUS', [`${rows.length} jobs fit:`, ...list, ...more].join('\n'), {
    next: sameId ? run('job show', [`#${only.seq}`], 'Name one') : say('Give more of the id, or #NUMBER.'),
    details: {
      jobs: rows.slice(0, SHOWN).map(({seq, key, state}) => ({
        seq,
        jobId: key.jobId,
        tag: key.tag,
        position: key.position,
        state,
      })),
    },
  });
}

function candidates(journal: JobReader, id: string): JobRow[] {
  const number = /^#(\d{1,15})$/.exec(id)?.[1];
  if (number === undefined) return journal.find(id, MOST);
  const row = journal.bySeq(Number(number));
  return row === undefined ? [] : [row];
}
