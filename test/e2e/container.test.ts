import {spawnSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {chmodSync} from 'node:fs';
import path from 'node:path';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {goodFile, NODE_ID} from '../support/config-file.ts';
import {AOS, OPERATOR_RUNER, openWorld, type World} from '../support/cli.ts';
import {onTerminal} from '../support/terminal.ts';
import {asUser, canBeOthers, OTHER_UID} from '../support/as-user.ts';

let world: World;

beforeAll(() => {
  world = openWorld();
  chmodSync(world.home, 0o755);
});
afterAll(async () => {
  await world[Symbol.asyncDispose]();
});

/** Runs a program with this environment and no other variable, as a user id that no user database knows. */
function asUnknown(program: string, args: readonly string[], env: Record<string, string>) {
  const [command = '', ...rest] = asUser(OTHER_UID, [process.execPath, program, ...args]);
  const {status, stdout, stderr} = spawnSync(command, rest, {
    cwd: world.home,
    env: {PATH: process.env['PATH'], ...env},
    encoding: 'utf8',
  });
  return {code: status, text: stdout + stderr};
}

describe.skipIf(!canBeOthers)('a user id that no user database knows (needs root to become one)', () => {
  it.each([
    ['HOME is /, as docker sets it', AOS, {HOME: '/'}, ['explain', 'BUG'], 0, 'exit code  1'],
    ['neither HOME nor SHELL', AOS, {}, ['config', 'validate'], 78, 'aos init'],
    ['neither, the other program', OPERATOR_RUNER, {}, ['--nonsense'], 64, '--nonsense'],
  ])('%s', (_name, program, env, args, code, text) => {
    const ended = asUnknown(program, args, env);
    expect(ended.text).not.toMatch(/BUG: |ERR_SYSTEM_ERROR/);
    expect(ended.text).toContain(text);
    expect(ended.code).toBe(code);
  });
});

/** A node that nothing around it answers. */
function lonelyConfig(dir: string): string {
  const text = goodFile({more: `store:\n  dir: ${path.join(dir, 'state')}\n`})
    // Its lock is that of the machine: another test may have an operator of the usual one.
    .replace(NODE_ID, `0x${randomBytes(20).toString('hex')}`)
    .replace('0.0.0.0:21001', '127.0.0.1:0')
    .replace('127.0.0.1:8081', '127.0.0.1:9')
    .replace('https://rpc.example.org/v3/abc', 'http://127.0.0.1:9');
  return world.file('lonely.yaml', text, 0o644);
}

describe('an operator in a container', () => {
  it('logs on a terminal of 0×0, shows the dashboard when it gets a size, and is found by root', async () => {
    const config = lonelyConfig(world.home);
    world.file('vrf.key', '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
    const terminal = onTerminal(world, '/bin/sh', [
      '-c',
      `stty rows 0 cols 0; exec ${process.execPath} ${AOS} run -c ${config}`,
    ]);
    await terminal.until(/connecting to ws/);
    expect(terminal.text()).not.toContain('\u001b[?1049h');
    const asked = spawnSync(process.execPath, [AOS, 'job', 'retry', '--json', '-c', config, 'none'], {
      env: {PATH: process.env['PATH'], HOME: '/', AOS_HOME: path.join(world.home, 'elsewhere')},
      encoding: 'utf8',
    });
    expect(asked.stdout).toContain('JOB_UNKNOWN');
    terminal.pty.resize(100, 30);
    await terminal.until(/\u001b\[\?1049h/);
    terminal.close();
  });
});
