import {readdirSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, it} from 'vitest';
import {bundleChild} from '../support/child.ts';
import {eventually, openWorld, signalTo, type World} from '../support/cli.ts';
import {devnetUp, type DevnetUp} from '../support/devnet-up.ts';
import {onTerminal, type Terminal} from '../support/terminal.ts';

let operator: string;
let dashboard: string;
/** One machine and one network for all: the operators run one after the other. */
let world: World;
let devnet: DevnetUp;
beforeAll(async () => {
  world = openWorld();
  [operator, dashboard, devnet] = await Promise.all([
    bundleChild('run-on-terminal'),
    bundleChild('plain-dashboard'),
    devnetUp(world),
  ]);
});
afterAll(() => world[Symbol.asyncDispose]());
// Of a test that failed halfway: the next one has the node for itself.
afterEach(async () => {
  for (const pid of world.alive()) if (pid !== devnet.cli.pid && isOperator(pid)) signalTo(pid, 'SIGKILL');
  await eventually(() => (operatorPid() === undefined ? true : undefined), 'the end of the operator');
});

/** What a shell does: runs the operator, then says how the terminal is. Ctrl-C is for the operator alone. */
const SHELL = 'trap : INT; stty -g; "$@"; echo "CODE $?"; stty -g; echo OVER';

function start(): Terminal {
  const args = ['-c', SHELL, 'sh', process.execPath, operator, devnet.config, dashboard];
  return onTerminal(world, '/bin/sh', args);
}

/** Waits for the dashboard's screen and gives its process id. */
async function screen(terminal: Terminal, from = 0): Promise<number> {
  await terminal.until(/ATTACHED/, from);
  const shown = await terminal.until(/SCREEN (\d+)/, from);
  return Number(shown[1]);
}

/** The lines of `stty -g` before and after are the same, and nothing of what the dashboard turned on is left. */
async function expectRestored(terminal: Terminal): Promise<void> {
  await terminal.until(/OVER/);
  const settings = terminal.text().match(/^[\da-f]+(?::[\da-f]+){10,}\r$/gm);
  expect(settings).toHaveLength(2);
  expect(settings?.[0]).toBe(settings?.[1]);
  // Screen, cursor, line wrap, pastes, focus, and the middle of a picture.
  const left = ['1049h', '25l', '7l', '2004h', '1004h', '2026h'].filter((on) => {
    const off = on.endsWith('h') ? `${on.slice(0, -1)}l` : `${on.slice(0, -1)}h`;
    return terminal.text().lastIndexOf(`\x1b[?${on}`) > terminal.text().lastIndexOf(`\x1b[?${off}`);
  });
  expect(left).toEqual([]);
}

function logFile(): {text: string; mode: number} {
  const state = path.join(world.home, 'aos/state');
  const found = readdirSync(state, {recursive: true, encoding: 'utf8'}).find((name) =>
    name.endsWith('operator.log'),
  );
  const file = path.join(state, found ?? 'none');
  return {text: readFileSync(file, 'utf8'), mode: statSync(file).mode & 0o777};
}

function isOperator(pid: number): boolean {
  try {
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return program.endsWith('node') && args[0] === operator;
  } catch {
    return false; // ended in this moment
  }
}

const operatorPid = (): number | undefined => world.alive().find(isOperator);

describe('the dashboard of aos run', () => {
  it('has the terminal for itself; q gives it back to the log lines; a signal ends the operator', async () => {
    const terminal = start();
    await screen(terminal);
    const from = terminal.text().length;
    await devnet.answered(await devnet.submit(3));
    expect(terminal.text().slice(from)).toBe('');
    const log = logFile();
    expect(log.text).toMatch(/result_accepted/);
    expect(log.mode).toBe(0o600);

    terminal.pty.write('q');
    await terminal.until(/Dashboard closed; the operator keeps running\. Reopen: aos dash /, from);
    await devnet.answered(await devnet.submit(1));
    await terminal.until(/accepted after/, from);
    signalTo(operatorPid() ?? 0, 'SIGTERM');
    await terminal.until(/done: 4 accepted[^]*CODE 143/, from);
    await expectRestored(terminal);
  });

  it('that is killed is started again, once, and the terminal is as it was', async () => {
    const terminal = start();
    const first = await screen(terminal);
    let from = terminal.text().length;
    signalTo(first, 'SIGKILL');
    const second = await screen(terminal, from);
    expect(second).not.toBe(first);
    from = terminal.text().length;
    signalTo(second, 'SIGKILL');
    await terminal.until(/ended unexpectedly again/, from);
    await devnet.answered(await devnet.submit(1));
    await terminal.until(/accepted after/, from);
    // The terminal makes a signal of it again.
    terminal.pty.write('\x03');
    await terminal.until(/stopping \(SIGINT\)[^]*CODE 130/, from);
    await expectRestored(terminal);
  });

  it('asks before Ctrl-C stops the operator; Ctrl-Z stops neither', async () => {
    const terminal = start();
    await screen(terminal);
    terminal.pty.write('\x1a');
    await terminal.until(/NO SUSPEND/);
    const pid = operatorPid() ?? 0;
    signalTo(pid, 'SIGTSTP');
    await devnet.answered(await devnet.submit(2));
    terminal.pty.write('\x03');
    await terminal.until(/ASKED/);
    expect(operatorPid()).toBe(pid);
    terminal.pty.write('\x03');
    await terminal.until(/done: 2 accepted[^]*CODE 130/);
    await expectRestored(terminal);
  });

  it('goes with its window; the operator continues, and says in its log how to see it again', async () => {
    const terminal = start();
    const shown = await screen(terminal);
    const pid = operatorPid() ?? 0;
    const from = logFile().text.length;
    terminal.close();
    await eventually(() => (world.alive().includes(shown) ? undefined : true), 'the end of the dashboard');
    await devnet.answered(await devnet.submit(2));
    expect(operatorPid()).toBe(pid);
    await eventually(
      () =>
        /the terminal is gone; the operator keeps running \(TERMINAL_GONE\) → aos dash /.test(
          logFile().text.slice(from),
        )
          ? true
          : undefined,
      'the line in the log',
    );
    signalTo(pid, 'SIGTERM');
    await eventually(() => (operatorPid() === undefined ? true : undefined), 'the end of the operator');
    expect(logFile().text.slice(from)).toMatch(/done: 2 accepted/);
  });

  it('is put away at once when the operator is told to stop for the second time', async () => {
    const terminal = start();
    await screen(terminal);
    const pid = operatorPid() ?? 0;
    signalTo(pid, 'SIGTERM');
    signalTo(pid, 'SIGTERM');
    await terminal.until(/CODE 143/);
    await expectRestored(terminal);
  });
});

// Kept here so that a world without terminals is looked at too.
describe('a service', () => {
  it('reads its configuration again on SIGHUP, and says what needs a restart', async () => {
    const text = readFileSync(devnet.config, 'utf8');
    const config = world.file('config.yaml', text);
    // A process without a controlling terminal, as a service is.
    const cli = world.start([], {shell: `exec setsid $AOS run -c ${config} --headless`});
    await cli.until('stderr', /connected to/);
    world.file('config.yaml', `${text}\nnot: [valid\n`);
    signalTo(cli.pid, 'SIGHUP');
    await cli.until('stderr', /not reloaded, the old one stays/);
    world.file(
      'config.yaml',
      `${text.replace('node:', 'node:\n  shutdown_grace: 7s')}\nlog:\n  format: json\n  level: debug\n`,
    );
    signalTo(cli.pid, 'SIGHUP');
    const line = await cli.until('stderr', /configuration reloaded/);
    expect(line).toMatch(
      /from now on: log\.format, log\.level; restart the operator for node\.shutdown_grace/,
    );
    expect(JSON.parse(line)).toMatchObject({level: 'warn', type: 'config_reloaded'});
    await devnet.answered(await devnet.submit(1));
    expect(JSON.parse(await cli.until('stderr', /"level":"debug"/))).toHaveProperty('msg');
    await cli.kill('SIGTERM');
  });
});
