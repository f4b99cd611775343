import {type ChildProcess, spawn} from 'node:child_process';
import type {Time} from '../../foundation/time/time.ts';
import type {SavedTerminal} from './terminal.ts';

/** How a dashboard ended: `closed` by its user, `hung-up` with the terminal, `stopped` by us, or it crashed. */
export type DashboardEnd = 'closed' | 'hung-up' | 'stopped' | 'crashed';

/** The dashboard on this process's terminal. */
export type Dashboard = {
  /** Resolves, once the terminal is as it was, with how the last one ended. */
  ended: Promise<DashboardEnd>;
  /** Ends it; resolves as `ended` does. */
  stop(): Promise<DashboardEnd>;
  /** Ctrl-Z while it started stopped it too. */
  goOn(): void;
  /** At once, for the last moment of the process. */
  stopNow(): void;
};

export type DashboardOptions = {
  /** Program and arguments; it gets `--socket` and `--run-pid` besides. */
  command: readonly string[];
  /** Path of the control socket. */
  socket: string;
  /** Sends it SIGINT when its user asks to stop the operator. */
  runPid: number;
  terminal: SavedTerminal;
  terminalLives: () => Promise<boolean>;
  time: Time;
  /** The operator stops: a dashboard that ends now is not started again. */
  isStopping: () => boolean;
  /** A first crash: another one is started. */
  onRestart: (how: string) => void;
};

/** How long the child may take to end once it is asked to. */
const END_MS = 2_000;
const HANG_UP_CODE = 129;

/**
 * Starts the dashboard as a child that alone reads the terminal and writes on it
 * (docs/architecture.md#processes-and-signals). Its exit code 0 says that the user closed it; after anything else
 * another one is started, once. Whatever it did to the terminal, and however it ended, the terminal is put back.
 */
export function startDashboard(options: DashboardOptions): Dashboard {
  const {terminal, time} = options;
  let child: ChildProcess | null = null;
  let isStopped = false;
  const stopped = (): boolean => isStopped;

  function start(): Promise<string | null> {
    const [program = '', ...args] = options.command;
    const flags = ['--socket', options.socket, '--run-pid', String(options.runPid)];
    const started = spawn(program, [...args, ...flags], {stdio: 'inherit'});
    child = started;
    return new Promise((resolve) => {
      started.once('error', (error) => resolve(`it could not be started: ${error.message}`));
      started.once('exit', (code, signal) => {
        if (code === 0) resolve(null);
        else if (code === HANG_UP_CODE || signal === 'SIGHUP') resolve(HUNG_UP);
        else resolve(signal === null ? `exit code ${code}` : `ended by ${signal}`);
      });
    });
  }

  async function show(): Promise<DashboardEnd> {
    for (let crashes = 0; ;) {
      const how = await start();
      child = null;
      if (how === HUNG_UP || !(await options.terminalLives())) return 'hung-up';
      await terminal.restore({leaveScreen: how !== null});
      if (stopped()) return 'stopped';
      if (how === null) return 'closed';
      crashes += 1;
      if (crashes > MOST_RESTARTS || options.isStopping()) return 'crashed';
      options.onRestart(how);
    }
  }

  const ended = show();
  return {
    ended,
    stop() {
      isStopped = true;
      child?.kill('SIGTERM');
      const cancel = time.after(END_MS, () => child?.kill('SIGKILL'));
      return ended.finally(cancel);
    },
    goOn: () => void child?.kill('SIGCONT'),
    stopNow() {
      isStopped = true;
      if (child === null) return;
      child.kill('SIGKILL');
      terminal.restoreNow();
    },
  };
}

const MOST_RESTARTS = 1;
const HUNG_UP = 'hung up';
