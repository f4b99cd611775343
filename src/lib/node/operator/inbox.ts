import {atOnce, inTurns, type Slices} from '../../foundation/async/slices.ts';
import {createWorkQueue} from '../../foundation/async/work-queue.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {readFrame, type Incoming, type RequestFrame} from '../../protocol/wire/frame.ts';
import {readJobs, type FrameJob, type FrameJobs} from '../../protocol/wire/frame-jobs.ts';
import type {Held, InHand} from './in-hand.ts';
import {createRefusals, type Refusals} from './refusals.ts';
import type {RefusedMessage} from './refused-messages.ts';
import type {Received, Respond} from './responses.ts';
import {createSenderCheck, type SenderCheckOptions} from './sender-check.ts';

/** The dispatcher's message that jobs came in. */
export type Frame = {
  id: string;
  /** Exactly as received. */
  bytes: Uint8Array;
  /** Address that signed it, null when unsigned. */
  signer: string | null;
  /** Elements of its params, those that are no job among them. */
  total: number;
  /** Answers it, on the socket that it came on. */
  respond: Respond;
  /** That it is in hand. */
  held: Held;
};

/** What came in and passed: frames are read and their sender checked before anything is done about them. */
export type InboxHandlers = {
  /** Resolves when the jobs are stored; must not reject. */
  onJobs: (jobs: readonly FrameJob[], frame: Frame) => Promise<void>;
  onReply: (id: string, reply: Received) => void;
  /** Text that is no message at all; some servers say in plain words why they refuse. */
  onWords: (words: string) => void;
  /** Answers requests of the present socket. */
  responder: () => Respond;
  /** Keeps a message that was not acted on: the dispatcher does not send it again. */
  keep: (refused: RefusedMessage) => void;
};

export type InboxOptions = SenderCheckOptions & {
  inHand: InHand;
  /** Ends the run: what is being read then is left. */
  signal: AbortSignal;
};

/** A larger frame is read in slices; the others are read as they come, which takes less than a millisecond. */
const MAX_AT_ONCE = 64 * 1024;

export type Inbox = Pick<Refusals, 'rejectOther' | 'rejected'> & {
  take(bytes: Uint8Array): void;
};

/**
 * Takes frames off the wire: read, verify requests by policy (docs/protocol.md#verifying-a-frame), hand on. A response is
 * bound to the unguessable id of our request: it needs no signature and is never answered. Never throws: a wrong frame is an
 * event, a refusal where it is a request with an id, and it is kept.
 *
 * Requests are handed on in the order in which they came. A large one is read in slices, one at a time, and those that
 * come after it wait; a response that is not large itself does not.
 */
export function createInbox(options: InboxOptions, handlers: InboxHandlers): Inbox {
  const {emit, time, inHand, signal} = options;
  const senderOf = createSenderCheck(options);
  const refusals = createRefusals({time, emit, keep: handlers.keep, onWords: handlers.onWords});
  const {reject} = refusals;
  /** Requests in order, while a large one is read. */
  const inOrder = createWorkQueue<() => Promise<void>>({
    most: () => 1,
    work: (handle) => handle(),
    onFailure: (_, error) => {
      if (signal.aborted) return;
      // A bug of ours: the frame is lost, the node is not.
      emit({type: 'warning', code: 'BUG', message: `a frame could not be read: ${errorText(error)}`});
    },
  });
  /** @returns what resolves when its jobs are stored; undefined when there are none */
  function* takeRequest(
    frame: RequestFrame,
    respond: Respond,
    held: Held,
  ): Slices<Promise<void> | undefined> {
    const {id, bytes, elements} = frame;
    const request = {id, code: 401, respond};
    const signer = yield* senderOf(frame, (reason, error) =>
      reject(reason, error, {frame: bytes, request, mayBeJob: false}),
    );
    const jobs = signer === undefined ? null : yield* jobsOf(frame, respond, reject);
    if (signer !== undefined && jobs !== null)
      return handlers.onJobs(jobs, {id, bytes, signer, total: elements?.length ?? 0, respond, held});
    held.done();
    return undefined;
  }

  /** @returns what came; undefined when that was not readable, which is reported then */
  function* read(bytes: Uint8Array, respond: Respond): Slices<Incoming | undefined> {
    try {
      return yield* readFrame(bytes);
    } catch (error) {
      refusals.unreadable(bytes, asFrameError(error), respond);
      return undefined;
    }
  }

  function takeResponse({id, reply}: Extract<Incoming, {kind: 'response'}>, bytes: Uint8Array): void {
    if (reply !== null) handlers.onReply(id, {...reply, bytes});
    else
      reject('bad-message', new AosError('MESSAGE_INVALID', 'a response without a code'), {
        frame: bytes,
        request: null,
        mayBeJob: false,
      });
  }

  function takeSmall(bytes: Uint8Array, respond: Respond): void {
    const incoming = atOnce(read(bytes, respond));
    if (incoming === undefined) return;
    if (incoming.kind === 'response') {
      takeResponse(incoming, bytes);
      return;
    }
    const held = holdOf(bytes, respond, incoming.frame.id);
    if (held === null) return;
    const handle = (): Promise<void> | undefined => atOnce(takeRequest(incoming.frame, respond, held));
    if (inOrder.active() === 0) void handle();
    else
      inOrder.push(() => {
        void handle();
        return Promise.resolve();
      });
  }

  function takeLarge(bytes: Uint8Array, respond: Respond): void {
    const held = holdOf(bytes, respond, null);
    if (held === null) return;
    inOrder.push(async () => {
      const incoming = await inTurns(read(bytes, respond), signal);
      // Its jobs are stored before the next one is read: one large frame at a time is in memory in parts.
      if (incoming?.kind === 'request') await inTurns(takeRequest(incoming.frame, respond, held), signal);
      else {
        if (incoming !== undefined) takeResponse(incoming, bytes);
        held.done();
      }
    });
  }

  /** @returns null when too much is in hand: then the frame is refused */
  function holdOf(bytes: Uint8Array, respond: Respond, id: string | null): Held | null {
    if (!inHand.isFull()) return inHand.add(bytes.length);
    const message = 'too many messages wait: they come faster than they are read and stored';
    reject('too-much', new AosError('JOB_REFUSED', message), {
      frame: bytes,
      request: id === null ? null : {id, code: 503, respond},
    });
    return null;
  }

  return {
    take(bytes) {
      const respond = handlers.responder();
      if (bytes.length > MAX_AT_ONCE) takeLarge(bytes, respond);
      else takeSmall(bytes, respond);
    },
    rejectOther: refusals.rejectOther,
    rejected: refusals.rejected,
  };
}

/** @returns the jobs that are taken on, null when there are none */
function* jobsOf(
  frame: RequestFrame,
  respond: Respond,
  reject: Refusals['reject'],
): Slices<readonly FrameJob[] | null> {
  const {id, method, bytes, elements} = frame;
  const request = {id, code: 400, respond};
  if (method !== 'dispatch_job') {
    const error = new AosError('MESSAGE_INVALID', `unknown method ${safeText(String(method), 100)}`);
    reject('unknown-method', error, {frame: bytes, request: {...request, code: 404}});
    return null;
  }
  let found: FrameJobs;
  try {
    found = yield* readJobs({bytes, elements});
  } catch (error) {
    reject('bad-message', asFrameError(error), {frame: bytes, request});
    return null;
  }
  const {jobs, bad} = found;
  const isOnly = jobs.length + bad.length === 1;
  for (const [n, {span, error}] of bad.entries()) {
    const part = isOnly ? bytes : bytes.subarray(span.start, span.end);
    // A frame of which jobs are taken is acknowledged for them.
    reject('bad-message', error, {frame: part, request: jobs.length === 0 && n === 0 ? request : null});
  }
  return jobs.length === 0 ? null : jobs;
}

function asFrameError(error: unknown): AosError {
  if (isAosError(error)) return error;
  throw error; // a bug of ours must not pass for the sender's
}
