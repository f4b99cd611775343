import {spawn, spawnSync} from 'node:child_process';
import {closeSync, openSync, readFileSync} from 'node:fs';
import {open} from 'node:fs/promises';
import {isatty} from 'node:tty';
import {LEAVE_SCREEN} from '../dashboard/screen-codes.ts';

/** The terminal's line settings as they were. */
export type SavedTerminal = {
  /**
   * Puts them back, and leaves the alternate screen of a program that could not do so itself; gives up after two
   * seconds, in case the terminal is not read.
   */
  restore(options: {leaveScreen: boolean}): Promise<void>;
  /** All of it at once, for the last moment of the process. */
  restoreNow(): void;
};

/** stty waits until the terminal has taken what was written: for ever, when it is stopped. */
const STTY_LIMIT_MS = 2_000;
/** A program that was killed may have written half of a sequence (CAN ends it), and others report the mouse. */
const LEAVE = `\x18${LEAVE_SCREEN}\x1b[?1000l\x1b[?1006l\r\n`;

/** Remembers how the terminal on stdin is set; where that cannot be asked, nothing is put back. */
export function saveTerminal(stdout: NodeJS.WriteStream): SavedTerminal {
  const asked = spawnSync('stty', ['-g'], {stdio: ['inherit', 'pipe', 'ignore'], timeout: STTY_LIMIT_MS});
  const settings = asked.status === 0 ? asked.stdout.toString('utf8').trim() : '';
  const known = /^[\w:=.-]+$/.test(settings);
  return {
    async restore({leaveScreen}) {
      if (leaveScreen) stdout.write(LEAVE);
      if (!known) return;
      await new Promise<void>((resolve) => {
        const stty = spawn('stty', [settings], {
          stdio: ['inherit', 'ignore', 'ignore'],
          timeout: STTY_LIMIT_MS,
        });
        stty.once('error', () => resolve());
        stty.once('exit', () => resolve());
      });
    },
    restoreNow() {
      stdout.write(LEAVE);
      if (known)
        spawnSync('stty', [settings], {stdio: ['inherit', 'ignore', 'ignore'], timeout: STTY_LIMIT_MS});
    },
  };
}

/** Whether a terminal belongs to this process: a service has none. */
export function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return true;
  } catch {
    return false;
  }
}

/** Whether that terminal is still there: it is not after its window was closed. */
export async function terminalLives(): Promise<boolean> {
  try {
    await (await open('/dev/tty', 'r')).close();
    return true;
  } catch {
    return false;
  }
}

/**
 * Calls `show` when the terminal has a size: at once, or when it gets one. A terminal of 0×0 has no reader yet, as the
 * one of a container without a terminal attached (`tty: true`).
 * @returns what ends the wait
 */
export function onceSized(
  stdout: Pick<NodeJS.WriteStream, 'columns' | 'rows' | 'on' | 'off'>,
  show: () => void,
): () => void {
  const look = (): void => {
    if (!(stdout.columns > 0 && stdout.rows > 0)) return;
    forget();
    show();
  };
  const forget = (): void => void stdout.off('resize', look);
  stdout.on('resize', look);
  look();
  return forget;
}

/** What decides whether a dashboard is shown. */
export type ScreenWish = {json: boolean; headless: boolean};

/**
 * Whether `aos run` shows the dashboard: a person looks at this terminal and types on it. Not with `--json` or
 * `--headless`, not in CI, not on a terminal that cannot move its cursor, and not in the background (`aos run &`).
 */
export function wantsDashboard({json, headless}: ScreenWish, env: NodeJS.ProcessEnv): boolean {
  const ci = env['CI'] ?? '';
  const unattended =
    json || headless || (ci !== '' && ci !== '0' && ci !== 'false') || env['TERM'] === 'dumb';
  return !unattended && isatty(0) && isatty(1) && inForeground();
}

/** A background process is stopped when it touches the terminal. Unknown counts as foreground. */
function inForeground(): boolean {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    // pid (name) state ppid pgrp session tty_nr tpgid: the name may hold anything.
    const [, , pgrp, , , tpgid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return pgrp === tpgid;
  } catch {
    return true; // not Linux
  }
}
