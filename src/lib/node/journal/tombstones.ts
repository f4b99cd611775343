import {createHash} from 'node:crypto';
import type {JobKey} from '../../protocol/wire/messages.ts';
import type {Database} from './driver.ts';

/**
 * What is left of the jobs that were packed or cleaned up: 16 bytes for each (job_id, tag), for ever. A second text for one
 * of them could be proved against us even years later.
 */
export function tombstoneTable(database: Database) {
  const add = database.prepare('INSERT INTO tombstones (hash) VALUES (?) ON CONFLICT DO NOTHING');
  const find = database.prepare('SELECT 1 FROM tombstones WHERE hash = ?');
  return {
    /** Runs inside a transaction. */
    add(job: Pick<JobKey, 'jobId' | 'tag'>): void {
      add.run(hashOf(job));
    },
    has: (job: Pick<JobKey, 'jobId' | 'tag'>): boolean => find.get(hashOf(job)) !== undefined,
  };
}

/** Half of a SHA-256: two of 2^40 jobs share one with a probability of 2^-49,. */
function hashOf({jobId, tag}: Pick<JobKey, 'jobId' | 'tag'>): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify([jobId, tag]))
    .digest()
    .subarray(0, 16);
}
