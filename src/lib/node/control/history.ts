import {describe} from '../events/describe.ts';
import {eventLine} from '../events/lines.ts';
import type {OperatorEvent} from '../events/events.ts';

/** The last things that happened, for those who come later. Small, whatever happened. */
export type History = {
  push(event: OperatorEvent): void;
  /** NDJSON lines, oldest first: the newest, and of those before them the errors. */
  lines(): string[];
};

const MOST_EVENTS = 200;
/** Errors and warnings have places of their own, so that no noise can push them out. */
const MOST_ERRORS = 50;
const MAX_BYTES = 256 * 1024;
/** Of one text: a log line shows no more. */
const MAX_TEXT = 1_000;

/** Keeps what a log shows: figures that come every few seconds are left out. */
export function createHistory(): History {
  let recent: OperatorEvent[] = [];
  let errors: OperatorEvent[] = [];
  return {
    push(event) {
      const {level} = describe(event, () => '');
      if (level === 'debug') return;
      const kept = withShortTexts(event);
      recent.push(kept);
      if (level !== 'info') errors.push(kept);
      // Cut seldom, so that a push costs the same whatever is held.
      if (recent.length >= 2 * MOST_EVENTS) recent = recent.slice(-MOST_EVENTS);
      if (errors.length >= 2 * MOST_ERRORS) errors = errors.slice(-MOST_ERRORS);
    },
    lines() {
      const tail = recent.slice(-MOST_EVENTS);
      const first = tail[0]?.seq ?? 0;
      const older = errors.slice(-MOST_ERRORS).filter(({seq}) => seq < first);
      const lines: string[] = [];
      let bytes = 0;
      for (const event of [...older, ...tail].reverse()) {
        const line = eventLine(event);
        bytes += Buffer.byteLength(line);
        if (bytes > MAX_BYTES) break;
        lines.push(line);
      }
      return lines.reverse();
    },
  };
}

/** The same event, or a copy whose long texts are cut: an event must not hold a frame's worth of memory. */
function withShortTexts(event: OperatorEvent): OperatorEvent {
  const isLong = (value: unknown): boolean => typeof value === 'string' && value.length > MAX_TEXT;
  const inner = 'job' in event ? Object.values(event.job) : [];
  if (!Object.values(event).some(isLong) && !inner.some(isLong)) return event;
  return JSON.parse(JSON.stringify(event), (_key, value: unknown) =>
    typeof value === 'string' && value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT - 1)}…` : value,
  ) as OperatorEvent;
}
