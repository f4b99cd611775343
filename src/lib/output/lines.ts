import type {JobRef, OperatorEvent} from '../operator/events.ts';
import {isoTime} from '../time.ts';
import {describe, type Level} from './describe.ts';
import {jsonLine, safeText} from './safe-text.ts';

export type LogFormat = 'pretty' | 'logfmt' | 'json';

/** Wraps a text in colour for a level; the identity where there is none. */
export type Paint = (level: Level, text: string) => string;

const WORDS: Readonly<Record<Level, string>> = {debug: 'DEBUG', info: 'INFO ', warn: 'WARN ', error: 'ERROR'};

/** One event as one line without its newline. */
export function logLine(event: OperatorEvent, format: LogFormat, paint: Paint): string {
  const {level, text} = describe(event);
  return plainLine(event.at, level, text, format, paint, flat(event));
}

/** A text as one log line without its newline; `fields` go along where the format has room for them. */
export function plainLine(
  at: number,
  level: Level,
  text: string,
  format: LogFormat,
  paint: Paint,
  fields: Record<string, string | number | boolean | null> = {},
): string {
  const time = isoTime(at);
  if (format === 'pretty')
    return `${time.slice(11, 19)} ${paint(level, WORDS[level])} ${safeText(text, 1000)}`;
  if (format === 'json') return jsonLine({time, level, msg: text, ...fields});
  const rest = Object.entries(fields).map(([key, value]) => `${key}=${logfmtValue(value)}`);
  return [`time=${time}`, `level=${level}`, `msg=${logfmtValue(text)}`, ...rest].join(' ');
}

/** One event as a line of the NDJSON stream: `type`, `seq`, `at`, then its own fields. */
export function eventLine(event: OperatorEvent): string {
  const {type, seq, at, ...rest} = event;
  return jsonLine({type, seq, at: isoTime(at), ...rest});
}

/** The event's own fields, one level deep: `job.jobId` becomes `job_id`. */
function flat(event: OperatorEvent): Record<string, string | number | boolean | null> {
  const fields: Record<string, string | number | boolean | null> = {};
  const put = (key: string, value: unknown): void => {
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      fields[name] = value;
    else if (Array.isArray(value)) fields[name] = value.join(',');
  };
  const {at: _at, ...rest} = event;
  for (const [key, value] of Object.entries(rest)) {
    if (key === 'job' && typeof value === 'object') {
      for (const [inner, item] of Object.entries(value as JobRef)) if (inner !== 'seq') put(inner, item);
    } else put(key, value);
  }
  return fields;
}

function logfmtValue(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value);
  const safe = safeText(value, 2000);
  return /^[\w.:/@+-]+$/.test(safe) ? safe : jsonLine(safe);
}
