import type {Socket} from 'node:net';
import WebSocket from 'ws';
import {onAbort} from '../../foundation/async/abort.ts';
import {createBackoff} from '../../foundation/async/backoff.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import type {Time} from '../../foundation/time/time.ts';
import {networkProblem} from '../http/network-code.ts';
import {createSchemeLook, PLAIN_REFUSED, type SchemeLook} from '../http/other-scheme.ts';
import {createHeartbeat} from './heartbeat.ts';
import {closeRefusal, httpRefusal, refusalText, safeWords, type Refusal} from './refusal.ts';

/** Callbacks of the connection. All are called synchronously; none may throw. */
export type ConnectionHandlers = {
  /** The socket is open. */
  onOpen(): void;
  /** One frame's bytes. */
  onFrame(bytes: Uint8Array): void;
  /** The peer pinged us and was answered. */
  onPing(): void;
  /**
   * The socket is closed; the next attempt follows after `retryInMs` (undefined: the connection was stopped). `refusal`: the
   * dispatcher was reached and said no; `next`: what to do about it, where that is known.
   */
  onClose(reason: string, retryInMs: number | undefined, refusal: Refusal | null, next?: NextStep): void;
};

/** The WebSocket to the dispatcher; reconnects by itself until its signal aborts. */
export type DispatcherConnection = {
  /** Resolves when the signal aborts and the socket is closed. */
  run(handlers: ConnectionHandlers, signal: AbortSignal): Promise<void>;
  /** Queues one text frame; false when there is no open socket. */
  send(text: string): boolean;
  /** Closes the current socket and connects again; `refusal` when a reply refused us. */
  drop(reason: string, refusal?: Refusal): void;
  /** The dispatcher accepted the operator: resets the back-off. */
  confirm(): void;
  /**
   * Stops reading from the current socket until `resume`, except frames already received. A paused socket never times
   * out. No effect on a paused or closed socket; a new socket is read at once.
   */
  pause(): void;
  resume(): void;
  /** Bytes that were sent and that the network has not taken yet; 0 without an open socket. */
  backlog(): number;
};

export type ConnectionOptions = {
  /** ws:// or wss:// URL. */
  url: string;
  /** Ping interval in ms; a peer without a sign of life for 2.5 intervals, or a pong for 6, is disconnected. */
  pingIntervalMs: number;
  time: Time;
  /** Uniform in [0, 1). */
  random: () => number;
  /** First and longest wait between two attempts. */
  backoff?: {firstMs: number; capMs: number};
  /** From looking up the host to the end of the opening handshake [10 s]. */
  handshakeTimeoutMs?: number;
};

/** 64 MiB a message, as the reference (docs/protocol.md#limits-and-timeouts). */
const MAX_MESSAGE = 64 * 1024 * 1024;
/**
 * Bytes that wait to leave, at most: more than all results under way together. A peer that sends and never reads would let
 * them grow without end.
 */
const MAX_BUFFERED = 64 * 1024 * 1024;
const SOCKET = {
  maxPayload: MAX_MESSAGE,
  perMessageDeflate: false,
  followRedirects: false,
  // One frame a turn of the event loop: all those of one read would hold it for seconds.
  allowSynchronousEvents: false,
  // It would hold the loop for as long as a large frame takes; who reads the frame checks it, in slices.
  skipUTF8Validation: true,
} as const;
/** How long a close handshake may take before the socket is cut. */
const CLOSE_TIMEOUT_MS = 2_000;
const HANDSHAKE_TIMEOUT_MS = 10_000;

/** Why a socket ended. */
type End = {
  reason: string;
  refusal: Refusal | null;
  next?: NextStep;
  /** What the opening handshake failed with, where a wrong scheme may be the cause. */
  error?: unknown;
};

/**
 * Closes a socket with a close frame, once; a socket whose peer does not answer it in time is cut.
 * @returns `stopClosing` ends the wait for that answer
 */
function createCloser(
  socket: WebSocket,
  time: Pick<Time, 'after'>,
): {close: (why: string) => void; stopClosing: () => void} {
  let cancel: (() => void) | undefined;
  return {
    close(why) {
      if (cancel !== undefined) return;
      if (socket.readyState !== WebSocket.OPEN) {
        socket.terminate();
        return;
      }
      socket.close(1001, why);
      socket.resume(); // the peer's own close has to be read
      cancel = time.after(CLOSE_TIMEOUT_MS, () => socket.terminate());
    },
    stopClosing: () => cancel?.(),
  };
}

/** Corks a socket so that all frames of one turn of the event loop leave in one system call. */
function gather(socket: Socket | undefined): void {
  if (socket === undefined || socket.writableCorked > 0) return;
  socket.cork();
  setImmediate(() => socket.uncork());
}

/**
 * Creates the operator's WebSocket (RFC 6455): it connects, pings, answers pings, drops an unresponsive peer and
 * connects again with capped, jittered back-off. Frames sent while it is down are refused, not queued: the journal
 * keeps what must not be lost. No socket is cut without a close frame, and the next one waits for its end: a dispatcher that
 * notices the end of the old socket after the new `connect` forgets the new one too.
 */
export function createConnection(options: ConnectionOptions): DispatcherConnection {
  const {time, handshakeTimeoutMs = HANDSHAKE_TIMEOUT_MS} = options;
  const backoff = createBackoff({firstMs: 500, capMs: 30_000, ...options.backoff, random: options.random});
  let open: WebSocket | undefined;
  /** The TCP or TLS socket under it. */
  let wire: Socket | undefined;
  /** Closes the open socket; set while there is one. */
  let closeOpen = (): void => {};
  /** Tells the heartbeat of the open socket that it is not read. */
  let holdOpen = (): void => {};
  let dropped: End | undefined;
  const lookAtScheme = createSchemeLook(options.url);

  /** Runs one socket; resolves with why it ended. */
  function session(handlers: ConnectionHandlers, signal: AbortSignal): Promise<End> {
    return new Promise((resolve) => {
      const socket = new WebSocket(options.url, SOCKET);
      socket.binaryType = 'nodebuffer';
      let transport: Socket | undefined;
      const {close, stopClosing} = createCloser(socket, time);
      let failure: End | undefined;
      const heartbeat = createHeartbeat(socket, options, (reason) => {
        failure = {reason, refusal: null};
        close('no sign of life');
      });
      // ws has a limit of its own, for the gap between two bytes.
      const cancelHandshake = time.after(handshakeTimeoutMs, () => {
        failure ??= {reason: 'Opening handshake has timed out', refusal: null};
        socket.terminate();
      });
      const forgetAbort = onAbort(signal, () => close('operator stops'));

      socket.on('upgrade', (response) => {
        transport = response.socket;
      });
      socket.on('open', () => {
        cancelHandshake();
        open = socket;
        wire = transport;
        closeOpen = () => close('operator connects again');
        holdOpen = heartbeat.held;
        dropped = undefined;
        heartbeat.start(transport);
        handlers.onOpen();
      });
      socket.on('message', (data) => {
        heartbeat.heard();
        handlers.onFrame(data as Buffer); // binaryType nodebuffer: one Buffer a message
      });
      socket.on('pong', heartbeat.ponged);
      socket.on('ping', () => {
        heartbeat.heard();
        if (open === socket) isRead();
        handlers.onPing();
      });
      socket.on('error', (error) => {
        failure ??= brokenBy(error, open !== socket);
      });
      socket.on('unexpected-response', (request, response) => {
        void httpRefusal(response, time).then((refusal) => {
          failure ??= refusedBy(refusal);
          request.destroy();
          socket.terminate();
        });
      });
      socket.on('close', (code, text) => {
        cancelHandshake();
        heartbeat.stop();
        stopClosing();
        forgetAbort();
        if (open === socket) open = undefined;
        resolve(failure ?? dropped ?? closedBy(code, text.toString('utf8')));
        dropped = undefined;
      });
    });
  }

  /** Whether the peer reads what is sent; one that does not is left. */
  function isRead(): boolean {
    if (open === undefined || open.bufferedAmount <= MAX_BUFFERED) return true;
    if (open.readyState === WebSocket.OPEN)
      dropped = {reason: 'the dispatcher does not read what is sent to it', refusal: null};
    closeOpen();
    return false;
  }

  return {
    run: (handlers, signal) =>
      repeat(async () => explained(await session(handlers, signal), options.url, lookAtScheme, signal), {
        wait: () => backoff.next(),
        onClose: (...end) => handlers.onClose(...end),
        time,
        signal,
      }),
    send(text) {
      if (open?.readyState !== WebSocket.OPEN || !isRead()) return false;
      gather(wire);
      open.send(text, () => {}); // a failed write shows as 'close', and what was sent is still in the journal
      return true;
    },
    drop(reason, refusal) {
      if (open === undefined) return;
      // A closing socket already has its reason.
      if (open.readyState === WebSocket.OPEN) dropped = {reason, refusal: refusal ?? null};
      closeOpen();
    },
    confirm: () => backoff.reset(),
    pause() {
      // The peer's close has to be read.
      if (open?.readyState !== WebSocket.OPEN) return;
      holdOpen();
      open.pause();
    },
    resume() {
      holdOpen();
      open?.resume();
    },
    backlog: () => open?.bufferedAmount ?? 0,
  };
}

/** The end by an error; @param isOpening in the opening handshake, where a wrong scheme may be the cause */
function brokenBy(error: Error, isOpening: boolean): End {
  const end = {reason: networkProblem(error), refusal: null};
  return isOpening ? {...end, error} : end;
}

/** The end by an HTTP answer in place of a socket; to a plain request on its port for TLS a server mostly answers 400. */
function refusedBy(refusal: Refusal): End {
  const end = {reason: refusalText(refusal), refusal};
  return refusal.code === 400 ? {...end, error: PLAIN_REFUSED} : end;
}

/** The same end; with a wrong scheme as the reason, where that is what the opening handshake failed with. */
async function explained(end: End, url: string, look: SchemeLook, signal: AbortSignal): Promise<End> {
  const fault = end.error === undefined ? null : await look(end.error, signal);
  if (fault === null) return end;
  const next = say(`Write ${fault.right} instead of ${fault.wrong} in net.dispatcher_url.`);
  return {reason: `${new URL(url).host} ${fault.what}`, refusal: null, next};
}

/** Runs one socket after the other, with pauses, until the signal aborts. */
async function repeat(
  session: () => Promise<End>,
  options: {
    wait: () => number;
    onClose: ConnectionHandlers['onClose'];
    time: Pick<Time, 'sleep'>;
    signal: AbortSignal;
  },
): Promise<void> {
  const {onClose, time, signal} = options;
  const stopped = (): boolean => signal.aborted;
  while (!stopped()) {
    const {reason, refusal, next} = await session();
    if (stopped()) {
      onClose(reason, undefined, refusal);
      return;
    }
    const wait = options.wait();
    onClose(reason, wait, refusal, next);
    await time.sleep(wait, signal).catch(() => undefined); // an abort ends the loop by its condition
  }
}

/** Why the peer closed, in its words. */
function closedBy(code: number, words: string): End {
  const reason = refusalText({how: 'close', code, words: safeWords(words)});
  return {reason, refusal: closeRefusal(code, words)};
}
