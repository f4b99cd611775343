import {pino} from 'pino';
import type {OperatorEvent} from '../../node/events/events.ts';
import {asciiJson, asciiText} from '../../foundation/text/ascii.ts';
import {describe, type Level} from '../../node/events/describe.ts';
import {eventFields, type Fields, lineOf, type LogFormat, type Paint} from '../../node/events/lines.ts';
import {harmlessJson} from '../../foundation/text/safe-text.ts';
import {isoTime} from '../../foundation/time/time.ts';
import type {Sink} from '../../cli/sinks.ts';
import type {RenderNext} from '../../foundation/next-step/next-step.ts';

/** The log of a run. */
export type Log = {
  event(event: OperatorEvent): void;
  /** The line of a warning that is no event of the operator, such as a reader that has gone; it is not written. */
  warning(text: string, target: LogTarget): string;
  setLevel(level: Level): void;
};

/** Where a line goes, and how it looks there. */
export type LogTarget = {
  sink: Pick<Sink, 'write'>;
  format: LogFormat;
  paint: Paint;
  ascii: boolean;
  /** Columns of the terminal, for the pretty form; null or absent: nothing is wrapped. */
  width?: number | null;
};

/** What pino hands over with the JSON of a line: number of the level, text, fields. */
type Handed = {lastLevel: number; lastMsg: string; lastObj: Fields & {time: string}};

/**
 * The operator's log by pino: it has the levels and makes the JSON. The other forms are made here, from what pino hands to
 * its destination beside the JSON; a sink never blocks, so neither does the log (ADR 9).
 * @param options.next renders the next step of an event
 * @param options.level the least that is logged
 * @param options.target asked for each line, since a terminal may go; null: the line is not written
 */
export function createLog(options: {
  level: Level;
  target: () => LogTarget | null;
  next: RenderNext;
  now: () => number;
}): Log {
  const {level, now, next: renderNext} = options;
  const logger = loggerTo((handed, json) => {
    const target = options.target();
    target?.sink.write(formed(handed, json, target));
  }, level);

  return {
    event(event) {
      const described = describe(event, renderNext);
      if (!logger.isLevelEnabled(described.level)) return;
      // The event's own time: the line is written after it.
      logger[described.level]({time: isoTime(event.at), ...eventFields(event, renderNext)}, described.text);
    },
    warning(text, target) {
      let line = '';
      const once = loggerTo((handed, json) => (line = formed(handed, json, target)), 'warn');
      once.warn({time: isoTime(now())}, text);
      return line;
    },
    setLevel(next) {
      logger.level = next;
    },
  };
}

function loggerTo(write: (handed: Handed, json: string) => void, level: Level) {
  const destination = {
    [pino.symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    lastMsg: '',
    lastObj: {time: ''},
    write(json: string): void {
      write(this, json.trimEnd());
    },
  };
  // The events have their own time; a service's log knows host and process.
  const options = {
    base: null,
    timestamp: false,
    level,
    formatters: {level: (label: string) => ({level: label})},
  };
  return pino(options, destination);
}

function formed({lastLevel, lastMsg, lastObj}: Handed, json: string, target: LogTarget): string {
  const {format, paint, ascii, width = null} = target;
  if (format === 'json') return ascii ? asciiJson(harmlessJson(json)) : harmlessJson(json);
  const {time, ...own} = lastObj;
  const level = pino.levels.labels[lastLevel] as Level;
  // Before the values are quoted: a typographic quote becomes one that must be escaped.
  const text = ascii ? asciiText(lastMsg) : lastMsg;
  const fields = ascii ? asciiFields(own) : own;
  const line = lineOf({time, level, text, fields}, format, paint, width);
  return ascii ? asciiText(line) : line;
}

function asciiFields(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, typeof value === 'string' ? asciiText(value) : value]),
  );
}
