import type {Database, Row} from './driver.ts';
import type {frameTable} from './frames.ts';
import {packJob, type PackedJob} from './packed.ts';
import {OVER, type pastTable} from './past.ts';
import {maybeNumberOf, maybeTextOf, numberOf, stateOf, textOf, vrfOf} from './rows.ts';
import type {tombstoneTable} from './tombstones.ts';

/** Jobs looked at in one read. */
const LOOKED_AT = 500;
/** Most bytes of the texts by which a packed job is found; one with longer ones leaves its tombstone only. */
const MOST_KEY = 112;
/** With the packed job: five such rows are on a page, so that one with its indexes and its tombstone takes less than 1 KB. */
const MOST_ROW = 700;

/** Packs the jobs whose evidence period is over. `due` reads, `pack` runs inside a transaction; both are synchronous. */
export type JobPacking = {
  /**
   * The numbers of the next jobs after `after` that were over before an age of the journal.
   * @returns `next`: where the following call starts, null at the end
   */
  due(after: number, before: number): {seqs: number[]; next: number | null};
  /**
   * Packs those of them that still are. @returns how many
   * @param heldBefore one that is unanswered and has an answer that can be released is packed when it was over before this
   */
  pack(seqs: readonly number[], before: number, heldBefore: number): number;
};

/** What packing touches beside the jobs. */
type Tables = {
  frames: ReturnType<typeof frameTable>;
  past: ReturnType<typeof pastTable>;
  tombstones: ReturnType<typeof tombstoneTable>;
};

/**
 * A job that is over stays whole for the evidence period (docs/protocol.md#evidence-of-a-job). Then its row, its answer and
 * its part of its frame are replaced by one small row, and by the tombstone that keeps its (job_id, tag) from ever being
 * answered again.
 */
export function jobPacking(database: Database, {frames, past, tombstones}: Tables): JobPacking {
  const heads = database.prepare(
    `SELECT seq, state, coalesce(born, 0) AS born, coalesce(over, 0) AS over FROM jobs
     WHERE seq > ? ORDER BY seq LIMIT ${LOOKED_AT}`,
  );
  const whole = database.prepare(
    `SELECT j.*, coalesce(j.over, 0) AS over_age, coalesce(a.vrf, j.vrf) AS any_vrf, a.outcome, a.content, a.at AS concluded_at,
       (SELECT count(*) FROM questions q WHERE q.seq = j.seq) AS attempts
     FROM jobs j LEFT JOIN answers a ON a.seq = j.seq WHERE j.seq = ?`,
  );
  const openBeside = database.prepare(
    `SELECT 1 FROM jobs WHERE job_id = ? AND tag = ? AND state IN ('received', 'selected', 'concluded', 'signed') LIMIT 1`,
  );
  const held = database.prepare(`SELECT 1 FROM checks WHERE seq = ? AND state = 'held' LIMIT 1`);
  const deletions = ['questions', 'evidence', 'checks', 'proofs', 'answers', 'jobs'].map((table) =>
    database.prepare(`DELETE FROM ${table} WHERE seq = ?`),
  );

  function packOne(row: Row): void {
    const seq = numberOf(row, 'seq');
    const key = ['job_id', 'tag', 'position', 'kind', 'model'].map((column) => textOf(row, column));
    const [jobId = '', tag = '', position = '', kind = '', model = ''] = key;
    const keyBytes = Buffer.byteLength(key.join(''));
    const packed = keyBytes > MOST_KEY ? null : packJob(evidenceIn(row), jobId, MOST_ROW - keyBytes);
    if (packed !== null)
      past.add(
        seq,
        jobId,
        tag,
        position,
        textOf(row, 'state'),
        maybeTextOf(row, 'outcome'),
        kind,
        model,
        numberOf(row, 'received_at'),
        maybeNumberOf(row, 'concluded_at'),
        maybeNumberOf(row, 'closed_at'),
        numberOf(row, 'over_age'),
        packed,
      );
    tombstones.add({jobId, tag});
    for (const deletion of deletions) deletion.run(seq);
    frames.dropUnused(numberOf(row, 'frame_id'));
  }

  return {
    due(after, before) {
      const rows = heads.all(after);
      const seqs = rows.filter((row) => isDue(row, 'over', before)).map((row) => numberOf(row, 'seq'));
      const last = rows.at(-1);
      // Jobs are numbered as they come: of those that came after that age none can have been over before it.
      const isEnd = last === undefined || rows.length < LOOKED_AT || numberOf(last, 'born') >= before;
      return {seqs, next: isEnd ? null : numberOf(last, 'seq')};
    },

    pack(seqs, before, heldBefore) {
      let packed = 0;
      for (const seq of seqs) {
        const row = whole.get(seq);
        if (row === undefined || !isDue(row, 'over_age', before)) continue;
        // Its text is what those under other positions have to say, too.
        if (openBeside.get(textOf(row, 'job_id'), textOf(row, 'tag')) !== undefined) continue;
        if (
          !isDue(row, 'over_age', heldBefore) &&
          stateOf(row) === 'unanswered' &&
          held.get(seq) !== undefined
        )
          continue;
        packOne(row);
        packed += 1;
      }
      if (packed > 0) frames.forgetLast();
      return packed;
    },
  };
}

function isDue(row: Row, column: string, before: number): boolean {
  const state = stateOf(row);
  return OVER.some((over) => over === state) && numberOf(row, column) < before;
}

function evidenceIn(row: Row): PackedJob {
  const vrf = maybeTextOf(row, 'any_vrf');
  const envelopeId = maybeTextOf(row, 'envelope_id');
  const signature = maybeTextOf(row, 'signature');
  const at = maybeNumberOf(row, 'signed_at');
  const isSigned = envelopeId !== null && signature !== null && at !== null;
  return {
    signer: maybeTextOf(row, 'signer'),
    range: maybeTextOf(row, 'range'),
    delivery: isSigned ? {envelopeId, signature, at} : null,
    attempts: numberOf(row, 'attempts'),
    why: maybeTextOf(row, 'why'),
    cut: null,
    vrf: vrf === null ? null : vrfOf(vrf),
    content: maybeTextOf(row, 'content'),
  };
}
