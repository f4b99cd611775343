import {existsSync} from 'node:fs';
import {Worker as Thread} from 'node:worker_threads';
import {setImmediate as nextTurn} from 'node:timers/promises';
import {createFifo} from '../../foundation/async/fifo.ts';
import type {Check} from '../../protocol/receipt/check/check.ts';
import {checkBatch, type CheckBatch, type CheckedBatch} from './check-batch.ts';

/** Checks batches on threads. `room` resolves when another batch may be handed over. */
export type CheckPool = {
  check(batch: CheckBatch): Promise<CheckedBatch>;
  room(): Promise<unknown>;
  close(): Promise<void>;
};

/** Batches that one thread has at once: the next one waits there when it has checked one. */
const MOST_AT_ONCE = 2;

/** URL of the built thread; null in the source tree, because a thread of Node 20 cannot load TypeScript. */
export function receiptThreadUrl(from: string = import.meta.url): URL | null {
  const url = new URL('../receipt-thread.js', from);
  return existsSync(url) ? url : null;
}

type Pending = {batch: CheckBatch; resolve: (checked: CheckedBatch) => void};
type Lane = {thread: Thread; pending: ReturnType<typeof createFifo<Pending>>};

/**
 * Starts threads that check jobs, so that the main thread only hands over. What a thread that ended had not checked, and
 * everything without a thread, is checked by `inline`.
 */
export function createCheckPool(options: {threadUrl: URL | null; threads: number; inline: Check}): CheckPool {
  const {threadUrl, threads, inline} = options;
  const lanes: Lane[] = [];
  const under = new Set<Promise<CheckedBatch>>();
  let closed = false;

  function start(url: URL): void {
    const thread = new Thread(url, {execArgv: []});
    const lane: Lane = {thread, pending: createFifo<Pending>()};
    thread.on('message', (message: 'ready' | CheckedBatch) => {
      if (message !== 'ready') lane.pending.shift()?.resolve(message);
    });
    const end = (): void => {
      const at = lanes.indexOf(lane);
      if (at >= 0) lanes.splice(at, 1);
      for (let next = lane.pending.shift(); next !== undefined; next = lane.pending.shift())
        if (!closed) next.resolve(checkBatch(inline, next.batch));
    };
    thread.on('error', end); // its work is done here
    thread.on('exit', end);
    lanes.push(lane);
  }

  if (threadUrl !== null) for (let n = 0; n < threads; n += 1) start(threadUrl);

  return {
    check(batch) {
      const [first, ...others] = lanes;
      if (first === undefined) return Promise.resolve(checkBatch(inline, batch));
      const lane = others.reduce(
        (least, one) => (one.pending.length() < least.pending.length() ? one : least),
        first,
      );
      const checked = new Promise<CheckedBatch>((resolve) => lane.pending.push({batch, resolve}));
      lane.thread.postMessage(batch);
      under.add(checked);
      void checked.finally(() => under.delete(checked));
      return checked;
    },
    room() {
      // What is checked here leaves no turn to signals and timers by itself.
      if (lanes.length === 0) return nextTurn();
      return under.size < lanes.length * MOST_AT_ONCE ? Promise.resolve() : Promise.race(under);
    },
    async close() {
      closed = true;
      await Promise.all([...lanes].map(({thread}) => thread.terminate()));
    },
  };
}
