import {systemTime} from '../../foundation/system/system-time.ts';
import {writeSync} from 'node:fs';
import type {Canvas} from './painter.ts';
import {ENTER_SCREEN, LEAVE_SCREEN} from './screen-codes.ts';
import {unblock} from '../../cli/sinks.ts';

/** The terminal as the dashboard's canvas, between `enter` and `leave`. */
export type DashTerminal = Canvas & {
  /** Alternate screen, no cursor, no line wrap, raw keys, bracketed paste, focus events. */
  enter(): void;
  /** As it was before; resolves when the terminal has taken it, or does not read. */
  leave(): Promise<void>;
  /** For a process that ends in this moment. */
  leaveNow(): void;
};

export type TerminalEvents = {
  onInput: (chunk: string) => void;
  onResize: () => void;
  onDrain: () => void;
  /** The terminal is gone. */
  onGone: () => void;
};

/** A terminal that does not read is left alone after this. */
const LEAVE_MS = 300;

/** Takes hold of stdin and stdout, which must be terminals; no write to them ever waits. */
export function openTerminal(
  {stdin, stdout}: {stdin: NodeJS.ReadStream; stdout: NodeJS.WriteStream},
  {onInput, onResize, onDrain, onGone}: TerminalEvents,
): DashTerminal {
  let entered = false;
  unblock(stdout);
  stdin.setEncoding('utf8');
  stdin.on('data', (chunk: string) => onInput(chunk));
  stdin.on('end', onGone);
  stdin.on('error', onGone);
  stdout.removeAllListeners('error').on('error', onGone);
  stdout.on('resize', onResize);
  stdout.on('drain', onDrain);

  return {
    size: () => ({columns: stdout.columns, rows: stdout.rows}),
    write: (text) => void stdout.write(text),
    busy: () => stdout.writableNeedDrain || stdout.destroyed,
    enter() {
      entered = true;
      raw(stdin, true);
      stdin.resume();
      stdout.write(ENTER_SCREEN);
    },
    async leave() {
      if (!entered) return;
      entered = false;
      const taken = new Promise<void>((resolve) => {
        const cancel = systemTime.after(LEAVE_MS, resolve);
        stdout.write(LEAVE_SCREEN, () => {
          cancel();
          resolve();
        });
      });
      await taken;
      raw(stdin, false);
      stdin.pause();
    },
    leaveNow() {
      if (!entered) return;
      entered = false;
      try {
        writeSync(1, LEAVE_SCREEN);
      } catch {
        // it does not read, or is gone
      }
      raw(stdin, false);
    },
  };
}

function raw(stdin: NodeJS.ReadStream, on: boolean): void {
  try {
    stdin.setRawMode(on);
  } catch {
    // the terminal is gone
  }
}
