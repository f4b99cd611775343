import type {OperatorEvent, ProbeSources} from '../events/events.ts';

/** The addresses that asked over HTTP, of the last hour. */
export type SourceRecord = {
  onEvent(event: OperatorEvent): void;
  /** Null: none asked in the last hour. @param now Unix ms */
  facts(now: number): ProbeSources | null;
};

/** An address is counted for so long after it asked. */
const WINDOW_MS = 3_600_000;
/** Addresses that are remembered, those that asked last. */
const MOST = 1_000;
/** What has changed is written at most this often. */
const WRITE_EVERY_MS = 60_000;

/**
 * Continues the stored record.
 * @param stored what `write` got before; '' when nothing was
 * @param write stores the record; must not throw or wait
 */
export function createSourceRecord(stored: string, write: (text: string) => void): SourceRecord {
  /** When each asked last, Unix ms; the last that asked at the end. */
  const askedAt = new Map(readSources(stored));
  let writtenAt = -Infinity;

  function store(at: number): void {
    writtenAt = at;
    write(JSON.stringify([...askedAt].slice(-MOST)));
  }

  return {
    onEvent(event) {
      const {type, at} = event;
      if (type === 'summary' && askedAt.size > 0) store(at);
      if (type !== 'probe_answered' || event.from === undefined) return;
      askedAt.delete(event.from);
      askedAt.set(event.from, at);
      const [oldest] = askedAt.keys();
      if (askedAt.size > MOST && oldest !== undefined) askedAt.delete(oldest);
      if (Math.abs(at - writtenAt) >= WRITE_EVERY_MS) store(at);
    },
    facts: (now) => sourcesOf([...askedAt], now),
  };
}

/** Reads a stored record; one that no aos writes is empty. */
export function readSources(stored: string): [string, number][] {
  let value: unknown;
  try {
    value = JSON.parse(stored);
  } catch {
    return []; // nothing is stored yet, or it is damaged: it is for display alone
  }
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown): [string, number][] => {
    if (!Array.isArray(entry)) return [];
    const [from, at] = entry as unknown[];
    return typeof from === 'string' && typeof at === 'number' ? [[from, at]] : [];
  });
}

/** What a stored record says at `now`, Unix ms. */
export function sourcesOf(sources: readonly [string, number][], now: number): ProbeSources | null {
  const recent = sources.filter(([, at]) => now - at < WINDOW_MS);
  const last = recent.at(-1);
  return last === undefined ? null : {count: recent.length, last: last[0]};
}

/** The journal's note of the record. */
export const SOURCES_NOTE = 'probe-sources';

/** `3 addresses asked in the last hour, 203.0.113.7 last`. */
export function sourcesText({count, last}: ProbeSources): string {
  const few = count === 1 ? '1 address' : `${count}${count >= MOST ? ' or more' : ''} addresses`;
  return `${few} asked in the last hour, ${last} last`;
}
