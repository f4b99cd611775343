import {
  createDashboard,
  type Dashboard,
  type DashboardOptions,
} from '../../src/lib/features/dashboard/dashboard.ts';
import type {News} from '../../src/lib/features/dashboard/model/data.ts';
import {renderNext} from '../../src/lib/cli/next-step.ts';
import {START} from './dash-scenes.ts';
import {terminalScreen, type TerminalScreen} from './terminal-screen.ts';
import {virtualTime, type VirtualTime} from './virtual-time.ts';

/** The whole dashboard on a terminal without a window, with a clock that is told to move. */
export type DashRig = {
  dashboard: Dashboard;
  screen: TerminalScreen;
  time: VirtualTime;
  /** What was done outside, in order. */
  done: string[];
  /** Moves its clock on. */
  later(ms: number): Promise<void>;
  /** Presses keys and waits until they are on the screen. */
  press(...chunks: string[]): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

export function dashRig(
  news: readonly News[],
  {
    columns = 80,
    rows = 24,
    at = START + 650_000,
    ...change
  }: {columns?: number; rows?: number; at?: number} & Partial<DashboardOptions> = {},
): DashRig {
  const screen = terminalScreen(columns, rows);
  const time = virtualTime(at);
  const done: string[] = [];
  const dashboard = createDashboard({
    canvas: screen.canvas,
    theme: {colors: 'true', ascii: false, light: false},
    time,
    now: time.now,
    replay: null,
    ownsOperator: false,
    next: (step) => renderNext(step),
    onQuit: () => done.push('quit'),
    onInterrupt: () => done.push('interrupt'),
    suspend: () => done.push('suspend'),
    saveLog: (lines) => `${lines.length} lines saved`,
    ...change,
  });
  for (const one of news) dashboard.take(one);
  return {
    dashboard,
    screen,
    time,
    done,
    later: (ms) => time.advance(ms),
    async press(...chunks) {
      for (const chunk of chunks) {
        dashboard.input(chunk);
        await time.advance(100);
      }
    },
    [Symbol.asyncDispose]() {
      dashboard.close();
      return Promise.resolve();
    },
  };
}
