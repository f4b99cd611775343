import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {duration, durationText} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {WorkerClient, WorkerDriver, WorkerStatus} from './driver.ts';
import type {AskedHealth, LaneEnd} from './lane.ts';
import type {MemberHealth} from './member-health.ts';
import {createStuckWatch} from './stuck-watch.ts';

/** Says what is wrong with one worker, by its status and by how requests end. */
export type MemberDoctor = {
  /** Hears of the requests that are put. */
  readonly asked: AskedHealth;
  /** Its process has ended. */
  gone(): void;
  /**
   * Judges a status.
   * @param ours how many requests of ours are open there, and whether what it works on may all be those
   * @throws AosError WORKER_BUSY | WORKER_STUCK | WORKER_LOCKED | WORKER_UNSOUND: it gets no request now
   */
  judge(status: WorkerStatus, ours: {open: number; isAll: boolean}, signal: AbortSignal): Promise<void>;
  /** For how long it has taken nothing while it works on nothing of ours, ms; null: it takes requests. */
  busyForMs(): number | null;
  /** A request has left its place. @param nodeId of the last status; null: it says none */
  ended(end: LaneEnd, nodeId: string | null): void;
};

export type DoctorOptions = {
  driver: Pick<WorkerDriver, 'sticks' | 'restart' | 'idle' | 'hangs'>;
  readyTimeoutMs: number;
  answerTimeoutMs: number;
  time: Pick<Time, 'monotonic'>;
};

/** So many requests in a row that a worker took and did not answer, while its status was well. */
const LOCKED_AFTER = 2;
/** One that says false to everything is tried again after so long, by the proof that is known to be good. */
const UNSOUND_REST_MS = 20_000;
/** What a reply says of the job alone. */
const OF_THE_JOB: ReadonlySet<string> = new Set([
  'PROOF_NOT_CHECKED',
  'REQUEST_REJECTED',
  'PROOF_TIMEOUT',
  'WORKER_UNPROVEN',
  'WORKER_BAD_ANSWER',
  // Of the engine of this process, in the place of a worker: a stranger's proof keeps no other job waiting.
  'PROOF_MALFORMED',
  'PROOF_FETCH_FAILED',
  'PROOF_URL_REFUSED',
  'PROOF_CHECK_TIMEOUT',
]);
/** While it rests with one of these it is not asked: its status would not show it. */
const HIDDEN: ReadonlySet<string> = new Set(['WORKER_LOCKED', 'WORKER_UNSOUND']);

/** @param open how many requests of ours are open there, with the one that is put */
export function createMemberDoctor(
  client: WorkerClient,
  health: MemberHealth,
  {driver, time, readyTimeoutMs, answerTimeoutMs}: DoctorOptions,
  open: () => number,
): MemberDoctor {
  const stuck = createStuckWatch(time);
  /** Until when it may work on a request of ours that is no longer waited for, monotonic ms: one of the run before, at first. */
  let oursUntil = time.monotonic() + answerTimeoutMs;

  /** A worker that is busy for too long is one that sticks, where its kind does that. */
  function busy(error: AosError): AosError {
    const forMs = stuck.forMs();
    const isLong = forMs !== null && Math.min(forMs, time.monotonic() - oursUntil) >= readyTimeoutMs;
    if (!driver.sticks || !isLong) return error;
    return new AosError(
      'WORKER_STUCK',
      // Its words stay the same while it lasts: each change would be news.
      `${client.name} has taken no request for more than ${duration(readyTimeoutMs)} and works on none of ours`,
      {next: driver.restart(client.host), cause: error, details: {refusesForMs: Math.round(forMs)}},
    );
  }

  function failed(error: AosError): AosError {
    // It answered: our disk did not take that.
    if (error.code === 'JOURNAL_WRITE_FAILED') return error;
    if (OF_THE_JOB.has(error.code)) {
      stuck.took();
      // It works: what it could not do is the job's.
      health.notLocked();
      const code = health.problem()?.code;
      if (code === 'WORKER_REFUSED' || code === 'WORKER_LOCKED') health.clear();
      return error;
    }
    let seen = error;
    if (error.code === 'WORKER_BUSY' || error.code === 'WORKER_STUCK') {
      health.notLocked();
      if (error.code === 'WORKER_STUCK' || open() <= 1) stuck.refused();
      if (error.code === 'WORKER_BUSY') seen = busy(error);
    }
    health.rest(seen, seen.code === 'WORKER_UNSOUND' ? UNSOUND_REST_MS : undefined);
    return seen;
  }

  /** Whether a status that is well ends a problem: what it does not show, only a request does. */
  function isOver(problem: AosError | null): boolean {
    if (problem?.code === 'WORKER_STUCK') return !stuck.isRefusing();
    return problem?.code !== 'WORKER_LOCKED' && problem?.code !== 'WORKER_REFUSED';
  }

  async function proveAgain(problem: AosError, signal: AbortSignal): Promise<void> {
    try {
      await client.prove(signal);
      health.clear();
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      // As long as the proof itself cannot be checked, what was seen last is what is known.
      const seen = error.code === 'WORKER_UNSOUND' ? error : problem;
      health.rest(seen, UNSOUND_REST_MS);
      throw seen;
    }
  }

  return {
    asked: {problem: health.problem, clear: health.clear, took: stuck.took, failed},
    gone() {
      oursUntil = -Infinity;
      health.notLocked();
      stuck.well();
    },
    async judge(status, ours, signal) {
      // A worker that works on a request of ours is full because of it.
      stuck.status(status.busy === null || ours.open > 0);
      if (status.busy === null) oursUntil = -Infinity;
      const problem = health.problem();
      if (problem !== null && HIDDEN.has(problem.code)) {
        if (time.monotonic() < health.restsUntil()) throw problem;
        if (problem.code === 'WORKER_UNSOUND') await proveAgain(problem, signal);
      }
      if (status.busy !== null && !ours.isAll) {
        // It works on something, so it is not locked.
        health.notLocked();
        const error = busy(new AosError('WORKER_BUSY', `${client.name} is not idle: ${status.busy}`));
        health.rest(error);
        throw error;
      }
      if (isOver(health.problem())) health.clear();
    },
    busyForMs: stuck.forMs,
    ended(end, nodeId) {
      // The job ended before the request did.
      if (end === 'lost') oursUntil = time.monotonic() + answerTimeoutMs;
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
