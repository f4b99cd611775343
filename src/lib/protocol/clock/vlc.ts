import {hash} from 'node:crypto';
import {AosError} from '../../foundation/errors/error.ts';
/**
 * The verifiable logical clock: clock id (u64) → counter (u32); an absent id counts as 0
 * (docs/protocol.md#logical-clock). Never changed in place.
 */
export type Clock = ReadonlyMap<bigint, number>;

type ClockOrder = 'equal' | 'before' | 'after' | 'concurrent';

export const MAX_ID = 2n ** 64n - 1n;
export const MAX_COUNTER = 2 ** 32 - 1;
/** The clock id when neither the job nor the configuration names one. */
const DEFAULT_ID = 1n;

/** Merges two clocks: the maximum of each counter. */
export function mergeClocks(a: Clock, b: Clock): Clock {
  const merged = new Map(a);
  for (const [id, counter] of b) merged.set(id, Math.max(counter, merged.get(id) ?? 0));
  return merged;
}

/**
 * Returns the clock with counter `id` increased by 1.
 * @throws AosError CLOCK_OVERFLOW at 2^32−1, never a wrap; CLOCK_INVALID for an id outside u64
 */
export function advance(clock: Clock, id: bigint): Clock {
  const counter = clock.get(id) ?? 0;
  checkEntry(id, counter);
  if (counter === MAX_COUNTER)
    throw new AosError('CLOCK_OVERFLOW', `clock ${id.toString()} is at ${MAX_COUNTER} and cannot advance`);
  return new Map(clock).set(id, counter + 1);
}

/**
 * Merges all of `others` into `self`, then advances `id` (docs/protocol.md#merge-and-order).
 * @throws AosError CLOCK_OVERFLOW
 */
export function updateClock(self: Clock, others: readonly Clock[], id: bigint): Clock {
  return advance(others.reduce(mergeClocks, self), id);
}

/** Compares two clocks: a ≤ b when every non-zero entry of a is ≤ b's (docs/protocol.md#merge-and-order). */
export function compareClocks(a: Clock, b: Clock): ClockOrder {
  const forward = isAtMost(a, b);
  const backward = isAtMost(b, a);
  if (forward) return backward ? 'equal' : 'before';
  return backward ? 'after' : 'concurrent';
}

/**
 * SHA-256 (32 bytes) over the clock's binary form: length, then key and counter of each entry, keys ascending,
 * every integer in variable-length form (docs/protocol.md#digest). Entries with counter 0 are part of the digest.
 * @throws AosError CLOCK_INVALID for an id outside u64 or a counter outside u32
 */
export function clockDigest(clock: Clock): Uint8Array {
  const bytes: number[] = [];
  addInteger(bytes, clock.size);
  for (const [id, counter] of ascending(clock)) {
    checkEntry(id, counter);
    addInteger(bytes, id);
    addInteger(bytes, counter);
  }
  return hash('sha256', Uint8Array.from(bytes), 'buffer');
}

/** Returns the clock as JSON members: id → counter, both decimal strings, ids ascending. */
export function clockToWire(clock: Clock): Record<string, string> {
  return Object.fromEntries(ascending(clock).map(([id, counter]) => [id.toString(), counter.toString()]));
}

/**
 * Returns the `clock` of a job_result (docs/protocol.md#clock-of-a-result): the job's clock with one entry advanced. With several entries that
 * is `clockId` if the job has it, else the lowest id. An empty clock becomes {`clockId` or 1: 1}.
 * @param clockId `node.clock_id`, null when not configured
 * @throws AosError CLOCK_OVERFLOW when that counter is 2^32−1
 */
export function answerClock(job: Clock, clockId: bigint | null): Clock {
  if (job.size === 0) return advance(job, clockId ?? DEFAULT_ID);
  // With one entry the lowest id is the only one there is.
  const own = job.size > 1 && clockId !== null && job.has(clockId) ? clockId : undefined;
  return advance(job, own ?? lowest(job));
}

function lowest(clock: Clock): bigint {
  return [...clock.keys()].reduce((low, id) => (id < low ? id : low), MAX_ID);
}

function isAtMost(a: Clock, b: Clock): boolean {
  for (const [id, counter] of a) if (counter > (b.get(id) ?? 0)) return false;
  return true;
}

function ascending(clock: Clock): [bigint, number][] {
  return [...clock].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}

function checkEntry(id: bigint, counter: number): void {
  if (id < 0n || id > MAX_ID) throw new AosError('CLOCK_INVALID', 'a clock id is outside 0 … 2^64-1');
  if (!Number.isInteger(counter) || counter < 0 || counter > MAX_COUNTER) {
    throw new AosError('CLOCK_INVALID', `the counter of clock ${id.toString()} is outside 0 … 2^32-1`);
  }
}

/** Below 251 one byte; else 0xfb + u16, 0xfc + u32 or 0xfd + u64, little endian. */
function addInteger(bytes: number[], value: bigint | number): void {
  if (value < 251) {
    bytes.push(Number(value));
    return;
  }
  const [mark, size] = value < 2 ** 16 ? [0xfb, 2] : value < 2 ** 32 ? [0xfc, 4] : [0xfd, 8];
  bytes.push(mark);
  for (let n = 0, rest = BigInt(value); n < size; n += 1, rest >>= 8n) bytes.push(Number(rest & 0xffn));
}
