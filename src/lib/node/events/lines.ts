import type {OperatorEvent} from './events.ts';
import {hang} from '../../foundation/text/cells.ts';
import {isoTime} from '../../foundation/time/time.ts';
import type {Level} from './describe.ts';
import {jsonLine, safeText} from '../../foundation/text/safe-text.ts';
import {isNextStep, type RenderNext} from '../../foundation/next-step/next-step.ts';

export type LogFormat = 'pretty' | 'logfmt' | 'json';

/** Wraps a text in colour for a level; the identity where there is none. */
export type Paint = (level: Level, text: string) => string;

const WORDS: Readonly<Record<Level, string>> = {debug: 'DEBUG', info: 'INFO ', warn: 'WARN ', error: 'ERROR'};

/** An object or a list of them is one field: JSON in the JSON form, its text in logfmt. */
export type Fields = Record<string, string | number | boolean | object | null>;

/**
 * One log line of a form that is ours, without its newline; logfmt alone has room for the fields.
 * @param width columns of the terminal: a longer pretty line continues below its text; null: nothing is wrapped
 */
export function lineOf(
  line: {time: string; level: Level; text: string; fields: Fields},
  format: Exclude<LogFormat, 'json'>,
  paint: Paint,
  width: number | null = null,
): string {
  const {time, level, text, fields} = line;
  if (format === 'pretty') {
    const head = `${time.slice(11, 19)} ${paint(level, WORDS[level])} `;
    const safe = safeText(text, 1000);
    return width === null ? head + safe : hang(head, safe, width).join('\n');
  }
  let out = `time=${time} level=${level} msg=${logfmtValue(text)}`;
  for (const [key, value] of Object.entries(withoutEmpty(fields))) out += ` ${key}=${logfmtValue(value)}`;
  return out;
}

/**
 * One event as a line of NDJSON: `type`, `seq`, `at`, then its own fields; times are RFC 3339.
 * @param next makes the next step text, for the public stream; without it the step stays a value
 */
export function eventLine(event: OperatorEvent, next?: RenderNext): string {
  const {type, seq, at, ...rest} = next === undefined ? event : withNextText(event, next);
  const own = WITH_TIMES.has(type) ? withIsoTimes(rest) : rest;
  return jsonLine({type, seq, at: isoTime(at), ...own});
}

/** The same event with its next steps as text. */
function withNextText(event: OperatorEvent, next: RenderNext): {type: string; seq: number; at: number} {
  switch (event.type) {
    case 'problem':
    case 'warning':
    case 'chain_cost':
      return event.next === undefined ? event : {...event, ...{next: next(event.next)}};
    case 'standing':
    case 'standing_read':
    case 'workers':
    case 'verdict':
      return deepNextText(event, next) as typeof event;
    default:
      return event;
  }
}

/** A copy in which each next step is text, at any depth. */
function deepNextText(value: unknown, next: RenderNext): unknown {
  if (isNextStep(value)) return next(value);
  if (Array.isArray(value)) return value.map((item) => deepNextText(item, next));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, deepNextText(item, next)]));
}

/** Events that hold times beside their own. */
const WITH_TIMES: ReadonlySet<string> = new Set([
  'clock',
  'block',
  'liveness',
  'work',
  'answers_missing',
  'answers_held',
  'standing',
  'standing_read',
  'chain_cost',
  'alert_mute',
  'summary',
]);

/** Names of fields that are a time wherever they hold a number, in events and in the view. */
const TIMES: ReadonlySet<string> = new Set([
  'at',
  'since',
  'startedAt',
  'firstAt',
  'lastReceivedAt',
  'lastAcceptedAt',
  'lastProbeAt',
  'lastJobAt',
  'oldestOpenAt',
  'blockAt',
  'oldestAt',
  'dueAt',
  'readAt',
  'mutedUntil',
  'start',
  'end',
]);

/** A copy whose times (Unix ms) are RFC 3339, at any depth. */
export function withIsoTimes(value: object): object {
  return JSON.parse(
    JSON.stringify(value, (key, item: unknown) =>
      typeof item === 'number' && TIMES.has(key) ? isoTime(item) : item,
    ),
  ) as object;
}

/** The event's own fields, one level deep: `job.jobId` becomes `jobId`. */
export function eventFields(event: OperatorEvent, next: RenderNext): Fields {
  const fields: Fields = {};
  const put = (key: string, value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      fields[key] = value;
    else if (Array.isArray(value) && !value.some((item) => typeof item === 'object'))
      fields[key] = value.join(',');
    else if (typeof value === 'object' && value !== null)
      fields[key] = WITH_TIMES.has(event.type) ? withIsoTimes(value) : value;
  };
  for (const [key, value] of Object.entries(withNextText(event, next))) {
    if (key === 'at') continue;
    if (key === 'job' && typeof value === 'object') {
      for (const [inner, item] of Object.entries(value)) if (inner !== 'seq') put(inner, item);
    } else put(key, value);
  }
  return fields;
}

/** The fields that say something, at any depth: an empty text, a null and what holds nothing else are noise to a reader. */
function withoutEmpty(fields: Fields): Fields {
  const kept = Object.entries(fields).map(([key, value]) => [key, saying(value)] as const);
  return Object.fromEntries(kept.filter(([, value]) => value !== null)) as Fields;
}

/** A value without its empty members; null when it is empty itself. */
function saying(value: unknown): unknown {
  if (value === '' || value === null || value === undefined) return null;
  if (typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.length === 0 ? null : value;
  const kept = Object.entries(value)
    .map(([key, member]) => [key, saying(member)] as const)
    .filter(([, member]) => member !== null);
  return kept.length === 0 ? null : Object.fromEntries(kept);
}

/** What needs no quotes, and is safe on a terminal. */
const BARE = /^[\w.:/@+-]{1,2000}$/;

function logfmtValue(value: Fields[string]): string {
  if (typeof value === 'object' && value !== null) return logfmtValue(jsonLine(value));
  if (typeof value !== 'string') return String(value);
  if (BARE.test(value)) return value;
  const safe = safeText(value, 2000);
  return BARE.test(safe) ? safe : JSON.stringify(safe);
}
