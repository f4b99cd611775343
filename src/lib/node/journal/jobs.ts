import {AosError} from '../../foundation/errors/error.ts';
import type {JobKey, VrfFields} from '../../protocol/wire/messages.ts';
import {rangeText} from '../../protocol/vrf/range-text.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {Database} from './driver.ts';
import {elementAt} from './element-texts.ts';
import type {frameTable} from './frames.ts';
import {jobReads} from './job-reads.ts';
import type {pastTable} from './past.ts';
import {stateOf, textOf} from './rows.ts';
import type {tombstoneTable} from './tombstones.ts';
import {PRUNED, type Conclusion, type Delivery, type JobRecord, type NewJob} from './records.ts';
import type {JobState} from '../events/job-states.ts';

/** What a change did: `jobId` for the clock reading, `changed` false when it was known before. */
export type Change = {jobId: string; changed: boolean};

/** What the jobs need beside their own table. */
export type JobTables = {
  frames: ReturnType<typeof frameTable>;
  past: ReturnType<typeof pastTable>;
  tombstones: ReturnType<typeof tombstoneTable>;
  /** How old the journal is, ms (age-clock.ts). */
  age: () => number;
};

/** The jobs with their frames and answers. Every function is synchronous; those that write run inside a transaction. */
export function jobTable(database: Database, {frames, past, tombstones, age}: JobTables) {
  const reads = jobReads(database, {frames, past});
  const {headOf, answeredHeadOf, contentOf, ...changes} = prepareChanges(database);

  function head(seq: number): {jobId: string; state: JobState} {
    const row = headOf.get(seq);
    if (row === undefined) throw new AosError('BUG', `the journal has no job ${seq}`);
    return {jobId: textOf(row, 'job_id'), state: stateOf(row)};
  }

  /** For what comes after the answer. @throws AosError BUG when there is none yet */
  function answeredHead(seq: number, done: string): {jobId: string; state: JobState} {
    const row = answeredHeadOf.get(seq);
    if (row === undefined) throw new AosError('BUG', `the journal has no job ${seq}`);
    const jobId = textOf(row, 'job_id');
    if (row['is_answered'] !== 1)
      throw new AosError('BUG', `job ${jobId} was ${done} before its answer was stored`);
    return {jobId, state: stateOf(row)};
  }

  function storedContent(seq: number): string | null {
    const row = contentOf.get(seq);
    return row === undefined ? null : textOf(row, 'content');
  }

  return {
    ...reads,

    /** Whether one of its (job_id, tag) was stored and is packed or cleaned up. */
    wasPruned: (key: JobKey): boolean => tombstones.has(key),

    receive(job: NewJob): {known: boolean; record: JobRecord} {
      const known = reads.find(job.key);
      if (known !== undefined) return {known: true, record: known};
      const {jobId, tag, position} = job.key;
      const {receivedAt, frame, span, index, kind, model} = job;
      const key = {jobId, tag, position};
      const fresh = {state: 'received', vrf: null, range: null, outcome: null, content: null} as const;
      const bornAge = age();
      const record = {seq: PRUNED, key, receivedAt, bornAge, index, kind, model, ...fresh};
      if (tombstones.has(key)) return {known: true, record: {...record, element: null}};
      const element =
        span === null
          ? elementAt(frame, index)
          : Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('utf8', span.start, span.end);
      const added = changes.addJob.run(
        jobId,
        tag,
        position,
        receivedAt,
        frames.store(frame),
        index,
        span === null ? null : span.start,
        span === null ? null : span.end,
        kind,
        model,
        job.signer,
        bornAge,
      );
      return {known: false, record: {...record, element, seq: added.lastInsertRowid}};
    },

    /**
     * @param fresh it was received in this very transaction: there is nothing to look up
     * @returns false when the job was past being selected already
     */
    select(seq: number, vrf: VrfFields, range?: SamplingRange, fresh = false): boolean {
      if (!fresh && head(seq).state !== 'received') return false;
      changes.setSelected.run(JSON.stringify(vrf), textOrNull(range), seq);
      return true;
    },

    /**
     * @param fresh the job, when it was received in this very transaction: there is nothing to look up
     * @throws AosError ANSWER_CONFLICT
     */
    conclude(seq: number, {outcome, vrf, content, at, range}: Conclusion, fresh?: JobRecord): Change {
      const {jobId, state} = fresh === undefined ? head(seq) : {jobId: fresh.key.jobId, state: fresh.state};
      const stored = fresh === undefined ? storedContent(seq) : null;
      if (stored === content) return {jobId, changed: false};
      if (stored !== null)
        throw new AosError(
          'ANSWER_CONFLICT',
          `job ${jobId} has an answer already; a different one was refused`,
        );
      changes.addAnswer.run(seq, outcome, JSON.stringify(vrf), content, at);
      // A job given up on stays so; its answer is kept all the same, there is never another.
      if (state !== 'expired') changes.setConcluded.run(textOrNull(range), age(), seq);
      return {jobId, changed: true};
    },

    signed(seq: number, delivery: Delivery): void {
      const {state} = answeredHead(seq, 'signed');
      const {envelopeId, signature, at} = delivery;
      changes.setSigned.run(state === 'concluded' ? 'signed' : state, envelopeId, signature, at, seq);
    },

    /** @param of.reply the message of the dispatcher that accepts it, for the receipt; null: it is not kept */
    accepted(
      seq: number,
      {at, delivery, reply}: {at: number; delivery: Delivery; reply: Uint8Array | null},
    ): Change {
      const {jobId, state} = answeredHead(seq, 'accepted');
      if (state === 'accepted') return {jobId, changed: false};
      const {envelopeId, signature} = delivery;
      changes.setAccepted.run(at, envelopeId, signature, delivery.at, age(), reply, seq);
      return {jobId, changed: true};
    },

    expire(seq: number, at: number): void {
      const {state} = head(seq);
      if (state !== 'accepted' && state !== 'expired') changes.setClosed.run('expired', at, age(), seq);
    },

    /** The transaction was rolled back. */
    undo: (): void => frames.forgetLast(),
  };
}

/** The statements of the changes, and of what a change reads first. */
function prepareChanges(database: Database) {
  return {
    headOf: database.prepare('SELECT job_id, state FROM jobs WHERE seq = ?'),
    answeredHeadOf: database.prepare(
      `SELECT j.job_id, j.state, a.seq IS NOT NULL AS is_answered
       FROM jobs j LEFT JOIN answers a ON a.seq = j.seq WHERE j.seq = ?`,
    ),
    contentOf: database.prepare('SELECT content FROM answers WHERE seq = ?'),
    addJob: database.prepare(
      `INSERT INTO jobs (job_id, tag, position, state, received_at, frame_id, frame_index,
         span_start, span_end, kind, model, signer, born)
       VALUES (?, ?, ?, 'received', ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    addAnswer: database.prepare(
      'INSERT INTO answers (seq, outcome, vrf, content, at) VALUES (?, ?, ?, ?, ?)',
    ),
    setSelected: database.prepare(`UPDATE jobs SET state = 'selected', vrf = ?, range = ? WHERE seq = ?`),
    setConcluded: database.prepare(
      `UPDATE jobs SET state = 'concluded', closed_at = NULL, why = NULL, range = coalesce(range, ?), over = ? WHERE seq = ?`,
    ),
    setSigned: database.prepare(
      'UPDATE jobs SET state = ?, envelope_id = ?, signature = ?, signed_at = ? WHERE seq = ?',
    ),
    setAccepted: database.prepare(
      `UPDATE jobs SET state = 'accepted', closed_at = ?, envelope_id = ?, signature = ?, signed_at = ?, over = ?, reply = ?
       WHERE seq = ?`,
    ),
    setClosed: database.prepare('UPDATE jobs SET state = ?, closed_at = ?, over = ? WHERE seq = ?'),
  };
}

function textOrNull(range: SamplingRange | undefined): string | null {
  return range === undefined ? null : rangeText(range);
}
