import {execFile} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {safeText} from '../../foundation/text/safe-text.ts';

/** A systemd unit, and whose manager runs it. */
export type Unit = {name: string; user: boolean};

/** Runs a program; rejects with what it said. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

const LIMIT_MS = 20_000;
const MOST_WORDS = 300;

/** Runs a program of this machine. */
export const runProgram: RunProgram = (program, args) =>
  new Promise((resolve, reject) => {
    execFile(program, args, {timeout: LIMIT_MS, encoding: 'utf8'}, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(safeText((stderr || error.message).trim(), MOST_WORDS)));
    });
  });

/**
 * The unit whose main process is `pid`; null: no service manager of this machine starts it again. A unit in which it is one
 * process of several, such as that of a shell or of cron, is none.
 */
export async function unitOf(pid: number, run: RunProgram): Promise<Unit | null> {
  const unit = unitInCgroup(cgroupOf(pid));
  if (unit === null) return null;
  try {
    const shown = await run('systemctl', [...manager(unit), 'show', '-p', 'MainPID', '--', unit.name]);
    return shown.trim() === `MainPID=${pid}` ? unit : null;
  } catch {
    return null; // there is no systemd here, or it does not answer this user
  }
}

/** Reads `/proc/PID/cgroup`: the innermost service, if the process is right in it. */
export function unitInCgroup(text: string): Unit | null {
  const path = text.trim().split('\n').at(-1)?.split(':').at(-1) ?? '';
  const name = path.split('/').at(-1) ?? '';
  if (!/^[\w@.:\\-]+\.service$/.test(name) || name.startsWith('user@')) return null;
  return {name, user: /\/user@\d+\.service\//.test(path)};
}

/** Has the manager restart it, and does not wait. */
export function restartUnit(unit: Unit, run: RunProgram): Promise<string> {
  return run('systemctl', [...manager(unit), 'restart', '--no-block', '--', unit.name]);
}

/** The same as a person types it. */
export function restartCommand({name, user}: Unit): string {
  return user ? `systemctl --user restart ${name}` : `sudo systemctl restart ${name}`;
}

function manager({user}: Unit): string[] {
  return user ? ['--user'] : [];
}

function cgroupOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
  } catch {
    return ''; // no Linux, or another process namespace
  }
}
