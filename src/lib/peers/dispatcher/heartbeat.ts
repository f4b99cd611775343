import type {Socket} from 'node:net';
import type WebSocket from 'ws';
import type {Time} from '../../foundation/time/time.ts';

/** Pings the peer of one socket, and notices when it shows no sign of life. */
export type Heartbeat = {
  /** The socket is open: pings from now on. `transport` is the TCP or TLS socket under it. */
  start(transport: Socket | undefined): void;
  /** The peer showed a sign of life. */
  heard(): void;
  stop(): void;
};

/** @param onSilent called once, with the reason, after 2.5 intervals without a sign of life; the pings stop then */
export function createHeartbeat(
  socket: WebSocket,
  {pingIntervalMs, time}: {pingIntervalMs: number; time: Time},
  onSilent: (reason: string) => void,
): Heartbeat {
  let transport: Socket | undefined;
  let heardAt = time.monotonic();
  let bytesHeard = 0;
  let stopPinging = (): void => {};

  const heard = (): void => {
    heardAt = time.monotonic();
    bytesHeard = transport?.bytesRead ?? 0;
  };

  const ping = (): void => {
    // A large frame counts while it is still coming in.
    if (transport !== undefined && transport.bytesRead > bytesHeard) heard();
    // A paused socket receives no pongs; do not count that as an outage.
    if (socket.isPaused) heard();
    const quietMs = time.monotonic() - heardAt;
    if (quietMs > pingIntervalMs * 2.5) {
      onSilent(`no sign of life for ${Math.round(quietMs / 1000)} s`);
      return;
    }
    socket.ping(() => {}); // a failed write shows as 'close'
    stopPinging = time.after(pingIntervalMs, ping);
  };

  return {
    start(under) {
      transport = under;
      heard();
      stopPinging = time.after(pingIntervalMs, ping);
    },
    heard,
    stop: () => stopPinging(),
  };
}
