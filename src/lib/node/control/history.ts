import {describe} from '../events/describe.ts';
import {eventLine} from '../events/lines.ts';
import type {OperatorEvent} from '../events/events.ts';

/** The latest events for readers that connect later, in bounded memory. */
export type History = {
  push(event: OperatorEvent): void;
  /** Returns NDJSON lines, oldest first: the latest events, and older errors and warnings. */
  lines(): string[];
};

const MOST_EVENTS = 200;
/** Errors and warnings have places of their own, so that other events cannot push them out. */
const MOST_ERRORS = 50;
const MAX_BYTES = 256 * 1024;
/** Characters of one text at most: a log line shows no more. */
const MAX_TEXT = 1_000;

/** Creates a history of the events that a log shows; it leaves out the figures of every few seconds. */
export function createHistory(): History {
  let recent: OperatorEvent[] = [];
  let errors: OperatorEvent[] = [];
  return {
    push(event) {
      const {level} = describe(event, () => '');
      // The steps of a job are no figures: who looks at the job later wants them.
      if (level === 'debug' && !('job' in event)) return;
      const kept = withShortTexts(event);
      recent.push(kept);
      if (level === 'warn' || level === 'error') errors.push(kept);
      // The arrays are cut seldom, so that a push costs the same at any size.
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

/** Returns the event, or a copy with its long texts cut: an event must not keep a whole frame in memory. */
function withShortTexts(event: OperatorEvent): OperatorEvent {
  const isLong = (value: unknown): boolean => typeof value === 'string' && value.length > MAX_TEXT;
  const inner = 'job' in event ? Object.values(event.job) : [];
  if (!Object.values(event).some(isLong) && !inner.some(isLong)) return event;
  return JSON.parse(JSON.stringify(event), (_key, value: unknown) =>
    typeof value === 'string' && value.length > MAX_TEXT ? `${value.slice(0, MAX_TEXT - 1)}…` : value,
  ) as OperatorEvent;
}
