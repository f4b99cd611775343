import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {count} from '../../foundation/text/words.ts';
import type {ControlClient} from '../../node/control/client.ts';
import {MOST_RETRIED} from '../../node/control/wire.ts';
import type {JobRow} from '../../node/journal/job-query-types.ts';
import {openJournal} from '../../node/journal/sqlite.ts';
import type {OpenedJobs} from './journal.ts';
import {connectOperator} from './operator-here.ts';
import {chooseJob, type JobChoice} from './show.ts';

/** Which jobs are asked about again, and by whom. */
export type RetryResult = {
  /** `operator`: it asks now. `journal`: it asks when it starts. */
  by: 'operator' | 'journal';
  jobs: {seq: number; jobId: string; tag: string; position: string; kind: string}[];
};

/**
 * Has jobs asked about again that have no answer: by the operator where it runs, else by a mark in the journal for its next
 * start. Their attempts and their time begin anew.
 * @param choice one job; null: all that are unanswered
 * @throws AosError JOB_ANSWERED | JOB_UNKNOWN | JOB_AMBIGUOUS | JOURNAL_* | CONTROL_*
 */
export async function retryJobs(opened: OpenedJobs, choice: JobChoice | null): Promise<RetryResult> {
  const rows = choice === null ? unanswered(opened) : [requireOpen(chooseJob(opened.journal, choice))];
  const client = await connectOperator(opened);
  try {
    const asked = await (client === null ? mark(opened.dir, rows) : command(client, rows));
    const jobs = rows.filter(({seq}) => asked.has(seq)).map(({seq, key, kind}) => ({seq, ...key, kind}));
    return {by: client === null ? 'journal' : 'operator', jobs};
  } finally {
    client?.close();
  }
}

/** What was done, for people. */
export function retryText({by, jobs}: RetryResult): string {
  if (jobs.length === 0) return 'no job is unanswered';
  const when = by === 'operator' ? 'the operator asks about' : 'the operator, when it starts, asks about';
  return `${when} ${count(jobs.length, 'job')} again: ${jobs.map(({seq}) => `#${seq}`).join(', ')}`;
}

function unanswered({journal}: OpenedJobs): JobRow[] {
  const query = {outcomes: [], kinds: [], tags: [], since: null, limit: null};
  // The oldest first.
  return journal
    .list({...query, states: ['unanswered']})
    .reverse()
    .filter(({isPacked}) => !isPacked);
}

function requireOpen(row: JobRow): JobRow {
  if (row.isPacked)
    throw new AosError(
      'JOB_ANSWERED',
      `job #${row.seq} is packed: its evidence period is over and its prompt is gone`,
      {
        next: run('job show', [`#${row.seq}`]),
      },
    );
  if (row.state === 'unanswered' || row.state === 'selected') return row;
  throw new AosError('JOB_ANSWERED', `job #${row.seq} is ${row.state}: no worker is asked about it`, {
    next: run('job show', [`#${row.seq}`]),
  });
}

async function command(client: ControlClient, rows: readonly JobRow[]): Promise<ReadonlySet<number>> {
  const asked = new Set<number>();
  for (let from = 0; from < rows.length; from += MOST_RETRIED) {
    const jobs = rows
      .slice(from, from + MOST_RETRIED)
      .map(({seq}) => seq)
      .join(',');
    for (const seq of askedOf(await client.command({command: 'retry', args: {jobs}}))) asked.add(seq);
  }
  return asked;
}

/** The operator's reply: `{"asked": [numbers]}`. */
function askedOf(reply: unknown): number[] {
  if (typeof reply === 'object' && reply !== null && 'asked' in reply && Array.isArray(reply.asked))
    return reply.asked.filter((seq): seq is number => typeof seq === 'number');
  throw new AosError('CONTROL_BROKEN', 'the operator did not say which jobs it asks about');
}

/** @throws AosError JOURNAL_LOCKED when an operator works that has no control socket */
async function mark(dir: string, rows: readonly JobRow[]): Promise<ReadonlySet<number>> {
  if (rows.length === 0) return new Set();
  const journal = await openJournal({dir, clockId: 1n});
  try {
    const marked = await Promise.all(rows.map(async ({seq}) => ((await journal.retry(seq)) ? [seq] : [])));
    return new Set(marked.flat());
  } finally {
    await journal.close();
  }
}
