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

/** The last second of the year 9999 in Unix time: RFC 3339 ends there. */
export const LAST_SECOND = 253_402_300_799n;

/** A time that a document from outside names, ms since epoch, as RFC 3339. One beyond the year 9999 says its last moment. */
export function namedTime(ms: number): string {
  return isoTime(Math.min(ms, Number(LAST_SECOND) * 1000 + 999));
}

/** A second of a chain's time as RFC 3339. A contract may name any; one beyond the last there is says the last. */
export function chainTime(second: bigint): string {
  return isoTime(Number(second < LAST_SECOND ? second : LAST_SECOND) * 1000);
}
