import {describe, it} from 'vitest';
import {AOS, eventually, openWorld, type World} from '../support/cli.ts';
import {devnetUp} from '../support/devnet-up.ts';
import {onTerminal as onTerminalOf, type Terminal} from '../support/terminal.ts';

const onTerminal = (world: World, args: readonly string[]): Terminal =>
  onTerminalOf(world, process.execPath, [AOS, ...args]);

describe('on a terminal', () => {
  it('the operator continues when its window is closed', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world);
    const terminal = onTerminal(world, ['run', '-c', devnet.config, '--headless']);
    await terminal.until(/connected to/);
    const {pid} = terminal.pty;
    terminal.close();
    await devnet.answered(await devnet.submit(3));
    process.kill(pid, 'SIGTERM');
    await eventually(() => (world.alive().includes(pid) ? undefined : true), 'the end of the operator');
  });

  it('a terminal that is not read stops neither the operator nor its end', async () => {
    await using world = openWorld();
    const devnet = await devnetUp(world, ['--range', '0,1']);
    const terminal = onTerminal(world, ['run', '-c', devnet.config, '--headless']);
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
