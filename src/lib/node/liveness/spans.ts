/**
 * What is recorded of being reachable, as periods: the network reached us, the process was there, the dispatcher was
 * connected.
 */
export const SPAN_KINDS = ['probed', 'running', 'connected'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** One period without a gap. Times are Unix ms; `count` is how many marks it is made of. */
export type Span = {kind: SpanKind; start: number; end: number; count: number};

/** A span as it is stored: `id` is its place in the order of recording. */
export type StoredSpan = Span & {id: number};

/** The newest span of each kind. */
export type Heads = Readonly<Partial<Record<SpanKind, StoredSpan>>>;

/** How far marks of one kind may be apart and still be one period. */
export type Gaps = Readonly<Record<SpanKind, number>>;

/** How often `running` and `connected` are marked. */
export const ALIVE_EVERY_MS = 30_000;
const MARKS_TO_MISS = 3;

/** A period ends when three marks in a row are missing: of probes, three intervals of the online detection. */
export function gapsOf(probeIntervalMs: number): Gaps {
  const alive = MARKS_TO_MISS * ALIVE_EVERY_MS;
  return {probed: MARKS_TO_MISS * probeIntervalMs, running: alive, connected: alive};
}

/**
 * The span after one more mark: the newest of its kind, extended, or a new one when the mark is too far away, after an
 * outage or because the wall clock was set back. A year of probes without an outage is one span.
 * @param fresh begin a new span whatever the distance: another process, another connection
 */
export function mark(
  heads: Heads,
  {kind, at, fresh = false}: {kind: SpanKind; at: number; fresh?: boolean},
  gaps: Gaps,
  nextId: number,
): StoredSpan {
  const head = heads[kind];
  if (head === undefined || fresh || Math.abs(at - head.end) > gaps[kind])
    return {id: nextId, kind, start: at, end: at, count: 1};
  return {...head, start: Math.min(head.start, at), end: Math.max(head.end, at), count: head.count + 1};
}
