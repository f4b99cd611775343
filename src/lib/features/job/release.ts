import {AosError} from '../../foundation/errors/error.ts';
import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {Config} from '../../config/config.ts';
import type {JobRow} from '../../node/journal/job-query-types.ts';
import type {ShownAnswer} from '../../node/journal/verdicts.ts';
import {openJournal} from '../../node/journal/sqlite.ts';
import {releaseIn} from '../../node/operator/release-answer.ts';
import type {CheckJson} from './checks.ts';
import type {JobDetail} from './detail.ts';
import type {OpenedJobs} from './journal.ts';
import {connectOperator} from './operator-here.ts';
import {chooseJob, showJob, type JobChoice} from './show.ts';

/** The held answer that was released, and by whom it is delivered. */
export type ReleaseResult = {
  /** False: the person declined. */
  released: boolean;
  /** `operator`: it delivers now. `journal`: it delivers when it starts. Null: none. */
  by: 'operator' | 'journal' | null;
  job: {seq: number; jobId: string; tag: string; position: string; kind: string};
  /** The text that is signed as the result. */
  answer: string;
  /** Why it was held. */
  code: string | null;
  message: string | null;
  penaltyWei: string;
};

/** What a release needs to know of the node. */
export type ReleasingNode = {nodeId: string; clockId: bigint | null; penaltyWei: bigint};

export const releasingNode = ({node, policy}: Pick<Config, 'node' | 'policy'>): ReleasingNode => ({
  nodeId: node.id,
  clockId: node.clockId,
  penaltyWei: policy.penaltyWei,
});

/** The person at the terminal. */
export type ReleasePerson = {
  /** Released without a question. */
  yes: boolean;
  mayAsk: boolean;
  /** Shows what is to be signed. */
  show: (detail: JobDetail, held: CheckJson, node: ReleasingNode) => void;
  confirm: () => Promise<boolean>;
};

/**
 * Delivers the held answer of a job: by the operator where it runs, else by its one answer in the journal, which the next
 * start delivers.
 * @throws AosError ANSWER_NOT_HELD | JOB_UNKNOWN | JOB_AMBIGUOUS | USAGE | JOURNAL_* | CONTROL_*
 */
export async function releaseJob(
  opened: OpenedJobs,
  choice: JobChoice,
  node: ReleasingNode,
  person: ReleasePerson,
): Promise<{result: ReleaseResult; exitCode: ExitCode}> {
  const row = requireHeld(chooseJob(opened.journal, choice));
  const detail = showJob(opened, {id: `#${row.seq}`});
  const held = detail.checks.findLast(({state}) => state === 'held');
  if (held?.answer === undefined || held.answer === null) throw notHeld(row);
  const {seq, key, kind} = row;
  const {code, message} = held;
  const result: ReleaseResult = {
    ...{released: true, by: null, job: {seq, ...key, kind}, answer: held.answer, code, message},
    penaltyWei: node.penaltyWei.toString(),
  };
  if (!person.yes) {
    if (!person.mayAsk)
      throw new AosError('USAGE', 'there is no one to ask, and --yes is missing', {
        next: run('job show', [`#${seq}`], 'See what is held; then add --yes'),
      });
    person.show(detail, held, node);
    if (!(await person.confirm())) return {result: {...result, released: false}, exitCode: EXIT.negative};
  }
  const shown = {attempt: held.attempt ?? 0, at: Date.parse(held.receivedAt)};
  const {by, state} = await release(opened, {seq, shown}, node);
  if (state === 'other') throw otherHeld(row);
  if (state !== 'released') throw notHeld({...row, state: state === 'answered' ? 'concluded' : row.state});
  return {result: {...result, by}, exitCode: EXIT.ok};
}

async function release(
  opened: OpenedJobs,
  {seq, shown}: {seq: number; shown: ShownAnswer},
  node: ReleasingNode,
): Promise<{by: 'operator' | 'journal'; state: string}> {
  const client = await connectOperator(opened);
  if (client !== null) {
    try {
      const answer = `${shown.attempt}@${shown.at}`;
      const reply = await client.command({command: 'release', args: {job: String(seq), answer}});
      return {by: 'operator', state: stateOf(reply)};
    } finally {
      client.close();
    }
  }
  const journal = await openJournal({dir: opened.dir, clockId: node.clockId ?? 1n});
  try {
    const {nodeId, clockId} = node;
    const {state} = await releaseIn({journal, node: {nodeId, clockId}, time: systemTime}, seq, shown);
    return {by: 'journal', state};
  } finally {
    await journal.close();
  }
}

/** The operator's reply: `{"state": "released"}`. */
function stateOf(reply: unknown): string {
  if (typeof reply === 'object' && reply !== null && 'state' in reply && typeof reply.state === 'string')
    return reply.state;
  throw new AosError('CONTROL_BROKEN', 'the operator did not say what became of the answer');
}

/** Nothing is signed that the person has not seen. */
function otherHeld({seq}: Pick<JobRow, 'seq'>): AosError {
  return new AosError(
    'ANSWER_NOT_HELD',
    `another answer of job #${seq} is held now than the one that was shown, and none is signed`,
    {next: run('job release', [`#${seq}`], 'See the one that is held now')},
  );
}

function requireHeld(row: JobRow): JobRow {
  if (!row.isHeld) throw notHeld(row);
  return row;
}

function notHeld({seq, state}: Pick<JobRow, 'seq' | 'state'>): AosError {
  const why =
    state === 'selected' || state === 'unanswered' || state === 'received'
      ? 'no answer of it is held'
      : 'its answer is given';
  return new AosError('ANSWER_NOT_HELD', `job #${seq} is ${state}: ${why}`, {
    next: run('job show', [`#${seq}`]),
  });
}
