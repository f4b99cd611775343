import {isAosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {RetryJournalWrite} from '../retry-journal-write.ts';

/** What a worker gets as reply to its callback. */
type Reply = {status: number; code: number; message: string};

/**
 * Stores a callback, and replies when it is durable. While the journal cannot be written the callback is kept in memory
 * and stored as soon as it can: a worker sends its answer once, and its work would be lost.
 */
export type KeepCallback = (
  callback: {id: string; body: string; doubt: string | null},
  store: () => Promise<Reply>,
) => Promise<Reply>;

/** How long a worker is kept waiting for the disk; its answer is kept after that too. */
const HOLD_MS = 10_000;
/** Most callbacks in memory, and most bytes of them. What comes beyond is not kept, and its request is put again. */
const MOST_KEPT = 1_000;
const MOST_BYTES = 32 * 1024 * 1024;

/** It is in memory, and will be stored. */
export const KEPT: Reply = {
  status: 503,
  code: 503,
  message: 'the journal cannot be written now: the answer is kept, and stored when it can be',
};
const NOT_KEPT: Reply = {
  status: 503,
  code: 503,
  message: 'the journal cannot be written now, and no more answers can be kept: send it again',
};

/** @param deps.onDropped an answer to this request came and could not be kept */
export function createKeptCallbacks(deps: {
  retryJournalWrite: RetryJournalWrite;
  time: Pick<Time, 'after'>;
  onDropped: (requestId: string) => void;
}): KeepCallback {
  const kept = new Map<string, {body: string; doubt: string | null; stored: Promise<Reply>}>();
  let bytes = 0;

  /** The reply of the store, or after some time the one that says that the callback is kept. */
  function inTime(stored: Promise<Reply>): Promise<Reply> {
    return new Promise((resolve) => {
      const cancel = deps.time.after(HOLD_MS, () => resolve(KEPT));
      const settle = (reply: Reply): void => {
        cancel();
        resolve(reply);
      };
      // The run ended: the request is put again by the next one.
      stored.then(settle, () => settle(NOT_KEPT));
    });
  }

  return async ({id, body, doubt}, store) => {
    const same = kept.get(id);
    // The worker sends it again, as it was asked to.
    if (same?.body === body && same.doubt === doubt) return inTime(same.stored);
    try {
      return await store();
    } catch (error) {
      if (!isAosError(error, 'JOURNAL_WRITE_FAILED')) throw error;
    }
    const size = Buffer.byteLength(body);
    if (kept.has(id) || kept.size >= MOST_KEPT || bytes + size > MOST_BYTES) {
      deps.onDropped(id);
      return NOT_KEPT;
    }
    bytes += size;
    const stored = deps.retryJournalWrite(store).finally(() => {
      kept.delete(id);
      bytes -= size;
    });
    kept.set(id, {body, doubt, stored});
    return inTime(stored);
  };
}
