import type {OperatorEvent} from '../events/events.ts';
import {gapsOf, mark, type Heads, type SpanKind, type StoredSpan} from './spans.ts';

/** The durable record: spans by id. */
export type LivenessStore = {
  /** All spans, oldest first. @throws AosError JOURNAL_UNREADABLE */
  spans(): StoredSpan[];
  /** Stores a span, and replaces one with the same id. @throws AosError JOURNAL_WRITE_FAILED */
  put(span: StoredSpan): Promise<void>;
  /** Deletes the oldest spans of too many. @throws AosError JOURNAL_WRITE_FAILED */
  forget(): Promise<void>;
};

/** Records the probes, the connection and the uptime of the operator; never throws, never waits. */
export type LivenessRecorder = {
  onEvent(event: OperatorEvent): void;
  /** Records that the process runs. Call it every {@link ALIVE_EVERY_MS}. */
  alive(at: number): void;
  /**
   * Returns the newest recorded spans at `now`, and the number of probes in older spans. Extends the current process and
   * its connection to `now`, because their last mark may be {@link ALIVE_EVERY_MS} old.
   */
  record(now: number): {spans: readonly StoredSpan[]; olderProbes: number};
  /** Writes the spans that are not yet stored. */
  flush(): Promise<void>;
};

/** A growing span is written at most this often, because anyone may call `/ping` at any rate. */
const WRITE_EVERY_MS = 1_000;

/** Newest spans in memory at most: far more than the outages that any output shows. */
const MOST_SPANS = 2_000;

/**
 * Continues the stored record with a new period of the process.
 * @param onWriteError called after a failed write; must not throw. The next write includes the marks.
 */
export function createLivenessRecorder(
  store: LivenessStore,
  options: {probeIntervalMs: number; startedAt: number; onWriteError: (error: unknown) => void},
): LivenessRecorder {
  const gaps = gapsOf(options.probeIntervalMs);
  const stored = store.spans();
  let nextId = stored.reduce((most, {id}) => Math.max(most, id), 0) + 1;
  let heads: Heads = Object.fromEntries(stored.map((span) => [span.kind, span]));
  const written = new Map<SpanKind, {id: number; end: number}>();
  const waiting = new Set<SpanKind>();
  let connected = false;
  let recent = stored.slice(-MOST_SPANS);
  let olderProbes = probesOf(stored.slice(0, -MOST_SPANS));

  /** Adds a new span to the recent ones, or replaces a grown one. */
  function keep(span: StoredSpan): void {
    const index = recent.findLastIndex(({id}) => id === span.id);
    if (index >= 0) recent[index] = span;
    else recent.push(span);
    if (recent.length <= MOST_SPANS * 1.1) return;
    olderProbes += probesOf(recent.slice(0, -MOST_SPANS));
    recent = recent.slice(-MOST_SPANS);
  }

  function note(kind: SpanKind, at: number, fresh = false): void {
    const span = mark(heads, {kind, at, fresh}, gaps, nextId);
    const before = heads[kind];
    // The end of the old span must be stored before a new one begins.
    if (before !== undefined && before.id !== span.id && waiting.has(kind)) write(before);
    if (span.id === nextId) nextId += 1;
    heads = {...heads, [kind]: span};
    keep(span);
    waiting.add(kind);
    const last = written.get(kind);
    if (last?.id !== span.id || Math.abs(span.end - last.end) >= WRITE_EVERY_MS) write(span);
  }

  function write(span: StoredSpan): void {
    waiting.delete(span.kind);
    written.set(span.kind, {id: span.id, end: span.end});
    store.put(span).catch((error: unknown) => {
      if (heads[span.kind]?.id === span.id) waiting.add(span.kind);
      options.onWriteError(error);
    });
  }

  store.forget().catch(options.onWriteError);
  note('running', options.startedAt, true);
  return {
    onEvent({type, at}) {
      if (type === 'probe_answered') note('probed', at);
      else if (type === 'connected') {
        note('connected', at, !connected);
        connected = true;
      } else if ((type === 'disconnected' || type === 'summary') && connected) {
        note('connected', at);
        connected = false;
      }
      if (type === 'summary') note('running', at);
    },
    alive(at) {
      note('running', at);
      if (connected) note('connected', at);
    },
    record(now) {
      const present = (['running', ...(connected ? (['connected'] as const) : [])] as const).flatMap((kind) =>
        // After a sleep of the whole machine the mark is too old to extend.
        heads[kind] === undefined || now - heads[kind].end > gaps[kind]
          ? []
          : {...heads[kind], end: now, count: 0},
      );
      return {spans: [...recent, ...present], olderProbes};
    },
    async flush() {
      const open = [...waiting].flatMap((kind) => heads[kind] ?? []);
      waiting.clear();
      await Promise.all(open.map((span) => store.put(span))).catch(options.onWriteError);
    },
  };
}

function probesOf(spans: readonly StoredSpan[]): number {
  return spans.reduce((sum, {kind, count}) => (kind === 'probed' ? sum + count : sum), 0);
}
