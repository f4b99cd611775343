import type {OperatorEvent} from '../../node/events/events.ts';
import type {Level} from '../../node/events/describe.ts';
import {eventLine, type LogFormat} from '../../node/events/lines.ts';
import {isoTime} from '../../foundation/time/time.ts';
import {wantsColor} from '../../cli/terminal-style.ts';
import {levelPaint} from '../../cli/palette.ts';
import {createLog, type LogTarget} from './log.ts';
import {createSink, type Sink} from '../../cli/sinks.ts';
import type {RenderNext} from '../../foundation/next-step/next-step.ts';

/** How the log is written: form and level can change while it runs. Null: the form that fits stderr. */
export type LogChoice = {format: LogFormat | null; level: Level};

/** Where the operator's events go. */
export type EventOutput = {
  onEvent(event: OperatorEvent): void;
  setLog(choice: LogChoice): void;
  /** Hands everything to the streams now: before something else is said there. */
  flush(): void;
};

/**
 * Log lines on stderr (unless quiet), and with `json` the NDJSON stream on stdout. When the reader of one stream is gone, the other
 * stream reports it.
 * @param options.elsewhere where log lines go instead while stderr is not to be written to
 */
export function createEventOutput(options: {
  json: boolean;
  quiet: boolean;
  log: LogChoice;
  /** No signs beyond ASCII in any log line. */
  ascii: boolean;
  next: RenderNext;
  elsewhere?: () => Pick<Sink, 'write'> | null;
}): EventOutput {
  const {stderr, stdout} = process;
  const {ascii, next: renderNext, quiet} = options;
  let wanted = options.log.format;
  const format = (): LogFormat => wanted ?? (stderr.isTTY ? 'pretty' : 'logfmt');
  const color = levelPaint(wantsColor(process.env, stderr.isTTY));
  const plain = levelPaint(false);
  const errors = createSink(stderr, {
    onGone: () => {}, // nothing is left to report to; the work continues
    gapLine: (dropped) => log.warning(`${dropped} lines were dropped: the reader was too slow`, onStderr()),
  });
  const onStderr = (): LogTarget => ({
    sink: errors,
    format: format(),
    paint: color,
    ascii,
    // Asked for each line: the terminal may change its size.
    // A terminal without a known size is read elsewhere, as by docker logs.
    width: stderr.isTTY && stderr.columns > 0 ? stderr.columns : null,
  });
  const target = (): LogTarget | null => {
    const other = options.elsewhere?.() ?? null;
    if (other !== null) return {sink: other, format: wanted ?? 'logfmt', paint: plain, ascii};
    return quiet ? null : onStderr();
  };
  const log = createLog({level: options.log.level, target, next: renderNext, now: Date.now});
  const stream = createSink(stdout, {
    onGone: (reason) =>
      errors.write(
        log.warning(`stdout is no longer read (${reason}); the operator keeps running`, onStderr()),
      ),
    gapLine: (dropped) => JSON.stringify({type: 'gap', at: isoTime(Date.now()), dropped}),
  });

  return {
    onEvent(event) {
      if (options.json) stream.write(eventLine(event, renderNext));
      log.event(event);
    },
    setLog({format: next, level}) {
      wanted = next;
      log.setLevel(level);
    },
    flush() {
      errors.flush();
      stream.flush();
    },
  };
}
