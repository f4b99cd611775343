import {systemTime} from '../foundation/system/system-time.ts';
import {terminalStyle} from './terminal-style.ts';

/** Progress of one wait on stderr. `clear` removes what is drawn on a terminal. */
export type ProgressLine = {show: (text: () => string) => void; clear: () => void};

/** On something that is no terminal, progress is a line at most so often. */
const LINE_EVERY_MS = 10_000;
const DRAW_EVERY_MS = 100;

/** For a command that says nothing meanwhile. */
export const noProgress: ProgressLine = {show: () => {}, clear: () => {}};

/** Draws progress: in place on a terminal, else as a line now and then. */
export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  const {animate} = terminalStyle(process.argv, process.env, process);
  const every = animate ? DRAW_EVERY_MS : LINE_EVERY_MS;
  let drawn: number | null = null;
  let onScreen = false;
  return {
    show(text) {
      const now = systemTime.monotonic();
      // A short wait needs no lines in a log.
      drawn ??= animate ? -every : now;
      if (now - drawn < every || stream.writableNeedDrain) return;
      drawn = now;
      onScreen = animate;
      stream.write(animate ? `\r\x1b[2K${text()}` : `${text()}\n`);
    },
    clear() {
      if (onScreen) stream.write('\r\x1b[2K');
      onScreen = false;
      drawn = null;
    },
  };
}
