/**
 * Time as the rest of the code sees it. The real one is `system-time.ts`; tests bring a virtual one,
 * so nothing in `lib` reads a clock or sets a timer by itself.
 */
export type Time = {
  /** Wall clock, milliseconds since the Unix epoch. */
  now(): number;
  /** Monotonic milliseconds with fractions; only differences mean anything. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with the signal's reason when aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once after `ms`; returns the cancel function. Does not keep the process alive. */
  after(ms: number, fn: () => void): () => void;
};

/** A wall-clock time (ms since epoch) as RFC 3339 UTC with milliseconds, the form of every output. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
