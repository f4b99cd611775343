import {createLimiter} from '../lib/foundation/async/limiter.ts';

/** A part of the devnet that can be stopped, and started again where it was. */
export type Part<T> = {
  /** The part as it runs, or ran last. */
  current(): T;
  isRunning(): boolean;
  /** Ends it; false when it had ended already. */
  stop(): Promise<boolean>;
  /** Starts it again; false when it runs. @throws what `open` throws */
  start(): Promise<boolean>;
};

/**
 * Opens a part.
 * @param open is given the part that ran before, null for the first; it has to take the same ports
 */
export async function openPart<T extends {close(): Promise<void>}>(
  open: (before: T | null) => Promise<T>,
): Promise<Part<T>> {
  const inTurn = createLimiter(1);
  let current = await open(null);
  let running = true;
  return {
    current: () => current,
    isRunning: () => running,
    stop: () =>
      inTurn.run(async () => {
        if (!running) return false;
        running = false;
        await current.close();
        return true;
      }),
    start: () =>
      inTurn.run(async () => {
        if (running) return false;
        current = await open(current);
        running = true;
        return true;
      }),
  };
}

/** The port of a URL that has one. */
export function portOf(url: string): number {
  return Number(new URL(url).port);
}
