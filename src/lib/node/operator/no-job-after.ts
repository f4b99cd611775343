/** How much of the past says how often jobs come. */
export const USUAL_MS = 7 * 86_400_000;
/** Jobs of that time that are looked at, the newest: more of them change the median little and cost memory. */
export const MOST_ARRIVALS = 10_000;

/** Fewer jobs than this say nothing about how often they come; then a day without one is too long. */
const FEW_JOBS = 20;
const UNKNOWN_MS = 86_400_000;
/** So many usual gaps without a job are too long, but never less than the shortest. */
const GAPS = 10;
const SHORTEST_MS = 30 * 60_000;

/**
 * After how much time without a job that is a problem.
 * @param arrivals when the jobs of the last {@link USUAL_MS} came, Unix ms, in order
 * @param configured `alerts.no_job_after`, ms; null: it is worked out from the arrivals
 * @returns `usualGapMs` is the median time between two jobs; null while fewer than two are known
 */
export function noJobAfter(
  arrivals: readonly number[],
  configured: number | null,
): {usualGapMs: number | null; noJobAfterMs: number} {
  const gaps = arrivals.slice(1).map((at, index) => Math.max(0, at - (arrivals[index] ?? at)));
  const usualGapMs = median(gaps);
  if (configured !== null) return {usualGapMs, noJobAfterMs: configured};
  if (usualGapMs === null || arrivals.length < FEW_JOBS) return {usualGapMs, noJobAfterMs: UNKNOWN_MS};
  return {usualGapMs, noJobAfterMs: Math.max(SHORTEST_MS, GAPS * usualGapMs)};
}

/** The middle one of an odd number, the mean of the two middle ones of an even number, whole; null of none. */
function median(values: readonly number[]): number | null {
  const sorted = Float64Array.from(values).sort();
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : Math.round((upper + lower) / 2);
}
