import type {LogLimit} from './log-cap.ts';

/** Blocks of the first request. */
const START_BLOCKS = 10_000;
/** Answers in a row before a reduced window grows again; doubles after each failure. */
const FIRST_PATIENCE = 2;
const MOST_PATIENCE = 64;

/** Known limits of the provider's blocks per request, for every filter. */
export type ProviderCap = {
  /** The next size to request before the first answer. */
  start: number;
  /** The largest size that was answered; 0 before the first answer. */
  good: number;
  /** The smallest size that the provider refused because of its blocks. */
  bad: number;
  /** The limit that the provider states. */
  stated: number;
};

/** The size of the next request. */
export type WindowSize = {
  /** A size that the provider answers; null before the first answer. */
  base: number | null;
  /** A larger size to try with one request at a time; null for none. */
  probe: number | null;
  /** The other requests should wait for the probe, which may save many of them. */
  alone: boolean;
};

export function unknownCap(): ProviderCap {
  return {start: START_BLOCKS, good: 0, bad: Infinity, stated: Infinity};
}

/** The largest size that may still be answered; Infinity before a first refusal. */
export function bestCase(cap: ProviderCap): number {
  return Math.max(1, Math.min(cap.stated, cap.bad - 1));
}

/**
 * Returns the provider's cap after an answer to a request of `size` blocks, or after its refusal. A stated cap that is
 * larger than a refused size counts as a refusal without one.
 */
export function learnCap(cap: ProviderCap, size: number, limit: LogLimit | null): ProviderCap {
  if (limit === null) return size > cap.good && size < cap.bad ? {...cap, good: size} : cap;
  if (limit.kind === 'blocks' && limit.blocks < size) {
    const stated = Math.min(cap.stated, limit.blocks);
    return {...cap, stated, start: Math.min(cap.start, stated), good: Math.min(cap.good, stated)};
  }
  if (limit.kind !== 'blocks' && limit.kind !== 'range') return cap;
  if (size >= cap.bad) return cap;
  // A size that was answered before is refused: another machine behind the same address. Starts again below it.
  const good = cap.good < size ? cap.good : 0;
  return {...cap, bad: size, good, start: Math.max(1, Math.floor(size / 2))};
}

/**
 * Returns the size of the next request: before the first refusal twice the answered size, then the stated cap, or the middle
 * between the largest answered and the smallest refused size while that saves more requests than a refusal costs.
 * @param requests counts the requests for all remaining blocks with windows of a size
 */
export function nextSize(cap: ProviderCap, requests: (size: number) => number): WindowSize {
  const most = bestCase(cap);
  if (cap.good === 0) return {base: null, probe: Math.min(cap.start, most), alone: true};
  const base = Math.min(cap.good, most);
  if (most <= base) return {base, probe: null, alone: false};
  const refused = Number.isFinite(most);
  const grown = Math.min(Math.max(base * 2, cap.start), most);
  const probe = !refused ? grown : cap.stated <= most ? cap.stated : Math.ceil((base + cap.bad) / 2);
  const saved = requests(base) - requests(probe);
  const worth = probe > base && probe <= most && saved >= (refused && cap.stated > most ? 2 : 1);
  return {base, probe: worth ? probe : null, alone: worth && (!refused || cap.stated <= most)};
}

/** The limit of one filter's windows because of many logs in few blocks; independent of the provider's cap. */
export type Density = {
  /** Blocks of this filter's windows at most. */
  limit: number;
  /** Answers in a row at that limit. */
  calm: number;
  patience: number;
};

export const sparse: Density = {limit: Infinity, calm: 0, patience: FIRST_PATIENCE};

/** Returns the density after a window of `size` blocks with too many logs; `works` is a size that the provider suggests. */
export function withDenser(density: Density, size: number, works: number | null): Density {
  const half = Math.max(1, Math.floor(size / 2));
  const limit = works !== null && works >= 1 && works < size ? works : half;
  const again = density.limit !== Infinity;
  const patience = again ? Math.min(MOST_PATIENCE, density.patience * 2) : density.patience;
  return {limit: Math.min(density.limit, limit), calm: 0, patience};
}

/** Returns the density after an answered window of `size` blocks: the limit doubles after enough of them. */
export function withSparser(density: Density, size: number, unlimited: number): Density {
  if (density.limit === Infinity || size < density.limit) return density;
  if (density.calm + 1 < density.patience) return {...density, calm: density.calm + 1};
  const limit = density.limit * 2;
  return {...density, calm: 0, limit: limit >= unlimited ? Infinity : limit};
}
