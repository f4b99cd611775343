import {fork, type ChildProcess} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

/** Linux's clock ticks a second in /proc; 100 on every platform Node runs on. */
const TICKS = 100;

/** CPU time a process has used so far, all threads, user and system, in ms (steps of 10 ms). */
export function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS;
}

/** Present and highest resident set of a process in MB (10^6 bytes). */
export function memoryOf(pid: number): {nowMb: number; peakMb: number} {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return {nowMb: read('VmRSS'), peakMb: read('VmHWM')};
}

/** A child made from another entry of this bench; speaks request and response over IPC, one at a time. */
export type Child = {
  readonly pid: number;
  /** Its first message. */
  readonly ready: unknown;
  ask(request: unknown): Promise<unknown>;
  close(): Promise<void>;
};

/** Starts `<name>.js` beside this file; resolves with its first message. */
export async function startChild(name: string, argument: unknown): Promise<Child> {
  const file = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  const child = fork(file, [JSON.stringify(argument)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: profileArgs(name),
  });
  const ready = await nextMessage(child, name);
  return {
    pid: child.pid ?? 0,
    ready,
    ask(request) {
      child.send(request as object);
      return nextMessage(child, name);
    },
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.disconnect();
      }),
  };
}

/** AOS_BENCH_PROFILE=DIR makes every process write a CPU profile there. */
export function profileArgs(name: string): string[] {
  const dir = process.env['AOS_BENCH_PROFILE'];
  return dir === undefined
    ? []
    : ['--cpu-prof', `--cpu-prof-dir=${dir}`, `--cpu-prof-name=${name}-${Date.now()}.cpuprofile`];
}

function nextMessage(child: ChildProcess, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void =>
      reject(new Error(`${name} ended with code ${String(code)}`));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message);
    });
  });
}

/** The other side, in the child: says `ready`, then answers each request; ends when the parent is gone. */
export function serveParent(ready: unknown, answer: (request: unknown) => Promise<unknown>): void {
  process.on('message', (request) => {
    void answer(request).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(ready);
}
