import {allowManyListeners} from '../../foundation/async/abort.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {duration, durationText} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {StatusMethod, WorkerClient, WorkerDriver, WorkerStatus} from './driver.ts';
import {isGone} from './http.ts';
import {createLossWatch} from './loss-watch.ts';
import {createMemberHealth} from './member-health.ts';
import {createLane, type AskedHealth, type LaneEnd, type WorkerLane} from './lane.ts';
import {createStuckWatch} from './stuck-watch.ts';

/** One worker of a pool: its places, and what is known of its health. */
export type Member = {
  readonly url: string;
  /** How the worker takes the request for its status; null: it has not answered yet. */
  method(): StatusMethod | null;
  /** Of its last status; null: it says none. */
  nodeId(): string | null;
  /** Requests of ours that are open. */
  open(): number;
  /** Most requests that are open at once. */
  places(): number;
  /** What was wrong with it last; null: nothing. */
  problem(): AosError | null;
  /** When it is asked again, monotonic ms; in the past: now. */
  restsUntil(): number;
  /**
   * Takes a place, now, and asks the worker whether it takes a request.
   * @throws AosError WORKER_UNREACHABLE | WORKER_BUSY | WORKER_REFUSED | WORKER_STUCK | WORKER_LOCKED | WORKER_UNSOUND; the
   *   place is free again
   */
  enter(signal: AbortSignal): Promise<WorkerLane>;
  /** Asks for the status, and clears a problem that is over. @throws as {@link Member.enter} */
  look(signal: AbortSignal): Promise<WorkerStatus>;
  close(): Promise<void>;
};

export type MemberOptions = {
  driver: Pick<WorkerDriver, 'sticks' | 'restart'>;
  /** Most requests at once at a worker that does not say itself how many it takes. */
  concurrency: number;
  readyTimeoutMs: number;
  answerTimeoutMs: number;
  time: Time;
  /** A place is free, or its health has changed. */
  onChange: () => void;
};

/** So many requests in a row that a worker took and did not answer, while its status was well. */
const LOCKED_AFTER = 2;
/** One that says false to everything is tried again after so long, by the proof that is known to be good. */
const UNSOUND_REST_MS = 20_000;
/** What a reply says of the job alone. */
const OF_THE_JOB: ReadonlySet<string> = new Set([
  'PROOF_NOT_CHECKED',
  'WORKER_UNPROVEN',
  'WORKER_BAD_ANSWER',
]);
/** While it rests with one of these it is not asked: its status would not show it. */
const HIDDEN: ReadonlySet<string | undefined> = new Set(['WORKER_LOCKED', 'WORKER_UNSOUND']);

export function createMember(client: WorkerClient, options: MemberOptions): Member {
  const {driver, time, onChange, answerTimeoutMs} = options;
  const {name} = client;
  let method: StatusMethod | null = null;
  /** What the worker says of itself; null: as many as are configured, undefined: it has not said anything. */
  let most: number | null | undefined;
  /** Of the last status; undefined: there was none, or its process has ended since. */
  let nodeId: string | null | undefined;
  let open = 0;
  /** Ends requests that are under way; the end of a job does not, for the worker may have them. */
  const closing = new AbortController();
  allowManyListeners(closing.signal);
  const health = createMemberHealth(time, onChange);
  const stuck = createStuckWatch(time);

  const losses = createLossWatch({
    name,
    time,
    look: async (signal) => {
      await look(signal, open).catch(() => undefined); // what it says of a loss, `see` has said
    },
  });

  /** A worker that is busy for too long is one that sticks, where its kind does that. */
  function busy(error: AosError): AosError {
    const forMs = stuck.forMs();
    if (!driver.sticks || forMs === null || forMs < options.readyTimeoutMs) return error;
    return new AosError(
      'WORKER_STUCK',
      `${name} has taken no request for ${duration(forMs)} and works on none of ours: ${error.message}`,
      {next: driver.restart(client.host)},
    );
  }

  const asked: AskedHealth = {
    problem: health.problem,
    clear: health.clear,
    took: stuck.took,
    failed(error) {
      if (OF_THE_JOB.has(error.code)) {
        stuck.took();
        // It works: what it could not do is the job's.
        if (health.problem()?.code === 'WORKER_REFUSED') health.clear();
        return error;
      }
      let seen = error;
      if (error.code === 'WORKER_BUSY' || error.code === 'WORKER_STUCK') {
        health.notLocked();
        stuck.refused();
        if (error.code === 'WORKER_BUSY') seen = busy(error);
      }
      health.rest(seen, seen.code === 'WORKER_UNSOUND' ? UNSOUND_REST_MS : undefined);
      return seen;
    },
  };

  async function readStatus(signal: AbortSignal): Promise<WorkerStatus> {
    try {
      return await client.status(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      if (isGone(error)) {
        nodeId = undefined;
        health.notLocked();
        stuck.well();
        losses.see('gone');
      }
      health.rest(error);
      throw error;
    }
  }

  /** @param ours requests of ours that may make it busy */
  async function look(signal: AbortSignal, ours: number): Promise<WorkerStatus> {
    const status = await readStatus(signal);
    if (nodeId !== status.nodeId) {
      // Another process answers than before: what was wrong with the last one says nothing of it.
      health.notLocked();
      health.clear();
    }
    ({nodeId, method, places: most} = status);
    losses.see({nodeId: status.nodeId, isIdle: status.isIdle});
    stuck.status(status.busy === null);
    const problem = health.problem();
    if (problem !== null && HIDDEN.has(problem.code)) {
      if (time.monotonic() < health.restsUntil()) throw problem;
      if (problem.code === 'WORKER_UNSOUND') await proveAgain(signal);
    }
    // Its own word for how many requests are open is no reason against one more, if all are ours.
    const isOurs = ours > 0 && (status.open === null ? open === ours : status.open <= ours);
    if (status.busy !== null && !isOurs) {
      // It works on something, so it is not locked.
      health.notLocked();
      const error = busy(new AosError('WORKER_BUSY', `${name} is not idle: ${status.busy}`));
      health.rest(error);
      throw error;
    }
    if (isOver(health.problem())) health.clear();
    onChange();
    return status;
  }

  /** Whether a status that is well ends a problem: what it does not show, only a request does. */
  function isOver(problem: AosError | null): boolean {
    if (problem?.code === 'WORKER_STUCK') return !stuck.isRefusing();
    return problem?.code !== 'WORKER_LOCKED' && problem?.code !== 'WORKER_REFUSED';
  }

  async function proveAgain(signal: AbortSignal): Promise<void> {
    try {
      await client.prove(signal);
      health.clear();
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      const problem = health.problem();
      // As long as the proof itself cannot be checked, what was seen last is what is known.
      const seen = error.code === 'WORKER_UNSOUND' || problem === null ? error : problem;
      health.rest(seen, UNSOUND_REST_MS);
      throw seen;
    }
  }

  function leave(end: LaneEnd): void {
    open -= 1;
    if (end === 'answered') {
      health.notLocked();
      stuck.well();
      health.clear();
    } else if (end === 'timeout') {
      const timeouts = health.timedOut();
      // A try costs a job one of its attempts. A worker that says who it is shows a start without one.
      if (timeouts >= LOCKED_AFTER)
        health.rest(
          lockedError(client, driver, timeouts, answerTimeoutMs),
          answerTimeoutMs * (nodeId === null ? 1 : 3),
        );
    }
    onChange();
  }

  return {
    url: client.url,
    method: () => method,
    nodeId: () => nodeId ?? null,
    open: () => open,
    // One that is tried again gets one request.
    places: () => {
      if (most === undefined || health.problem()?.code === 'WORKER_LOCKED') return 1;
      return Math.max(1, Math.min(options.concurrency, most ?? options.concurrency));
    },
    problem: health.problem,
    restsUntil: health.restsUntil,
    async enter(signal) {
      open += 1;
      try {
        const status = await look(signal, open - 1);
        const at = {url: client.url, nodeId: status.nodeId};
        return createLane(client, asked, {asked: at, losses, closing: closing.signal, leave});
      } catch (error) {
        leave('untaken');
        throw error;
      }
    },
    look: (signal) => look(signal, open),
    close() {
      health.stop();
      closing.abort(new AosError('INTERRUPTED', 'the worker is not asked any more'));
      return client.close();
    },
  };
}

function lockedError(
  {name, host}: WorkerClient,
  driver: Pick<WorkerDriver, 'restart'>,
  timeouts: number,
  answerTimeoutMs: number,
): AosError {
  const limit = durationText(answerTimeoutMs);
  return new AosError(
    'WORKER_LOCKED',
    `${name} took ${timeouts} requests in a row and answered none within ${limit}, while its status says that it is well`,
    {next: driver.restart(host)},
  );
}
