import {writeSync} from 'node:fs';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {Canvas} from './painter.ts';
import {ENTER_SCREEN, LEAVE_SCREEN} from './screen-codes.ts';
import {unblock} from '../../cli/sinks.ts';

/** The terminal as the dashboard's canvas, between `enter` and `leave`. */
export type DashTerminal = Canvas & {
  /** Enters the alternate screen: no cursor, no line wrap, raw keys, bracketed paste, focus events. */
  enter(): void;
  /** Restores the terminal; resolves when it has read the sequence, or after {@link LEAVE_MS}. */
  leave(): Promise<void>;
  /** Restores the terminal at once, for a process that ends. */
  leaveNow(): void;
};

export type TerminalEvents = {
  onInput: (chunk: string) => void;
  onResize: () => void;
  onDrain: () => void;
  /** Called when the terminal is gone. */
  onGone: () => void;
};

const USUAL = {columns: 80, rows: 24} as const;
/** How long to wait for a terminal that does not read, in ms. */
const LEAVE_MS = 300;

/** Opens stdin and stdout, which must be terminals, for the dashboard; no write ever blocks. */
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
    // A terminal that has no size yet, as a serial console, is drawn at the usual one until it has.
    size: () => ({columns: stdout.columns || USUAL.columns, rows: stdout.rows || USUAL.rows}),
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
        // the terminal does not read, or is gone
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
