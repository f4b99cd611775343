import type {OperatorEvent} from '../operator/events.ts';
import {describe, LEVELS, type Level} from '../output/describe.ts';
import {eventLine, logLine, type LogFormat, plainLine} from '../output/lines.ts';
import {isoTime} from '../time.ts';
import {levelPaint, wantsColor} from './color.ts';
import {createSink, type Sink} from './sink.ts';

/** Where the operator's events go. */
export type EventOutput = {
  onEvent(event: OperatorEvent): void;
  /** Another form of the log lines from now on; null: the one that fits stderr. */
  setFormat(format: LogFormat | null): void;
};

/**
 * Log lines on stderr (unless quiet), and with `json` the NDJSON stream on stdout. A dead reader is told to the other
 * stream.
 * @param options.elsewhere where log lines go instead while stderr is not to be written to
 */
export function createEventOutput(options: {
  json: boolean;
  quiet: boolean;
  format: LogFormat | null;
  /** The least that is logged. */
  level: Level;
  elsewhere?: () => Sink | null;
}): EventOutput {
  const {stderr, stdout} = process;
  let wanted = options.format;
  const format = (): LogFormat => wanted ?? (stderr.isTTY ? 'pretty' : 'logfmt');
  const color = levelPaint(wantsColor(process.env, stderr.isTTY));
  const plain = levelPaint(false);
  const paint = (): typeof plain => (format() === 'pretty' ? color : plain);
  const warning = (text: string): string => plainLine(Date.now(), 'warn', text, format(), paint());
  const log = createSink(stderr, {
    onGone: () => {}, // nobody is left to tell; the work goes on
    gapLine: (dropped) => warning(`${dropped} lines were dropped: the reader was too slow`),
  });
  const stream = createSink(stdout, {
    onGone: (reason) => log.write(warning(`nobody reads stdout any more (${reason}); the operator goes on`)),
    gapLine: (dropped) => JSON.stringify({type: 'gap', at: isoTime(Date.now()), dropped}),
  });

  return {
    onEvent(event) {
      if (options.json) stream.write(eventLine(event));
      if (LEVELS.indexOf(describe(event).level) < LEVELS.indexOf(options.level)) return;
      const other = options.elsewhere?.() ?? null;
      if (other !== null) other.write(logLine(event, wanted ?? 'logfmt', plain));
      else if (!options.quiet) log.write(logLine(event, format(), paint()));
    },
    setFormat: (next) => {
      wanted = next;
    },
  };
}
