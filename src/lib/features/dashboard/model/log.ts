import type {OperatorEvent} from '../../../node/events/events.ts';
import {describe, type Level} from '../../../node/events/describe.ts';
import {shown} from './line.ts';
import type {RenderNext} from '../../../foundation/next-step/next-step.ts';

/** One line of the log pane; `n` counts the entries of this dashboard. */
export type Entry = {n: number; level: Level; event: OperatorEvent; text: string};

export type Log = {
  push(event: OperatorEvent): void;
  /** Returns the entries, oldest first; the same array until the next push. */
  entries(): readonly Entry[];
};

const MAX_ENTRIES = 5_000;
/** Old errors have a ring of their own, so that other events cannot push them out. */
const MAX_ERRORS = 200;
const MAX_TEXT = 300;
const SLACK = 1_000;

/**
 * Creates a log that keeps the last {@link MAX_ENTRIES} events and older errors.
 * @param next renders the next step of an event
 */
export function createLog(next: RenderNext): Log {
  let recent: Entry[] = [];
  let errors: Entry[] = [];
  let all: readonly Entry[] | null = null;
  let count = 1;
  let lastSeq = 0;
  let lastAt = -Infinity;

  return {
    push(event) {
      // A history repeats events from before the connection was lost; a new operator begins at 1, but later.
      if (event.seq <= lastSeq && event.at <= lastAt) return;
      lastSeq = event.seq;
      lastAt = event.at;
      const kept = trimmed(event);
      const {level, text} = describe(kept, next);
      recent.push({n: count, level, event: kept, text: shown(text, MAX_TEXT)});
      count += 1;
      all = null;
      // The ring is cut seldom, so that a push costs the same at any size.
      if (recent.length < MAX_ENTRIES + SLACK) return;
      const old = recent.slice(0, -MAX_ENTRIES);
      recent = recent.slice(-MAX_ENTRIES);
      errors = [...errors, ...old.filter((entry) => entry.level === 'error')].slice(-MAX_ERRORS);
    },
    entries: () => (all ??= [...errors, ...recent]),
  };
}

export type LogQuery = {
  /** Lower-case text that a line must contain; '' for every line. */
  text: string;
  level: LogLevel;
};

export const LOG_LEVELS = ['info', 'warn', 'error', 'all'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const RANKS: Readonly<Record<Level | 'all', number>> = {all: 0, debug: 0, info: 1, warn: 2, error: 3};

/** Creates a filter for a growing log: it checks each line once while the query stays the same. */
export function createLogFilter(): (entries: readonly Entry[], query: LogQuery) => readonly Entry[] {
  let last: LogQuery | null = null;
  let seen = 0;
  let from: readonly Entry[] = [];
  let found: Entry[] = [];
  return (entries, query) => {
    if (query.text === '' && query.level === 'all') {
      last = query;
      seen = 0;
      found = [];
      return entries;
    }
    const same = query.text === last?.text && query.level === last.level;
    const oldest = entries[0]?.n ?? 0;
    if (!same || (entries.at(-1)?.n ?? 0) < seen) {
      found = [];
      seen = 0;
      last = query;
    } else if (from === entries) return found;
    from = entries;
    let start = entries.length;
    while (start > 0 && (entries[start - 1]?.n ?? 0) > seen) start -= 1;
    const fresh = entries.slice(start).filter((entry) => matches(entry, query));
    // New content gets a new array, because the panes compare by identity.
    found = [...found.filter(({n}) => n >= oldest), ...fresh];
    seen = entries.at(-1)?.n ?? 0;
    return found;
  };
}

function matches({level, text, event}: Entry, query: LogQuery): boolean {
  if (RANKS[level] < RANKS[query.level]) return false;
  return query.text === '' || text.toLowerCase().includes(query.text) || jobId(event).includes(query.text);
}

function jobId(event: OperatorEvent): string {
  return 'job' in event ? event.job.jobId.toLowerCase() : '';
}

/** Characters of a kept text at most: five thousand texts as long as a frame would fill the memory. */
const MAX_KEPT = 1_000;

function trimmed(event: OperatorEvent): OperatorEvent {
  return isLong(event) ? (cutStrings(event) as OperatorEvent) : event;
}

function isLong(value: unknown): boolean {
  if (typeof value === 'string') return value.length > MAX_KEPT;
  if (typeof value !== 'object' || value === null) return false;
  for (const key in value) if (isLong((value as Record<string, unknown>)[key])) return true;
  return false;
}

function cutStrings(value: unknown): unknown {
  if (typeof value === 'string') return value.length > MAX_KEPT ? `${value.slice(0, MAX_KEPT - 1)}…` : value;
  if (Array.isArray(value)) return value.slice(0, MAX_KEPT).map(cutStrings);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutStrings(item)]));
}
