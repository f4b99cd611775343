import type {Socket} from 'node:net';
import WebSocket from 'ws';
import {onAbort} from '../../foundation/async/abort.ts';
import {createBackoff} from '../../foundation/async/backoff.ts';
import {errorText} from '../../foundation/errors/error.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';
import {createHeartbeat} from './heartbeat.ts';

/** Callbacks of the connection. All are called synchronously; none may throw. */
export type ConnectionHandlers = {
  /** The socket is open. */
  onOpen(): void;
  /** One frame's bytes. */
  onFrame(bytes: Uint8Array): void;
  /** The peer pinged us and was answered. */
  onPing(): void;
  /** The socket is closed; the next attempt follows after `retryInMs` (undefined: the connection was stopped). */
  onClose(reason: string, retryInMs: number | undefined): void;
};

/** The WebSocket to the dispatcher; reconnects by itself until its signal aborts. */
export type DispatcherConnection = {
  /** Resolves when the signal aborts and the socket is closed. */
  run(handlers: ConnectionHandlers, signal: AbortSignal): Promise<void>;
  /** Queues one text frame; false when there is no open socket. */
  send(text: string): boolean;
  /** Closes the current socket and connects again. */
  drop(reason: string): void;
  /** The dispatcher accepted the operator: resets the back-off. */
  confirm(): void;
  /**
   * Stops reading from the current socket until `resume`, except frames already received. A paused socket never times
   * out. No effect on a paused or closed socket; a new socket is read at once.
   */
  pause(): void;
  resume(): void;
};

export type ConnectionOptions = {
  /** ws:// or wss:// URL. */
  url: string;
  /** Ping interval in ms; a peer without a sign of life for 2.5 intervals is disconnected. */
  pingIntervalMs: number;
  time: Time;
  /** Uniform in [0, 1). */
  random: () => number;
  /** First and longest wait between two attempts. */
  backoff?: {firstMs: number; capMs: number};
  handshakeTimeoutMs?: number;
};

/** 64 MiB a message, as the reference (docs/protocol.md#limits-and-timeouts). */
const MAX_MESSAGE = 64 * 1024 * 1024;
/** How long a close handshake may take before the socket is cut. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Creates the operator's WebSocket (RFC 6455): it connects, pings, answers pings, drops an unresponsive peer and
 * connects again with capped, jittered back-off. Frames sent while it is down are refused, not queued: the journal
 * keeps what must not be lost.
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

  /** Runs one socket; resolves with the reason of its end. */
  function session(handlers: ConnectionHandlers, signal: AbortSignal): Promise<string> {
    return new Promise((resolve) => {
      const socket = new WebSocket(options.url, {
        maxPayload: MAX_MESSAGE,
        handshakeTimeout: options.handshakeTimeoutMs ?? 10_000,
        perMessageDeflate: false,
        followRedirects: false,
      });
      socket.binaryType = 'nodebuffer';
      let transport: Socket | undefined;
      let stopClosing = (): void => {};
      let failure: string | undefined;
      const heartbeat = createHeartbeat(socket, options, (reason) => {
        failure = reason;
        socket.terminate();
      });
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
        heartbeat.start(transport);
        handlers.onOpen();
      });
      socket.on('message', (data) => {
        heartbeat.heard();
        handlers.onFrame(data as Buffer); // binaryType nodebuffer: one Buffer a message
      });
      socket.on('pong', heartbeat.heard);
      socket.on('ping', () => {
        heartbeat.heard();
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
        heartbeat.stop();
        stopClosing();
        forgetAbort();
        if (open === socket) open = undefined;
        const said = text.length > 0 ? ` ${safeText(text.toString('utf8'), 120)}` : '';
        resolve(failure ?? dropReason ?? `closed by the dispatcher (${code}${said})`);
        dropReason = undefined;
      });
    });
  }

  /** Corks the socket so that all frames of one turn of the event loop leave in one system call. */
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
      // A closing socket already has its reason.
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
