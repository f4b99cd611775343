import {AosError} from '../../foundation/errors/error.ts';
import type {JobKey, VrfFields} from '../../protocol/wire/messages.ts';
import {rangeText} from '../../protocol/vrf/range-text.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import type {Database, Row} from './driver.ts';
import {jobOf, numberOf, stateOf, textOf} from './rows.ts';
import type {Conclusion, Delivery, JobRecord, NewJob} from './records.ts';
import type {JobState} from '../events/job-states.ts';

/** What a change did: `jobId` for the clock reading, `changed` false when it was known before. */
export type Change = {jobId: string; changed: boolean};

/** Of the job that came last, and of the newest one that was accepted; Unix ms, null when there is none. */
export type Activity = {lastReceivedAt: number | null; lastAcceptedAt: number | null};

/** Jobs looked at in one transaction of a clean-up. */
const PRUNE_CHUNK = 200;

const RECORD = `
  SELECT j.seq, j.job_id, j.tag, j.position, j.state, j.received_at, f.text AS frame, j.frame_index, j.kind, j.model,
    coalesce(a.vrf, j.vrf) AS vrf, j.range, a.outcome, a.content
  FROM jobs j JOIN frames f ON f.id = j.frame_id LEFT JOIN answers a ON a.seq = j.seq`;

/** The jobs with their frames and answers. Every function is synchronous; those that write run inside a transaction. */
export function jobTable(database: Database) {
  const bySeq = database.prepare(`${RECORD} WHERE j.seq = ?`);
  const last = database.prepare(`${RECORD} ORDER BY j.seq DESC LIMIT 1`);
  const byKey = database.prepare(`${RECORD} WHERE j.job_id = ? AND j.tag = ? AND j.position = ?`);
  const isKnown = database.prepare('SELECT 1 FROM jobs WHERE job_id = ? AND tag = ? AND position = ?');
  const headOf = database.prepare('SELECT job_id, state FROM jobs WHERE seq = ?');
  const answeredHeadOf = database.prepare(
    `SELECT j.job_id, j.state, a.seq IS NOT NULL AS is_answered
     FROM jobs j LEFT JOIN answers a ON a.seq = j.seq WHERE j.seq = ?`,
  );
  const contentOf = database.prepare('SELECT content FROM answers WHERE seq = ?');
  const addFrame = database.prepare('INSERT INTO frames (text) VALUES (?)');
  const addJob = database.prepare(
    `INSERT INTO jobs (job_id, tag, position, state, received_at, frame_id, frame_index, kind, model, signer)
     VALUES (?, ?, ?, 'received', ?, ?, ?, ?, ?, ?)`,
  );
  const addAnswer = database.prepare(
    'INSERT INTO answers (seq, outcome, vrf, content, at) VALUES (?, ?, ?, ?, ?)',
  );
  const setSelected = database.prepare(
    `UPDATE jobs SET state = 'selected', vrf = ?, range = ? WHERE seq = ?`,
  );
  const setConcluded = database.prepare(
    `UPDATE jobs SET state = 'concluded', range = coalesce(range, ?) WHERE seq = ?`,
  );
  const setSigned = database.prepare(
    'UPDATE jobs SET state = ?, envelope_id = ?, signature = ?, signed_at = ? WHERE seq = ?',
  );
  const setAccepted = database.prepare(
    `UPDATE jobs SET state = 'accepted', closed_at = ?, envelope_id = ?, signature = ?, signed_at = ? WHERE seq = ?`,
  );
  const setClosed = database.prepare('UPDATE jobs SET state = ?, closed_at = ? WHERE seq = ?');
  const seqs = database.prepare('SELECT seq FROM jobs WHERE state = ? AND seq > ? ORDER BY seq LIMIT ?');
  const seqsOfKind = database.prepare(
    'SELECT seq FROM jobs WHERE state = ? AND seq > ? AND kind = ? ORDER BY seq LIMIT ?',
  );
  const newest = database.prepare('SELECT received_at AS at FROM jobs ORDER BY seq DESC LIMIT 1');
  const newestAccepted = database.prepare(
    `SELECT closed_at AS at FROM jobs WHERE state = 'accepted' ORDER BY seq DESC LIMIT 1`,
  );
  const tally = database.prepare('SELECT state, count(*) AS jobs FROM jobs GROUP BY state');
  const over = database.prepare(
    `SELECT j.seq, j.frame_id, j.received_at, coalesce(a.at, j.closed_at) AS over_at
     FROM jobs j LEFT JOIN answers a ON a.seq = j.seq WHERE j.state = ? AND j.seq > ? ORDER BY j.seq LIMIT ${PRUNE_CHUNK}`,
  );
  const deletions = ['questions', 'answers', 'jobs'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE seq = ?`),
  );
  const dropFrame = database.prepare(
    'DELETE FROM frames WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM jobs WHERE frame_id = ?1)',
  );

  /** The frame stored last: the jobs of one frame share its row, or a frame of many jobs would be stored many times. */
  let lastFrame: {text: string; id: number} | null = null;

  function frameId(text: string): number {
    if (lastFrame?.text !== text) lastFrame = {text, id: addFrame.run(text).lastInsertRowid};
    return lastFrame.id;
  }

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
    receive(job: NewJob): {known: boolean; record: JobRecord} {
      const {jobId, tag, position} = job.key;
      const row = byKey.get(jobId, tag, position);
      if (row !== undefined) return {known: true, record: jobOf(row)};
      const {receivedAt, frame, index, kind, model} = job;
      const added = addJob.run(
        jobId,
        tag,
        position,
        receivedAt,
        frameId(frame),
        index,
        kind,
        model,
        job.signer,
      );
      const key = {jobId, tag, position};
      const fresh = {state: 'received', vrf: null, range: null, outcome: null, content: null} as const;
      return {
        known: false,
        record: {seq: added.lastInsertRowid, key, receivedAt, frame, index, kind, model, ...fresh},
      };
    },

    knows: ({jobId, tag, position}: JobKey): boolean => isKnown.get(jobId, tag, position) !== undefined,

    /**
     * @param fresh it was received in this very transaction: there is nothing to look up
     * @returns false when the job was past being selected already
     */
    select(seq: number, vrf: VrfFields, range?: SamplingRange, fresh = false): boolean {
      if (!fresh && head(seq).state !== 'received') return false;
      setSelected.run(JSON.stringify(vrf), textOrNull(range), seq);
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
      addAnswer.run(seq, outcome, JSON.stringify(vrf), content, at);
      // A job given up on stays so; its answer is kept all the same, there is never another.
      if (state !== 'expired') setConcluded.run(textOrNull(range), seq);
      return {jobId, changed: true};
    },

    signed(seq: number, delivery: Delivery): void {
      const {state} = answeredHead(seq, 'signed');
      const {envelopeId, signature, at} = delivery;
      setSigned.run(state === 'concluded' ? 'signed' : state, envelopeId, signature, at, seq);
    },

    accepted(seq: number, at: number, {envelopeId, signature, at: signedAt}: Delivery): Change {
      const {jobId, state} = answeredHead(seq, 'accepted');
      if (state === 'accepted') return {jobId, changed: false};
      setAccepted.run(at, envelopeId, signature, signedAt, seq);
      return {jobId, changed: true};
    },

    expire(seq: number, at: number): void {
      const {state} = head(seq);
      if (state !== 'accepted' && state !== 'expired') setClosed.run('expired', at, seq);
    },

    get(seq: number): JobRecord | undefined {
      const row = bySeq.get(seq);
      return row === undefined ? undefined : jobOf(row);
    },

    newest(): JobRecord | undefined {
      const row = last.get();
      return row === undefined ? undefined : jobOf(row);
    },

    /** Each state by its own index range, then merged: one query over several states would sort all of their jobs. */
    list({
      states,
      after,
      limit,
      kind,
    }: {
      states: readonly JobState[];
      after: number;
      limit: number;
      kind?: string;
    }): JobRecord[] {
      const rows = [...new Set(states)].flatMap((state) =>
        kind === undefined ? seqs.all(state, after, limit) : seqsOfKind.all(state, after, kind, limit),
      );
      const first = rows
        .map((row) => numberOf(row, 'seq'))
        .sort((a, b) => a - b)
        .slice(0, limit);
      return first.flatMap((seq) => bySeq.all(seq).map(jobOf));
    },

    counts(): Record<JobState, number> {
      const counts: Record<JobState, number> = {
        received: 0,
        selected: 0,
        concluded: 0,
        signed: 0,
        accepted: 0,
        expired: 0,
      };
      for (const row of tally.all()) counts[stateOf(row)] = numberOf(row, 'jobs');
      return counts;
    },

    activity(): Activity {
      const at = (row: Row | undefined): number | null => (row === undefined ? null : numberOf(row, 'at'));
      return {lastReceivedAt: at(newest.get()), lastAcceptedAt: at(newestAccepted.get())};
    },

    /**
     * Deletes those of the next jobs in `state` after `after` that were over before `before`.
     * @returns `next`: where the following call starts, null at the end
     */
    prune(
      state: 'accepted' | 'expired',
      after: number,
      before: number,
    ): {deleted: number; next: number | null} {
      const rows = over.all(state, after);
      const old = rows.filter((row) => numberOf(row, 'over_at') < before);
      for (const row of old) {
        for (const deletion of deletions) deletion.run(numberOf(row, 'seq'));
        dropFrame.run(numberOf(row, 'frame_id'));
      }
      if (old.length > 0) lastFrame = null;
      const last = rows.at(-1);
      // Jobs are numbered as they come: from one received after `before` on, none can have been over before it.
      const isEnd =
        last === undefined || rows.length < PRUNE_CHUNK || numberOf(last, 'received_at') >= before;
      return {deleted: old.length, next: isEnd ? null : numberOf(last, 'seq')};
    },

    /** The transaction was rolled back: the frame stored last may be gone with it. */
    undo(): void {
      lastFrame = null;
    },
  };
}

function textOrNull(range: SamplingRange | undefined): string | null {
  return range === undefined ? null : rangeText(range);
}
