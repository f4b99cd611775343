import type {SignerStats} from '../events/events.ts';

/** Durations of the last ten minutes, in a few kilobytes however many there are. */
export type Latencies = {
  /** One that took `ms`. @param now monotonic ms */
  took(ms: number, now: number): void;
  failed(now: number): void;
  /** Percentiles are right to 2.5 %. */
  stats(now: number): SignerStats;
};

const SLOT_MS = 10_000;
const SLOTS = 60;
/** Bucket k holds what is between FIRST_MS × GROWTH^k and the next: from a tenth of a millisecond to hours. */
const BUCKETS = 400;
const FIRST_MS = 0.1;
const GROWTH = 1.05;

type Slot = {number: number; counts: Uint32Array; signatures: number; errors: number};

export function createLatencies(): Latencies {
  let slots: Slot[] = [];

  function slotAt(now: number): Slot {
    const number = Math.floor(now / SLOT_MS);
    const last = slots.at(-1);
    if (last?.number === number) return last;
    const slot = {number, counts: new Uint32Array(BUCKETS), signatures: 0, errors: 0};
    slots = [...recent(now), slot];
    return slot;
  }
  function recent(now: number): Slot[] {
    return slots.filter(({number}) => number > Math.floor(now / SLOT_MS) - SLOTS);
  }

  return {
    took(ms, now) {
      const slot = slotAt(now);
      const bucket = bucketOf(ms);
      slot.counts[bucket] = (slot.counts[bucket] ?? 0) + 1;
      slot.signatures += 1;
    },
    failed(now) {
      slotAt(now).errors += 1;
    },
    stats(now) {
      const window = recent(now);
      const counts = new Array<number>(BUCKETS).fill(0);
      for (const slot of window) for (const [i, n] of slot.counts.entries()) counts[i] = (counts[i] ?? 0) + n;
      const signatures = window.reduce((sum, slot) => sum + slot.signatures, 0);
      return {
        p50Ms: percentile(counts, signatures, 0.5),
        p95Ms: percentile(counts, signatures, 0.95),
        signatures,
        errors: window.reduce((sum, slot) => sum + slot.errors, 0),
        windowMs: SLOTS * SLOT_MS,
      };
    },
  };
}

function bucketOf(ms: number): number {
  const k = Math.floor(Math.log(Math.max(ms, FIRST_MS) / FIRST_MS) / Math.log(GROWTH));
  return Math.min(BUCKETS - 1, k);
}

/** The middle of the bucket that holds the value of that rank, to three digits; null of nothing. */
function percentile(counts: readonly number[], total: number, share: number): number | null {
  if (total === 0) return null;
  let left = Math.ceil(total * share);
  const bucket = counts.findIndex((count) => (left -= count) <= 0);
  return Number((FIRST_MS * GROWTH ** (bucket + 0.5)).toPrecision(3));
}
