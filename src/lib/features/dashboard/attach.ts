import {writeFileSync} from 'node:fs';
import path from 'node:path';
import {createDashboard, type Dashboard} from './dashboard.ts';
import type {Theme} from './theme.ts';
import type {News} from './model/data.ts';
import {untilAbort} from '../../foundation/async/abort.ts';
import {errorText} from '../../foundation/errors/error.ts';
import {EXIT} from '../../foundation/errors/table.ts';
import type {RenderNext} from '../../foundation/next-step/next-step.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {watchOperator} from './source.ts';
import type {DashTarget} from './target.ts';
import {openTerminal, type DashTerminal} from './terminal.ts';
import type {Replay} from './replay.ts';

/** Exit code when the window was closed: 128 + SIGHUP. */
const HANG_UP = 129;

export type DashOptions = {
  source: {type: 'live'; target: DashTarget} | {type: 'replay'; replay: Replay; file: string};
  /** The process id of `aos run` when this is its dashboard, else null. */
  runPid: number | null;
  theme: Theme;
  /** Renders a next step as the user types it. */
  next: RenderNext;
};

/**
 * Shows the dashboard on this terminal until the user closes it, the terminal goes away, or its `aos run` ends. Restores
 * the terminal in every case.
 * @returns the exit code
 * @throws AosError CONTROL_VERSION
 */
export async function runDash({source, runPid, theme, next}: DashOptions): Promise<number> {
  const end = new AbortController();
  let exitCode: number = EXIT.ok;
  let dashboard: Dashboard | null = null;
  let stopping = false;
  const finish = (code: number): void => {
    if (!end.signal.aborted) exitCode = code;
    end.abort();
  };
  const terminal = openTerminal(process, {
    onInput: (chunk) => dashboard?.input(chunk),
    onResize: () => dashboard?.redraw(),
    onDrain: () => dashboard?.drained(),
    onGone: () => finish(HANG_UP),
  });
  const signals = listen(terminal, finish, () => dashboard?.redraw());
  terminal.enter();
  try {
    dashboard = createDashboard({
      canvas: terminal,
      theme,
      time: systemTime,
      now: source.type === 'replay' ? source.replay.now : systemTime.now,
      replay: source.type === 'replay' ? path.basename(source.file) : null,
      ownsOperator: runPid !== null,
      next,
      onQuit: () => finish(EXIT.ok),
      onInterrupt: () => {
        if (runPid !== null) interrupt(runPid);
      },
      suspend: runPid === null ? signals.suspend : {refused: 'still running; press q to close the dashboard'},
      saveLog,
    });
    const {take} = dashboard;
    const onNews = (news: News): void => {
      if (news.type === 'event' && news.event.type === 'stopping') stopping = true;
      if (news.type === 'attached' || news.type === 'snapshot') stopping = news.view.stopping !== null;
      take(news);
    };
    const broken = dashboard.broken.then(() => new Promise<never>(() => {}));
    await Promise.race([
      run(source, {end, onNews, shouldReconnect: () => !(runPid !== null && (stopping || !lives(runPid)))}),
      broken,
    ]);
  } finally {
    end.abort();
    dashboard?.close();
    await terminal.leave();
    signals.dispose();
  }
  return exitCode;
}

async function run(
  source: DashOptions['source'],
  {
    end,
    onNews,
    shouldReconnect,
  }: {end: AbortController; onNews: (news: News) => void; shouldReconnect: () => boolean},
): Promise<void> {
  const {signal} = end;
  if (source.type === 'live') {
    await watchOperator({...source.target, time: systemTime, signal, onNews, onLost: shouldReconnect});
    return;
  }
  await source.replay.play(onNews, signal);
  // The end of a recording stays on the screen until the user leaves.
  await untilAbort(signal);
}

/** A process that SIGTSTP has not stopped within this time was not stopped at all. */
const NOT_STOPPED_MS = 200;

/** Handles the signals of a process with a screen; each handler restores the terminal. */
function listen(
  terminal: DashTerminal,
  finish: (code: number) => void,
  redraw: () => void,
): {suspend: () => void; dispose: () => void} {
  let isAway = false;
  const onContinue = (): void => {
    if (!isAway) return;
    isAway = false;
    terminal.enter();
    redraw();
  };
  const suspend = (): void => {
    if (isAway) return;
    isAway = true;
    void terminal.leave().then(() => {
      // The signal goes to the whole group, as from the terminal, so that the shell sees its job stop.
      process.off('SIGTSTP', suspend);
      process.kill(0, 'SIGTSTP');
      process.on('SIGTSTP', suspend);
      // The kernel does not stop a process that no shell can continue: then the dashboard resumes by itself.
      setTimeout(onContinue, NOT_STOPPED_MS);
    });
  };
  const handlers: Partial<Record<NodeJS.Signals, () => void>> = {
    SIGINT: () => finish(EXIT.sigint),
    SIGTERM: () => finish(EXIT.sigterm),
    SIGHUP: () => finish(HANG_UP),
    SIGTSTP: suspend,
  };
  const entries = Object.entries(handlers) as [NodeJS.Signals, () => void][];
  for (const [name, handler] of entries) process.on(name, handler);
  process.on('SIGCONT', onContinue);
  process.on('exit', terminal.leaveNow);
  return {
    suspend,
    dispose() {
      for (const [name, handler] of entries) process.off(name, handler);
      process.off('SIGCONT', onContinue);
      process.off('exit', terminal.leaveNow);
    },
  };
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, 'SIGINT');
  } catch {
    // the process has just ended
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Writes the log into the working directory; never overwrites a file. @returns a line for the user */
function saveLog(lines: readonly string[]): string {
  const file = path.resolve(
    `aos-log-${new Date(systemTime.now()).toISOString().replaceAll(/[:.]/g, '-')}.txt`,
  );
  try {
    writeFileSync(file, `${lines.join('\n')}\n`, {flag: 'wx', mode: 0o600});
    return `${lines.length} lines saved in ${file}`;
  } catch (error) {
    return `the log could not be saved: ${errorText(error)}`;
  }
}
