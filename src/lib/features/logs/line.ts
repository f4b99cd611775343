import {parseDuration} from '../../foundation/time/duration.ts';
import {LEVELS, type Level} from '../../node/events/describe.ts';

/** A line of a log, as far as its form is known; the text is as it was written. */
export type LogLine = {text: string; /** Unix ms. */ at: number | null; level: Level | null};

/** What is shown of a log. */
export type LogFilter = {
  /** The least level; a line without one goes with the line before it. */
  level: Level | null;
  /** Text that has to be in the line, in whatever letter case. */
  grep: string | null;
  /** Unix ms; a line without a time goes with the line before it. */
  since: number | null;
};

const LOGFMT = /^time=(\S{20,30}) level=(\w+) /;
/** A pretty line has a time of day alone. */
const PRETTY = /^\d\d:\d\d:\d\d(?:\.\d+)? +(DEBUG|INFO|WARN|ERROR)\b/;

/** Reads a line in whichever of the three forms it has. */
export function readLogLine(text: string): LogLine {
  const logfmt = LOGFMT.exec(text);
  if (logfmt !== null) return {text, at: timeOf(logfmt[1]), level: levelOf(logfmt[2])};
  if (text.startsWith('{')) {
    const fields = fieldsOf(text);
    return {text, at: timeOf(fields.get('time')), level: levelOf(fields.get('level'))};
  }
  return {text, at: null, level: levelOf(PRETTY.exec(text)?.[1]?.toLowerCase())};
}

function fieldsOf(text: string): ReadonlyMap<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : new Map();
  } catch {
    return new Map(); // half a line, or another program's
  }
}

function timeOf(value: unknown): number | null {
  const at = typeof value === 'string' ? Date.parse(value) : NaN;
  return Number.isNaN(at) ? null : at;
}

function levelOf(value: unknown): Level | null {
  return LEVELS.find((level) => level === value) ?? null;
}

/** Chooses lines in their order. */
export function createLogFilter({level, grep, since}: LogFilter): (line: LogLine) => boolean {
  const least = level === null ? 0 : LEVELS.indexOf(level);
  const wanted = grep?.toLowerCase() ?? '';
  let isLevel = level === null;
  let isLate = since === null;
  return (line) => {
    if (line.level !== null) isLevel = LEVELS.indexOf(line.level) >= least;
    if (line.at !== null) isLate = since === null || line.at >= since;
    return isLevel && isLate && line.text.toLowerCase().includes(wanted);
  };
}

/** Reads `2h`, or a moment as RFC 3339, as Unix ms; null: it is neither. */
export function sinceOf(text: string, now: number): number | null {
  const age = parseDuration(text);
  if (age !== null) return now - age;
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? null : at;
}
