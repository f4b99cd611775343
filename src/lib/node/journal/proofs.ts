import type {Database, Row} from './driver.ts';
import {maybeTextOf, textOf} from './rows.ts';
import type {KeptProof} from './verdicts.ts';

/** Proofs of answers, as they were judged; they go with their job when it is packed. */
export const PROOFS_SCHEMA = `
  CREATE TABLE proofs (
    request_id ANY NOT NULL UNIQUE,
    seq INTEGER NOT NULL REFERENCES jobs (seq),
    deflated BLOB NOT NULL,
    vk_sha256 TEXT NOT NULL, settings_sha256 TEXT, srs_sha256 TEXT
  ) STRICT;
  CREATE INDEX proofs_by_job ON proofs (seq);
`;

/** Both write, and run inside a transaction. */
export function proofTable(database: Database) {
  const keep = database.prepare('INSERT OR REPLACE INTO proofs VALUES (?, ?, ?, ?, ?, ?)');
  const drop = database.prepare('DELETE FROM proofs WHERE request_id = ?');
  return {
    /** One that was judged again replaces the one before; nothing is done without one. */
    keep(requestId: string, seq: number, proof: KeptProof | undefined): void {
      if (proof === undefined) return;
      const {deflated, vkSha256, settingsSha256, srsSha256} = proof;
      keep.run(requestId, seq, deflated, vkSha256, settingsSha256, srsSha256);
    },
    drop: (requestId: string): void => void drop.run(requestId),
  };
}

/** The proof of the answer that is the content of a job. */
export const PROOF_OF_ANSWER = `SELECT p.* FROM proofs p JOIN checks c ON c.request_id = p.request_id
  WHERE p.seq = ? AND c.state IN ('ok', 'not_checked', 'released') ORDER BY c.n DESC LIMIT 1`;

/** @throws AosError JOURNAL_UNREADABLE */
export function proofRowOf(row: Row | undefined): KeptProof | null {
  const deflated = row?.['deflated'];
  if (row === undefined || !(deflated instanceof Uint8Array)) return null;
  return {
    deflated,
    vkSha256: textOf(row, 'vk_sha256'),
    settingsSha256: maybeTextOf(row, 'settings_sha256'),
    srsSha256: maybeTextOf(row, 'srs_sha256'),
  };
}
