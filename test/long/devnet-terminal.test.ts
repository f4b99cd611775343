import {describe, expect, it} from 'vitest';
import {AOS, openWorld, type World} from '../support/cli.ts';
import {onTerminal as onTerminalOf, type Terminal} from '../support/terminal.ts';

const onTerminal = (world: World, args: readonly string[]): Terminal =>
  onTerminalOf(world, process.execPath, [AOS, ...args]);

describe('a devnet on a terminal', () => {
  it('Ctrl-C ends aos run --devnet and leaves nothing', async () => {
    await using world = openWorld();
    const terminal = onTerminal(world, ['run', '--devnet', '--headless']);
    await terminal.until(/accepted after/);
    // Colours, since this is a terminal.
    expect(terminal.text()).toContain('\u001b[1;32mINFO ');
    terminal.pty.write('\u0003');
    expect((await terminal.ended).exitCode).toBe(130);
    expect(terminal.text()).toMatch(/stopping \(SIGINT\)[^]*done: \d+ accepted/);
    await world.nothingLeft();
  });

  it('the dashboard of aos run --devnet asks before Ctrl-C ends it all', async () => {
    await using world = openWorld();
    const terminal = onTerminal(world, ['run', '--devnet']);
    // It has seen a job, so it is drawn and listens.
    await terminal.until(/\x1b\[\?1049h[^]*opml/);
    const from = terminal.text().length;
    terminal.pty.write('\u0003');
    await terminal.until(/Ctrl-C/, from);
    terminal.pty.write('\u0003');
    expect((await terminal.ended).exitCode).toBe(130);
    expect(terminal.text()).toMatch(/\x1b\[\?1049l[^]*done: \d+ accepted/);
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
    ['run --devnet', ['run', '--devnet'], /\x1b\[\?1049h[^]*opml/],
    ['run --devnet --headless', ['run', '--devnet', '--headless'], /accepted after/],
    ['devnet up', ['devnet', 'up'], /Ctrl-C/],
  ] as const)('closing the window of aos %s leaves nothing', async (_name, args, ready) => {
    await using world = openWorld();
    const terminal = onTerminal(world, args);
    await terminal.until(ready);
    terminal.close();
    await world.nothingLeft();
  });
});
