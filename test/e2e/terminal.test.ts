import {type IPty, spawn} from '@lydell/node-pty';
import {describe, expect, it} from 'vitest';
import {AOS, eventually, openWorld, withDeadline, type World} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';

type Terminal = {
  pty: IPty;
  text(): string;
  until(pattern: RegExp): Promise<void>;
  ended: Promise<{exitCode: number; signal?: number | undefined}>;
};

/** Runs aos as a person does: on a terminal, without CI. */
function onTerminal(world: World, args: readonly string[]): Terminal {
  const env = Object.fromEntries(
    Object.entries(world.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const pty = spawn(process.execPath, [AOS, ...args], {
    cwd: world.home,
    env: {...env, TERM: 'xterm-256color'},
    cols: 200,
    rows: 40,
  });
  let text = '';
  pty.onData((chunk) => (text += chunk));
  const ended = new Promise<{exitCode: number; signal?: number | undefined}>((resolve) =>
    pty.onExit(resolve),
  );
  return {
    pty,
    text: () => text,
    until: async (pattern) => {
      await eventually(
        () => (pattern.test(text) ? true : undefined),
        `${pattern} on the terminal: ${text.slice(-2000)}`,
      );
    },
    ended: withDeadline(ended, () => `the end on the terminal: ${text.slice(-2000)}`, 60_000),
  };
}

describe('on a terminal', () => {
  it('Ctrl-C ends aos run --devnet and leaves nothing', async () => {
    await using world = openWorld();
    const terminal = onTerminal(world, ['run', '--devnet']);
    await terminal.until(/accepted after/);
    // Colours, since this is a terminal.
    expect(terminal.text()).toContain('\u001b[34mINFO ');
    terminal.pty.write('\u0003');
    expect((await terminal.ended).exitCode).toBe(130);
    expect(terminal.text()).toMatch(/stopping \(SIGINT\)[^]*done: \d+ accepted/);
    await world.nothingLeft();
  });

  it('Ctrl-C while the devnet starts leaves nothing', async () => {
    await using world = openWorld();
    const terminal = onTerminal(world, ['run', '--devnet']);
    await terminal.until(/devnet/);
    terminal.pty.write('\u0003');
    expect((await terminal.ended).exitCode).toBe(130);
    await world.nothingLeft();
  });

  it.each([
    ['run --devnet', ['run', '--devnet'], /accepted after/],
    ['devnet up', ['devnet', 'up'], /Ctrl-C/],
  ] as const)('closing the window of aos %s leaves nothing', async (_name, args, ready) => {
    await using world = openWorld();
    const terminal = onTerminal(world, args);
    await terminal.until(ready);
    closeWindow(terminal.pty);
    await world.nothingLeft();
  });

  it('the operator goes on when its window is closed', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const terminal = onTerminal(world, ['run', '-c', devnet.config]);
    await terminal.until(/connected to/);
    const {pid} = terminal.pty;
    closeWindow(terminal.pty);
    await devnet.answered(await devnet.submit(3));
    process.kill(pid, 'SIGTERM');
    await eventually(() => (world.alive().includes(pid) ? undefined : true), 'the end of the operator');
  });

  it('a terminal that is not read stops neither the operator nor its end', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, ['--range', '0,1']);
    const terminal = onTerminal(world, ['run', '-c', devnet.config]);
    await terminal.until(/connected to/);
    terminal.pty.pause();
    // Far more lines than a terminal holds.
    await devnet.answered(await devnet.submit(150));
    process.kill(terminal.pty.pid, 'SIGTERM');
    await eventually(
      () => (world.alive().includes(terminal.pty.pid) ? undefined : true),
      'the end of the operator',
    );
    terminal.pty.resume();
  });
});

/** Closes our end of the terminal, as an emulator does whose window is closed. */
function closeWindow(pty: IPty): void {
  (pty as IPty & {destroy(): void}).destroy();
}
