import {linkedAbort, onAbort, type LinkedAbort} from '../../foundation/async/abort.ts';
import {createCondition} from '../../foundation/async/condition.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {draftEnvelope} from '../../protocol/wire/envelope.ts';
import {connectParams, type WorkerKind} from '../../protocol/wire/messages.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit} from '../events/events.ts';
import type {Health} from './health.ts';
import type {DispatcherConnection} from './ports.ts';
import {createWorkQueue} from '../../foundation/async/work-queue.ts';
import type {Signing} from './signing.ts';

/** How long the answer to a request is waited for, ms (docs/protocol.md#limits-and-timeouts). */
const TIMEOUT_MS = {connect: 5_000, job_result: 50_000} as const;
/** How long a connection has to hold before the back-off starts anew. */
const STABLE_MS = 10_000;

/**
 * Responses signed at once. The others wait unmade: thousands of acknowledgements of a backlog neither fill the memory
 * nor stand before the results at the signer.
 */
const RESPONDING = 8;

/** Requests and responses over the dispatcher's WebSocket. */
export type Session = {
  /** Whether `connect` was accepted on the present socket. */
  connected(): boolean;
  /** Waits for that. */
  whenConnected(signal: AbortSignal): Promise<void>;
  /**
   * Sends a sealed request and waits for its response.
   * @throws AosError NOT_CONNECTED | DISPATCHER_TIMEOUT
   */
  request(envelope: {id: string; text: string}, signal: AbortSignal): Promise<Reply>;
  /** Signs and sends a response on the present socket. */
  respond(id: string, reply: Reply): void;
  /**
   * Responds on the socket that is the present one now, however much later the response is ready: a request of a socket
   * that is gone gets none, its id may mean something else on the next one.
   */
  responder(): Respond;
  /** A response came in. */
  onReply(id: string, reply: Reply): void;
  /** A socket is open: introduces the operator. */
  opened(): void;
  /** The socket is gone: everything that waits for it fails. */
  closed(): void;
};

/** What every response says. */
export type Reply = {code: number; message: string};

type Respond = (id: string, reply: Reply) => void;

type Pending = {resolve: (reply: Reply) => void; reject: (error: AosError) => void; cancel: () => void};

// eslint-disable-next-line max-lines-per-function -- one connection: its requests and answers share what is open
export function createSession(deps: {
  connection: DispatcherConnection;
  signing: Signing;
  nodeId: string;
  kinds: readonly WorkerKind[];
  url: string;
  /** Ends everything the session waits for. */
  signal: AbortSignal;
  newId: () => string;
  time: Time;
  emit: Emit;
  health: Health;
  onConnected: () => void;
}): Session {
  const {connection, signing, time, emit, health} = deps;
  const pending = new Map<string, Pending>();
  const acceptance = createCondition();
  let accepted = false;
  let cancelConfirm = (): void => {};
  /** Aborts when the present socket closes or the run ends. */
  let socket: LinkedAbort | undefined;

  function seal(
    id: string,
    method: string | null,
    params: string,
    result: string,
    signal: AbortSignal,
  ): Promise<string> {
    const draft = draftEnvelope({id, method, params, result, address: deps.nodeId});
    return signing.sign(draft.message, signal).then((signature) => draft.seal(signature));
  }

  function request(
    envelope: {id: string; text: string},
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Reply> {
    return new Promise((resolve, reject) => {
      let forget = (): void => {};
      const cancelTimer = time.after(timeoutMs, () =>
        finish(new AosError('DISPATCHER_TIMEOUT', `no answer within ${timeoutMs / 1000} s`)),
      );
      const cancel = (): void => {
        pending.delete(envelope.id);
        cancelTimer();
        forget();
      };
      const finish = (error: AosError): void => {
        cancel();
        reject(error);
      };
      pending.set(envelope.id, {resolve, reject, cancel});
      forget = onAbort(signal, () => finish(new AosError('NOT_CONNECTED', 'the operator stops')));
      if (connection.send(envelope.text)) return;
      // A closing socket accepts nothing: callers wait for the next socket instead of retrying in a loop.
      accepted = false;
      finish(new AosError('NOT_CONNECTED', 'no open socket'));
    });
  }

  async function introduce(signal: AbortSignal): Promise<void> {
    try {
      const id = deps.newId();
      const text = await seal(id, 'connect', connectParams(deps.nodeId, deps.kinds), 'null', signal);
      const reply = await request({id, text}, TIMEOUT_MS.connect, signal);
      if (reply.code !== 200)
        throw new AosError(
          'DISPATCHER_REFUSED',
          `connect was answered with code ${reply.code}: ${reply.message}`,
        );
      accepted = true;
      // Only a connection that lasts resets the back-off, so that aos does not reconnect fast for ever to a peer that drops at once.
      cancelConfirm = time.after(STABLE_MS, () => connection.confirm());
      health.worked('dispatcher');
      emit({type: 'connected', url: deps.url});
      deps.onConnected();
      acceptance.changed();
    } catch (error) {
      if (signal.aborted) return; // the socket closed meanwhile; `closed` has reported it
      // It is closing: why, its end will tell.
      if (!isAosError(error, 'NOT_CONNECTED')) health.failed('dispatcher', error);
      connection.drop(error instanceof AosError ? error.message : 'connect failed');
    }
  }

  const responses = createWorkQueue<{id: string; reply: Reply; signal: AbortSignal}>({
    concurrency: RESPONDING,
    work: async ({id, reply, signal}) => {
      signal.throwIfAborted();
      const text = await seal(id, null, 'null', JSON.stringify(reply), signal);
      signal.throwIfAborted(); // the next socket has nothing to do with it
      connection.send(text);
    },
    onFailure: () => {}, // aborted: the socket this answer belonged to is gone
  });

  function responder(): Respond {
    const signal = socket?.controller.signal ?? deps.signal;
    return (id, reply) => responses.push({id, reply, signal});
  }

  return {
    connected: () => accepted,
    async whenConnected(signal) {
      // It may be lost again before this wait is resumed.
      while (!accepted) await acceptance.until(() => accepted, signal);
    },
    // `connect` comes first on a socket (docs/protocol.md#connect), also on one that was opened while this was being
    // signed.
    request: (envelope, signal) =>
      accepted
        ? request(envelope, TIMEOUT_MS.job_result, signal)
        : Promise.reject(new AosError('NOT_CONNECTED', 'connect is not accepted yet')),
    respond: (id, reply) => responder()(id, reply),
    responder,
    onReply(id, reply) {
      const waiting = pending.get(id);
      if (waiting === undefined) return; // an answer that came too late
      waiting.cancel();
      waiting.resolve(reply);
    },
    opened() {
      socket = linkedAbort(deps.signal);
      void introduce(socket.controller.signal);
    },
    closed() {
      cancelConfirm();
      accepted = false;
      socket?.controller.abort(new AosError('NOT_CONNECTED', 'the connection was lost'));
      socket?.unlink();
      for (const waiting of [...pending.values()]) {
        waiting.cancel();
        waiting.reject(new AosError('NOT_CONNECTED', 'the connection was lost'));
      }
    },
  };
}
