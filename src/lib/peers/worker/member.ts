import {allowManyListeners} from '../../foundation/async/abort.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {durationText} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import {isGone, type OpmlClient, type OpmlStatus, type StatusMethod} from './client.ts';
import {createLossWatch} from './loss-watch.ts';
import {createMemberHealth} from './member-health.ts';
import {createLane, type LaneEnd, type OpmlLane} from './lane.ts';

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
   * @throws AosError WORKER_UNREACHABLE | WORKER_BUSY | WORKER_REFUSED | WORKER_LOCKED; the place is free again
   */
  enter(signal: AbortSignal): Promise<OpmlLane>;
  /** Asks for the status, and clears a problem that is over. @throws as {@link Member.enter} */
  look(signal: AbortSignal): Promise<OpmlStatus>;
  close(): Promise<void>;
};

/** So many requests in a row that a worker took and did not answer, while its status was well. */
const LOCKED_AFTER = 2;

/**
 * @param deps.onChange a place is free, or its health has changed
 * @param deps.concurrency most requests at once at a worker whose status is read by GET
 */
export function createMember(
  client: OpmlClient,
  deps: {concurrency: number; answerTimeoutMs: number; time: Time; onChange: () => void},
): Member {
  const {time, onChange} = deps;
  const name = `opml worker ${client.host}`;
  let method: StatusMethod | null = null;
  /** Of the last status; undefined: there was none, or its process has ended since. */
  let nodeId: string | null | undefined;
  let open = 0;
  /** Ends requests that are under way; the end of a job does not, for the worker may have them. */
  const closing = new AbortController();
  allowManyListeners(closing.signal);
  const health = createMemberHealth(time, onChange);

  const losses = createLossWatch({
    host: client.host,
    time,
    look: async (signal) => {
      await look(signal, open).catch(() => undefined); // what it says of a loss, `see` has said
    },
  });

  /** @param ours requests of ours that may make it busy */
  async function look(signal: AbortSignal, ours: number): Promise<OpmlStatus> {
    let status: OpmlStatus;
    try {
      status = await client.status(signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      if (isGone(error)) {
        nodeId = undefined;
        health.notLocked();
        losses.see('gone');
      }
      health.rest(error);
      throw error;
    }
    if (nodeId !== status.nodeId) {
      // Another process answers than before: what was wrong with the last one says nothing of it.
      health.notLocked();
      health.clear();
    }
    nodeId = status.nodeId;
    method = status.method;
    losses.see({nodeId});
    const problem = health.problem();
    if (problem?.code === 'WORKER_LOCKED' && time.monotonic() < health.restsUntil()) throw problem;
    // Its own word for how many requests are open is no reason against one more, if all are ours.
    const isOurs = ours > 0 && (status.open === null ? open === ours : status.open <= ours);
    if (status.busy !== null && !isOurs) {
      // It works on something, so it is not locked.
      health.notLocked();
      const error = new AosError('WORKER_BUSY', `${name} is not idle: ${status.busy}`);
      health.rest(error);
      throw error;
    }
    // What the status does not show, only a request does.
    if (problem?.code !== 'WORKER_LOCKED' && problem?.code !== 'WORKER_REFUSED') health.clear();
    onChange();
    return status;
  }

  function leave(end: LaneEnd): void {
    open -= 1;
    if (end === 'answered') {
      health.notLocked();
      health.clear();
    } else if (end === 'timeout') {
      const timeouts = health.timedOut();
      // A try costs a job one of its attempts. A worker that says who it is shows a start without one.
      if (timeouts >= LOCKED_AFTER)
        health.rest(
          lockedError(client.host, timeouts, deps.answerTimeoutMs),
          deps.answerTimeoutMs * (nodeId === null ? 1 : 3),
        );
    }
    onChange();
  }

  return {
    url: client.url,
    method: () => method,
    nodeId: () => nodeId ?? null,
    open: () => open,
    // The published worker is lost for good when two requests reach it at once; the one that is tried again gets one.
    places: () => (method === 'GET' && health.problem()?.code !== 'WORKER_LOCKED' ? deps.concurrency : 1),
    problem: health.problem,
    restsUntil: health.restsUntil,
    async enter(signal) {
      open += 1;
      try {
        const status = await look(signal, open - 1);
        const asked = {url: client.url, nodeId: status.nodeId};
        return createLane(client, health, {asked, losses, closing: closing.signal, leave});
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

function lockedError(host: string, timeouts: number, answerTimeoutMs: number): AosError {
  const limit = durationText(answerTimeoutMs);
  return new AosError(
    'WORKER_LOCKED',
    `opml worker ${host} took ${timeouts} requests in a row and answered none within ${limit}, while its status says that it is well`,
    {
      next: say(
        `Restart the worker at ${host}; if that does not help, check that it reaches net.callback_url.`,
      ),
    },
  );
}
