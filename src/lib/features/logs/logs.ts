import {createSink, type Sink} from '../../cli/sinks.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {linkedAbort} from '../../foundation/async/abort.ts';
import {jsonLine, safeText} from '../../foundation/text/safe-text.ts';
import {isoTime, type Time} from '../../foundation/time/time.ts';
import {createLogFilter, readLogLine, type LogFilter, type LogLine} from './line.ts';
import {followLog, linesOfLogs} from './read.ts';
import {logFiles, logPath} from './rotation.ts';

export type LogsOptions = {
  storeDir: string;
  /** So many of the last lines that fit; null: all. */
  last: number | null;
  follow: boolean;
  filter: LogFilter;
  json: boolean;
  time: Time;
  signal: AbortSignal;
};

const MOST_SHOWN = 4_000;

/**
 * Shows the log of an operator: the last lines that fit, and with `follow` those that come. Each line is made safe for a
 * terminal: a log may hold what others wrote.
 * @throws AosError LOG_MISSING | LOG_UNREADABLE
 */
export async function showLogs(options: LogsOptions): Promise<void> {
  const {storeDir, last, follow, filter, json, time} = options;
  const path = logPath(storeDir);
  const {controller, unlink} = linkedAbort(options.signal);
  const out = createSink(process.stdout, {
    onGone: () => controller.abort(),
    gapLine: (dropped) =>
      json ? jsonLine({type: 'gap', at: isoTime(time.now()), dropped}) : `… ${dropped} lines`,
  });
  const fits = createLogFilter(filter);
  const print = createPrinter(out, json, time);
  try {
    const isThere = logFiles(path).length > 0;
    if (!isThere && !follow) throw missing(path);
    const kept: LogLine[] = [];
    for (const text of linesOfLogs(path)) {
      const line = readLogLine(text);
      if (!fits(line)) continue;
      kept.push(line);
      if (last !== null && kept.length > last) kept.shift();
    }
    for (const line of kept) print(line);
    if (!follow) return;
    for await (const lines of followLog(path, {time, signal: controller.signal, fromStart: !isThere}))
      for (const line of lines.map(readLogLine)) if (fits(line)) print(line);
  } catch (error) {
    if (error instanceof AosError) throw error;
    throw new AosError('LOG_UNREADABLE', `${safeText(path)} cannot be read: ${errorText(error)}`, {
      cause: error,
    });
  } finally {
    unlink();
    out.flush();
  }
}

function createPrinter(out: Sink, json: boolean, time: Pick<Time, 'now'>): (line: LogLine) => void {
  let seq = 0;
  return ({text, at, level}) => {
    seq += 1;
    if (json)
      out.write(
        jsonLine({type: 'line', seq, at: isoTime(at ?? time.now()), known: at !== null, level, text}),
      );
    else out.write(safeText(text, MOST_SHOWN));
  };
}

function missing(path: string): AosError {
  return new AosError('LOG_MISSING', `there is no log at ${safeText(path)}`, {
    next: say(
      'A service writes its log to its journal: journalctl -e -u UNIT; one without a dashboard, to where its stderr goes.',
    ),
  });
}
