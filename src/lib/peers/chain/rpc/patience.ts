import type {FailureKind} from './failure-kind.ts';

/** The pauses after failures of one kind, ms; as many retries as pauses. */
type Pauses = readonly number[];

/** Longer than a window of ten seconds, after which a provider allows requests again. */
const BUSY: Pauses = [300, 600, 1_200, 2_400, 4_800, 5_000];
/** Longer than a block of twelve seconds, after which the last node has the block. */
const BEHIND: Pauses = [300, 1_000, 2_000, 3_000, 3_000, 3_000];
const GATEWAY: Pauses = [300, 1_000, 2_000];
/** For a connection that broke, and an error of one node among several. */
const ONCE: Pauses = [150];

/** Pauses when no other endpoint is left to ask. */
const ALONE: Partial<Record<FailureKind, Pauses>> = {
  busy: BUSY,
  behind: BEHIND,
  gateway: GATEWAY,
  node: ONCE,
  unreached: ONCE,
  timeout: [0],
};

/** Pauses when another endpoint follows: it is asked at once after a time-out or refusal. */
const WITH_NEXT: Partial<Record<FailureKind, Pauses>> = {
  busy: BUSY.slice(0, 2),
  behind: BEHIND.slice(0, 2),
  node: ONCE,
};

/** A provider that asks for a longer wait has not only too many requests at this moment. */
const MOST_RETRY_AFTER_MS = 30_000;

/** The method that must not be repeated after a failure in which a node may have taken it. */
const SENDS = 'eth_sendRawTransaction';

/**
 * Returns the pause before the next try; null when there is none.
 * @param tries made so far, from 1
 * @param random uniform in [0, 1); spreads the pause by a quarter
 */
export function pauseAfter(
  kind: FailureKind,
  {
    method,
    tries,
    hasNext,
    retryAfterMs,
    random,
  }: {method: string; tries: number; hasNext: boolean; retryAfterMs: number | null; random: () => number},
): number | null {
  if (method === SENDS && kind !== 'busy') return null;
  const base = (hasNext ? WITH_NEXT : ALONE)[kind]?.[tries - 1];
  if (base === undefined) return null;
  const wished = kind === 'busy' ? (retryAfterMs ?? 0) : 0;
  if (wished > (hasNext ? base : MOST_RETRY_AFTER_MS)) return null;
  return Math.max(wished, Math.round(base * (1 + random() * 0.25)));
}
