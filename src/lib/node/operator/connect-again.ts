import type {Time} from '../../foundation/time/time.ts';

/**
 * When `connect` is sent again on the same socket: the published dispatcher forgets a connection when the one before it ends
 * late, and takes it up again with the next `connect`.
 */
export type ConnectAgain = {
  /** `connect` was accepted on a new socket. */
  accepted(): void;
  /** The dispatcher has sent a job. */
  jobCame(): void;
  /** The socket is gone. */
  stop(): void;
};

/** Without a job for so long after `connect`, and then for so long again and again. */
const FIRST_MS = 45_000;
const THEN_MS = 300_000;

/** @param send sends `connect`; gets how long no job has come, ms. Must not throw. */
export function createConnectAgain(time: Time, send: (quietMs: number) => void): ConnectAgain {
  let stopWaiting = (): void => {};
  /** Since when no job has come, monotonic ms. */
  let quietSince = 0;
  /** Whether a job has come since the last `connect`. */
  let hasCome = false;

  function wait(ms: number): void {
    stopWaiting = time.after(ms, () => {
      const quietMs = time.monotonic() - quietSince;
      if (hasCome && quietMs < THEN_MS) {
        wait(THEN_MS - quietMs);
        return;
      }
      hasCome = false;
      send(quietMs);
      wait(THEN_MS);
    });
  }

  return {
    accepted() {
      stopWaiting();
      quietSince = time.monotonic();
      hasCome = false;
      wait(FIRST_MS);
    },
    jobCame() {
      quietSince = time.monotonic();
      hasCome = true;
    },
    stop: () => stopWaiting(),
  };
}
