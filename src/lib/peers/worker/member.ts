import {allowManyListeners} from '../../foundation/async/abort.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {StatusMethod, WorkerClient, WorkerStatus} from './driver.ts';
import {isGone} from './http.ts';
import {createLossWatch} from './loss-watch.ts';
import {createMemberHealth} from './member-health.ts';
import {createLane, type LaneEnd, type WorkerLane} from './lane.ts';
import {createMemberDoctor, type DoctorOptions} from './member-doctor.ts';
import {createSlowWatch} from './slow-watch.ts';

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
  /** That it has a request for much longer than its answers take, a warning; null: it does not. */
  slow(): AosError | null;
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

type MemberOptions = DoctorOptions & {
  /** Most requests at once at a worker that does not say itself how many it takes. */
  concurrency: number;
  time: Time;
  /** A place is free, or its health has changed. */
  onChange: () => void;
};

export function createMember(client: WorkerClient, options: MemberOptions): Member {
  const {time, onChange} = options;
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
  const doctor = createMemberDoctor(client, health, options, () => open);

  const {name, host} = client;
  const slow = createSlowWatch({...options, name, host});

  const losses = createLossWatch({
    name: client.name,
    idle: options.driver.idle(client.host),
    time,
    look: async (signal) => {
      await look(signal, open).catch(() => undefined); // what it says of a loss, `see` has said
    },
  });

  async function readStatus(signal: AbortSignal): Promise<WorkerStatus> {
    try {
      return await client.status(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      if (isGone(error)) {
        nodeId = undefined;
        doctor.gone();
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
    // Its own word for how many requests are open is no reason against one more, if all are ours.
    const isOurs = ours > 0 && (status.open === null ? open === ours : status.open <= ours);
    await doctor.judge(status, {open: ours, isAll: isOurs}, signal);
    onChange();
    return status;
  }

  function leave(end: LaneEnd): void {
    open -= 1;
    doctor.ended(end, nodeId ?? null);
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
    slow: () => slow.problem(doctor.busyForMs()),
    restsUntil: health.restsUntil,
    async enter(signal) {
      open += 1;
      try {
        const status = await look(signal, open - 1);
        const at = {url: client.url, nodeId: status.nodeId};
        return createLane(client, doctor.asked, {asked: at, losses, slow, closing: closing.signal, leave});
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
