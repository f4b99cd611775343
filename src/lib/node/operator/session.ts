import {linkedAbort, onAbort, type LinkedAbort} from '../../foundation/async/abort.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import {createCondition} from '../../foundation/async/condition.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {draftEnvelope} from '../../protocol/wire/envelope.ts';
import {connectParams, type WorkerKind} from '../../protocol/wire/messages.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {Emit} from '../events/events.ts';
import {createConnectAgain} from './connect-again.ts';
import type {Health} from './health.ts';
import type {DispatcherConnection} from './ports.ts';
import {refusedError} from './refusal-step.ts';
import {createResponses, type Received, type Reply, type Respond} from './responses.ts';
import type {Signing} from './signing.ts';

/** How long the answer to a request is waited for, ms (docs/protocol.md#limits-and-timeouts). */
const TIMEOUT_MS = {connect: 20_000, job_result: 50_000} as const;
/**
 * When an answer to `connect` that is not here is a problem. The dispatcher may only be busy, for 14 s while it registers
 * another operator: a socket that is dropped then waits in the same queue again.
 */
const SLOW_CONNECT_MS = 5_000;
/** Most characters of the dispatcher's words. */
const MAX_WORDS = 200;
/** How long a connection has to hold before the back-off starts anew. */
const STABLE_MS = 10_000;

/** Bytes that wait for the network at most, before another message is added: two results of the largest size. */
const MOST_BACKLOG = 8 * 1024 * 1024;
/** How often a full backlog is looked at. */
const LOOK_EVERY_MS = 100;

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
  request(envelope: {id: string; text: string}, signal: AbortSignal): Promise<Received>;
  /** Waits while a peer that does not read leaves too much of what was sent in our memory. */
  untilRoom(signal: AbortSignal): Promise<void>;
  /**
   * Responds on the socket that is the present one now, however much later the response is ready: a request of a socket
   * that is gone gets none, its id may mean something else on the next one.
   */
  responder(): Respond;
  /** A response came in. */
  onReply(id: string, reply: Received): void;
  /** Text came in that is no message: the dispatcher's own words, while `connect` waits for its answer. */
  onWords(words: string): void;
  /** A request came in: while jobs come, `connect` is not sent again. */
  jobCame(): void;
  /** A socket is open: introduces the operator. */
  opened(): void;
  /**
   * The socket is gone: everything that waits for it fails.
   * @returns whether the problem that ended it is reported already
   */
  closed(): boolean;
};

type Pending = {resolve: (reply: Received) => void; reject: (error: AosError) => void; cancel: () => void};

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
  /** A response came to an id that no request waits with: it is late, or of an earlier socket or run. */
  onLate: (id: string, reply: Received) => void;
}): Session {
  const {connection, signing, time, emit, health} = deps;
  const pending = new Map<string, Pending>();
  const acceptance = createCondition();
  const connectAgain = createConnectAgain(time, repeatConnect);
  let accepted = false;
  let cancelConfirm = (): void => {};
  /** What the present socket said before it accepted us, '' for nothing. */
  let heard = '';
  /** Whether why the present socket ends is reported. */
  let isReported = false;
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

  async function untilRoom(signal: AbortSignal): Promise<void> {
    while (connection.backlog() > MOST_BACKLOG) await time.sleep(LOOK_EVERY_MS, signal);
  }

  function request(
    envelope: {id: string; text: string},
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<Received> {
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

  async function connect(signal: AbortSignal, onSlow = (): void => {}): Promise<Reply> {
    const id = deps.newId();
    const text = await seal(id, 'connect', connectParams(deps.nodeId, deps.kinds), 'null', signal);
    const cancelSlow = time.after(SLOW_CONNECT_MS, onSlow);
    return request({id, text}, TIMEOUT_MS.connect, signal).finally(cancelSlow);
  }

  async function introduce(signal: AbortSignal): Promise<void> {
    try {
      const reply = await connect(signal, () => {
        isReported = true;
        health.failed('dispatcher', silent(SLOW_CONNECT_MS));
      });
      if (reply.code !== 200) {
        refused(reply);
        return;
      }
      accepted = true;
      isReported = false;
      // Only a connection that lasts resets the back-off, so that aos does not reconnect fast for ever to a peer that drops at once.
      cancelConfirm = time.after(STABLE_MS, () => connection.confirm());
      connectAgain.accepted();
      health.worked('dispatcher');
      emit({type: 'connected', url: shownUrl(deps.url)});
      deps.onConnected();
      acceptance.changed();
    } catch (error) {
      if (signal.aborted) return; // the socket closed meanwhile; `closed` has reported it
      if (isAosError(error, 'NOT_CONNECTED')) {
        // It is closing: its end says why.
        connection.drop(error.message);
        return;
      }
      const failure = isAosError(error, 'DISPATCHER_TIMEOUT') ? silent(TIMEOUT_MS.connect) : error;
      health.failed('dispatcher', failure);
      isReported = true;
      connection.drop(failure instanceof AosError ? failure.message : 'connect failed');
    }
  }

  function refused({code, message}: Reply): void {
    const words = safeText(message.trim(), MAX_WORDS);
    const refusal = {how: 'reply', code, words} as const;
    const reason = `connect was answered with code ${code}${words === '' ? '' : `: ${words}`}`;
    health.failed('dispatcher', refusedError(refusal, reason));
    isReported = true;
    connection.drop(reason, refusal);
  }

  function silent(ms: number): AosError {
    const instead = heard === '' ? '' : `; it said “${heard}” instead`;
    return new AosError('DISPATCHER_SILENT', `no answer to connect within ${ms / 1000} s${instead}`);
  }

  /** A dispatcher that does not answer this one may only be busy: the pings decide about the socket. */
  function repeatConnect(quietMs: number): void {
    const signal = socket?.controller.signal;
    if (signal === undefined) return;
    emit({type: 'connect_repeated', quietMs: Math.round(quietMs)});
    connect(signal).then(
      ({code, message}) => {
        if (code === 200) return;
        const said = `connect, sent again because no job came, was answered with code ${code}: ${safeText(message, MAX_WORDS)}`;
        emit({type: 'warning', code: 'DISPATCHER_REFUSED', message: said});
        connectAgain.stop();
      },
      () => undefined, // the next one follows
    );
  }

  const responses = createResponses(async (id, reply, signal) => {
    const text = await seal(id, null, 'null', JSON.stringify(reply), signal);
    if (connection.backlog() > MOST_BACKLOG) await untilRoom(signal);
    signal.throwIfAborted(); // the next socket has nothing to do with it
    connection.send(text);
  });

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
    untilRoom,
    responder: () => responses.on(socket?.controller.signal ?? deps.signal),
    onReply(id, reply) {
      const waiting = pending.get(id);
      if (waiting === undefined) {
        // It came too late, or has an id of its own: some dispatchers refuse without repeating ours.
        if (!accepted && reply.code !== 200)
          heard = safeText(`code ${reply.code}: ${reply.message}`, MAX_WORDS);
        deps.onLate(id, reply);
        return;
      }
      waiting.cancel();
      waiting.resolve(reply);
    },
    onWords(words) {
      if (!accepted) heard = words;
    },
    jobCame: () => connectAgain.jobCame(),
    opened() {
      heard = '';
      isReported = false;
      socket = linkedAbort(deps.signal);
      void introduce(socket.controller.signal);
    },
    closed() {
      cancelConfirm();
      connectAgain.stop();
      const wasReported = isReported;
      isReported = false;
      accepted = false;
      socket?.controller.abort(new AosError('NOT_CONNECTED', 'the connection was lost'));
      socket?.unlink();
      for (const waiting of [...pending.values()]) {
        waiting.cancel();
        waiting.reject(new AosError('NOT_CONNECTED', 'the connection was lost'));
      }
      return wasReported;
    },
  };
}
