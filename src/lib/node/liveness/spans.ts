/** The recorded kinds of periods: the network probed us, the process ran, the dispatcher was connected. */
export const SPAN_KINDS = ['probed', 'running', 'connected'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** One period without a gap. Times are Unix ms; `count` is the number of its marks. */
export type Span = {kind: SpanKind; start: number; end: number; count: number};

/** A stored span; ids rise in the order of recording. */
export type StoredSpan = Span & {id: number};

/** The newest span of each kind. */
export type Heads = Readonly<Partial<Record<SpanKind, StoredSpan>>>;

/** The largest gap in ms between two marks of one period. */
export type Gaps = Readonly<Record<SpanKind, number>>;

/** The interval of the marks of `running` and `connected`. */
export const ALIVE_EVERY_MS = 30_000;
const MARKS_TO_MISS = 3;

/** Returns the gaps: a period ends when three marks in a row are missing; for probes, three intervals of the online detection. */
export function gapsOf(probeIntervalMs: number): Gaps {
  const alive = MARKS_TO_MISS * ALIVE_EVERY_MS;
  return {probed: MARKS_TO_MISS * probeIntervalMs, running: alive, connected: alive};
}

/**
 * Returns the span of one more mark: extends the newest of its kind, or begins a new one when the gap is too large, after
 * an outage or a change of the wall clock. A year of probes without an outage is one span.
 * @param fresh begins a new span at any gap: a new process or connection
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
