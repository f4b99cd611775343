import type {OperatorEvent} from '../operator/events.ts';
import {eventLine, logLine, type LogFormat, plainLine} from '../output/lines.ts';
import {isoTime} from '../time.ts';
import {levelPaint, wantsColor} from './color.ts';
import {createSink} from './sink.ts';

/** Where the operator's events go. */
export type EventOutput = {
  onEvent(event: OperatorEvent): void;
};

/** Log lines on stderr (unless quiet), and with `json` the NDJSON stream on stdout. A dead reader is told to the other stream. */
export function createEventOutput(options: {
  json: boolean;
  quiet: boolean;
  format: LogFormat | null;
}): EventOutput {
  const {stderr, stdout} = process;
  const format = options.format ?? (stderr.isTTY ? 'pretty' : 'logfmt');
  const paint = levelPaint(format === 'pretty' && wantsColor(process.env, stderr.isTTY));
  const warning = (text: string): string => plainLine(Date.now(), 'warn', text, format, paint);
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
      if (!options.quiet) log.write(logLine(event, format, paint));
    },
  };
}
