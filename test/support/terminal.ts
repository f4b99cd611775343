import {type IPty, spawn} from '@lydell/node-pty';
import {eventually, withDeadline, type World} from './cli.ts';

/** A process on a terminal of its own, as a person runs it: without CI. */
export type Terminal = {
  pty: IPty;
  /** All that was written so far. */
  text(): string;
  /** Resolves when what was written after `from` matches. */
  until(pattern: RegExp, from?: number): Promise<RegExpExecArray>;
  ended: Promise<{exitCode: number; signal?: number | undefined}>;
  /** Closes our end, as an emulator does whose window is closed. */
  close(): void;
};

export function onTerminal(
  world: World,
  program: string,
  args: readonly string[],
  size: {cols: number; rows: number} = {cols: 200, rows: 40},
): Terminal {
  const env = Object.fromEntries(
    Object.entries(world.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const pty = spawn(program, [...args], {cwd: world.home, env: {...env, TERM: 'xterm-256color'}, ...size});
  let text = '';
  pty.onData((chunk) => (text += chunk));
  const ended = new Promise<{exitCode: number; signal?: number | undefined}>((resolve) =>
    pty.onExit(resolve),
  );
  return {
    pty,
    text: () => text,
    until: (pattern, from = 0) =>
      eventually(
        () => pattern.exec(text.slice(from)) ?? undefined,
        () => `${pattern} on the terminal: ${text.slice(-2000)}`,
      ),
    ended: withDeadline(ended, () => `the end on the terminal: ${text.slice(-2000)}`),
    close: () => (pty as IPty & {destroy(): void}).destroy(),
  };
}
