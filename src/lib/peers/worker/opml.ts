import type {WorkerConfig} from '../../config/config.ts';
import {isAosError, type AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createOpmlClient, type StatusMethod} from './client.ts';
import type {OpmlLane} from './lane.ts';
import {createMember, type Member} from './member.ts';
import {createPool} from './pool.ts';

/** What is known of one worker of a pool. */
export type WorkerState = {
  url: string;
  /** How it takes the request for its status; null: it has not answered yet. */
  method: StatusMethod | null;
  /** Of its last status; null: it says none. */
  nodeId: string | null;
  /** Requests that are open there. */
  open: number;
  /** Most requests that are open there at once. */
  places: number;
  /** What is wrong with it; null: nothing is known to be. */
  problem: AosError | null;
};

/** The workers of kind opml, with their configured limits. Durations in ms. */
export type OpmlWorker = {
  readonly kind: 'opml';
  readonly concurrency: number;
  readonly readyTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly attempts: number;
  readonly deadlineMs: number;
  readonly onFailure: 'silent' | 'empty';
  /**
   * A place at the healthy worker with the least to do, at one outside `avoid` (URLs) first; it waits while all of them
   * are full with requests of ours.
   * @throws AosError WORKER_UNREACHABLE | WORKER_BUSY | WORKER_REFUSED | WORKER_LOCKED
   */
  ready(signal: AbortSignal, avoid?: readonly string[]): Promise<OpmlLane>;
  /** Asks those that have a problem, or all, for their status. @returns what is known of each then */
  check(signal: AbortSignal, which?: 'sick' | 'all'): Promise<readonly WorkerState[]>;
  close(): Promise<void>;
};

/** Creates a client for the opml workers of a configuration (docs/protocol.md#workers); no request is made yet. */
export function createOpmlWorker(config: WorkerConfig, {time}: {time: Time}): OpmlWorker {
  const {urls, concurrency, readyTimeoutMs, answerTimeoutMs, attempts, deadlineMs, onFailure} = config;
  const pool = createPool(() => members, time);
  const members: readonly Member[] = urls.map((url) =>
    createMember(createOpmlClient(url), {concurrency, answerTimeoutMs, time, onChange: pool.changed}),
  );

  return {
    kind: 'opml',
    concurrency: concurrency * members.length,
    readyTimeoutMs,
    answerTimeoutMs,
    attempts,
    deadlineMs,
    onFailure,
    ready: (signal, avoid = []) => pool.place(signal, avoid),
    async check(signal, which = 'sick') {
      const asked = members.filter((member) => which === 'all' || member.problem() !== null);
      await Promise.all(
        asked.map((member) =>
          member.look(signal).catch((error: unknown) => {
            signal.throwIfAborted();
            // The member keeps it.
            if (!isAosError(error)) throw error;
          }),
        ),
      );
      return members.map(stateOf);
    },
    async close() {
      await Promise.all(members.map((member) => member.close()));
    },
  };
}

function stateOf(member: Member): WorkerState {
  return {
    url: member.url,
    method: member.method(),
    nodeId: member.nodeId(),
    open: member.open(),
    places: member.places(),
    problem: member.problem(),
  };
}
