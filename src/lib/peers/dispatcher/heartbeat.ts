import type {Socket} from 'node:net';
import type WebSocket from 'ws';
import type {Time} from '../../foundation/time/time.ts';

/** Pings the peer of one socket, and notices when it shows no sign of life, or sends without reading. */
export type Heartbeat = {
  /** The socket is open: pings from now on. `transport` is the TCP or TLS socket under it. */
  start(transport: Socket | undefined): void;
  /** The peer showed a sign of life. */
  heard(): void;
  /** The peer answered a ping: it reads what we send. */
  ponged(): void;
  /** We do not read the socket for a while, so that no pong can be seen. */
  held(): void;
  stop(): void;
};

/** Intervals without any byte of the peer. */
const SILENT_AFTER = 2.5;
/** Intervals without a pong, while other bytes come: a dispatcher that halts for 45 s must not be taken for a deaf one. */
const DEAF_AFTER = 6;
/** A process that was held up has not read yet what came meanwhile, so it looks twice. */
const SECOND_LOOK_MS = 250;
/** A pong waits behind the data in both directions: so many bytes may take a millisecond, 0.5 Mbit/s. */
const SLOWEST_BYTES_PER_MS = 64;
/** So much data explains a wait at most: one message of the largest size. */
const MOST_BYTES_BEFORE = 64 * 1024 * 1024;

/** @param onLost called once, with the reason; the pings stop then */
export function createHeartbeat(
  socket: WebSocket,
  {pingIntervalMs, time}: {pingIntervalMs: number; time: Time},
  onLost: (reason: string) => void,
): Heartbeat {
  let transport: Socket | undefined;
  let heardAt = time.monotonic();
  let bytesHeard = 0;
  let pongAt = heardAt;
  let bytesAtPong = 0;
  let isSecondLook = false;
  /** When the next look is due. */
  let dueAt = heardAt;
  let stopPinging = (): void => {};

  const bytesRead = (): number => transport?.bytesRead ?? 0;
  const heard = (): void => {
    heardAt = time.monotonic();
    bytesHeard = bytesRead();
  };
  const ponged = (): void => {
    heard();
    pongAt = heardAt;
    bytesAtPong = bytesHeard;
  };

  /** Why the peer counts as lost; null: it does not. */
  function problem(): string | null {
    const now = time.monotonic();
    const quietMs = now - heardAt;
    if (quietMs > pingIntervalMs * SILENT_AFTER) return `no sign of life for ${seconds(quietMs)}`;
    const deafMs = now - pongAt;
    const before = Math.min(bytesRead() - bytesAtPong + socket.bufferedAmount, MOST_BYTES_BEFORE);
    return deafMs > pingIntervalMs * DEAF_AFTER + before / SLOWEST_BYTES_PER_MS
      ? `it sends, but reads nothing: no answer to a ping for ${seconds(deafMs)}`
      : null;
  }

  function lookIn(ms: number): void {
    dueAt = time.monotonic() + ms;
    stopPinging = time.after(ms, ping);
  }

  function ping(): void {
    // We were held up ourselves, stopped or without a processor: that says nothing about the peer.
    if (time.monotonic() - dueAt >= pingIntervalMs) ponged();
    // A large frame counts while it is still coming in.
    if (bytesRead() > bytesHeard) heard();
    // A paused socket receives no pongs; do not count that as an outage.
    if (socket.isPaused) ponged();
    const lost = problem();
    if (lost !== null && isSecondLook) {
      onLost(lost);
      return;
    }
    isSecondLook = lost !== null;
    if (isSecondLook) {
      lookIn(SECOND_LOOK_MS);
      return;
    }
    socket.ping(() => {}); // a failed write shows as 'close'
    lookIn(pingIntervalMs);
  }

  return {
    start(under) {
      transport = under;
      ponged();
      lookIn(pingIntervalMs);
    },
    heard,
    ponged,
    held: ponged,
    stop: () => stopPinging(),
  };
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
