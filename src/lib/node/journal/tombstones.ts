import {createHash} from 'node:crypto';
import type {JobKey} from '../../protocol/wire/messages.ts';
import type {Database} from './driver.ts';

/**
 * What is left of the jobs that were cleaned up: 32 bytes for each (job_id, tag), for ever. A second text for one of them
 * could be proved against us even years later.
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

function hashOf({jobId, tag}: Pick<JobKey, 'jobId' | 'tag'>): Uint8Array {
  return createHash('sha256')
    .update(JSON.stringify([jobId, tag]))
    .digest();
}
