import type {Socket} from 'node:net';
import WebSocket from 'ws';
import {onAbort} from '../../foundation/async/abort.ts';
import {createBackoff} from '../../foundation/async/backoff.ts';
import {errorText} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';

/** What the socket reports. All are called synchronously; none may throw. */
export type ConnectionHandlers = {
  /** The socket is open. */
  onOpen(): void;
  /** One frame's bytes. */
  onFrame(bytes: Uint8Array): void;
  /** The peer pinged us and was answered. */
  onPing(): void;
  /** The socket is gone; a new try follows after `retryInMs` (undefined: the connection was stopped). */
  onClose(reason: string, retryInMs: number | undefined): void;
};

/** The WebSocket to the dispatcher; reconnects by itself until its signal aborts. */
export type DispatcherConnection = {
  /** Resolves when the signal aborts and the socket is closed. */
  run(handlers: ConnectionHandlers, signal: AbortSignal): Promise<void>;
  /** Queues one text frame; false when there is no open socket. */
  send(text: string): boolean;
  /** Drops the present socket and connects again. */
  drop(reason: string): void;
  /** The peer accepted us: back-off starts again from its first step. */
  confirm(): void;
  /**
   * Reads no more from the present socket, except frames already received, until `resume`. Silence of a paused socket
   * is not counted. Harmless when it is paused already, or gone; a new socket is read at once.
   */
  pause(): void;
  resume(): void;
};

export type ConnectionOptions = {
  /** ws:// or wss:// URL. */
  url: string;
  /** How often we ping; a peer silent for 2.5 times that is given up. */
  pingIntervalMs: number;
  time: Time;
  /** Uniform in [0, 1). */
  random: () => number;
  /** First and longest wait between two tries. */
  backoff?: {firstMs: number; capMs: number};
  handshakeTimeoutMs?: number;
};

/** 64 MiB a message, as the reference (docs/protocol.md#limits-and-timeouts). */
const MAX_MESSAGE = 64 * 1024 * 1024;
/** How long a close handshake may take before the socket is cut. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The operator's WebSocket: connects, answers pings, pings by itself, gives a silent peer up and connects again with
 * capped, jittered back-off. Frames sent while it is down are refused, never queued: the journal keeps what must not
 * be lost.
 */
export function createConnection(options: ConnectionOptions): DispatcherConnection {
  const {time} = options;
  const backoff = createBackoff({firstMs: 500, capMs: 30_000, ...options.backoff, random: options.random});
  let open: WebSocket | undefined;
  /** The TCP or TLS socket under it. */
  let wire: Socket | undefined;
  let dropReason: string | undefined;

  async function run(handlers: ConnectionHandlers, signal: AbortSignal): Promise<void> {
    const stopped = (): boolean => signal.aborted;
    while (!stopped()) {
      const reason = await session(handlers, signal);
      if (stopped()) {
        handlers.onClose(reason, undefined);
        return;
      }
      const wait = backoff.next();
      handlers.onClose(reason, wait);
      await time.sleep(wait, signal).catch(() => undefined); // an abort ends the loop by its condition
    }
  }

  /** One socket's life; resolves with why it ended. */
  function session(handlers: ConnectionHandlers, signal: AbortSignal): Promise<string> {
    return new Promise((resolve) => {
      const socket = new WebSocket(options.url, {
        maxPayload: MAX_MESSAGE,
        handshakeTimeout: options.handshakeTimeoutMs ?? 10_000,
        perMessageDeflate: false,
        followRedirects: false,
      });
      socket.binaryType = 'nodebuffer';
      let heardAt = time.monotonic();
      let transport: Socket | undefined;
      let bytesHeard = 0;
      let stopPinging = (): void => {};
      let stopClosing = (): void => {};
      let failure: string | undefined;

      const heard = (): void => {
        heardAt = time.monotonic();
        bytesHeard = transport?.bytesRead ?? 0;
      };
      const ping = (): void => {
        // A large frame counts while it is still coming in.
        if (transport !== undefined && transport.bytesRead > bytesHeard) heard();
        // Whoever does not listen cannot say that the other is silent.
        if (socket.isPaused) heard();
        const silence = time.monotonic() - heardAt;
        if (silence > options.pingIntervalMs * 2.5) {
          failure = `no sign of life for ${Math.round(silence / 1000)} s`;
          socket.terminate();
          return;
        }
        socket.ping(() => {}); // a failed write shows as 'close'
        stopPinging = time.after(options.pingIntervalMs, ping);
      };
      const forgetAbort = onAbort(signal, () => {
        if (socket.readyState === WebSocket.OPEN) {
          socket.close(1001, 'operator stops');
          socket.resume(); // the peer's own close has to be read
          stopClosing = time.after(CLOSE_TIMEOUT_MS, () => socket.terminate());
        } else socket.terminate();
      });

      socket.on('upgrade', (response) => {
        transport = response.socket;
      });
      socket.on('open', () => {
        open = socket;
        wire = transport;
        dropReason = undefined;
        heard();
        stopPinging = time.after(options.pingIntervalMs, ping);
        handlers.onOpen();
      });
      socket.on('message', (data) => {
        heard();
        handlers.onFrame(data as Buffer); // binaryType nodebuffer: one Buffer a message
      });
      socket.on('pong', heard);
      socket.on('ping', () => {
        heard();
        handlers.onPing();
      });
      socket.on('error', (error) => {
        failure ??= errorText(error);
      });
      socket.on('unexpected-response', (request, response) => {
        failure = `HTTP ${response.statusCode ?? 0} instead of a WebSocket`;
        request.destroy();
        socket.terminate();
      });
      socket.on('close', (code, text) => {
        stopPinging();
        stopClosing();
        forgetAbort();
        if (open === socket) open = undefined;
        const said = text.length > 0 ? ` ${safeText(text.toString('utf8'), 120)}` : '';
        resolve(failure ?? dropReason ?? `closed by the dispatcher (${code}${said})`);
        dropReason = undefined;
      });
    });
  }

  /** What is sent in one turn of the event loop leaves in one system call, at its end. */
  function gather(): void {
    const socket = wire;
    if (socket === undefined || socket.writableCorked > 0) return;
    socket.cork();
    setImmediate(() => socket.uncork());
  }

  return {
    run,
    send(text) {
      if (open?.readyState !== WebSocket.OPEN) return false;
      gather();
      open.send(text, () => {}); // a failed write shows as 'close', and what was sent is still in the journal
      return true;
    },
    drop(reason) {
      if (open === undefined) return;
      // One that is closing has its reason already.
      if (open.readyState === WebSocket.OPEN) dropReason = reason;
      open.terminate();
    },
    confirm() {
      backoff.reset();
    },
    pause: () => open?.pause(),
    resume: () => open?.resume(),
  };
}
