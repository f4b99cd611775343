import type {ChildProcess} from 'node:child_process';

/** Kills a child that was started `detached`, and what it started in its process group. One that has ended is left alone. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}
