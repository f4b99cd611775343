import {spawnSync} from 'node:child_process';
import {chmodSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {AOS, OPERATOR_RUNER, openWorld, type World} from '../support/cli.ts';
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
    [
      'neither HOME nor SHELL',
      AOS,
      {},
      ['config', 'validate'],
      78,
      'tried config.yaml, /etc/aos/config.yaml',
    ],
    ['neither, the other program', OPERATOR_RUNER, {}, ['--nonsense'], 64, '--nonsense'],
  ])('%s', (_name, program, env, args, code, text) => {
    const ended = asUnknown(program, args, env);
    expect(ended.text).not.toMatch(/BUG: |ERR_SYSTEM_ERROR/);
    expect(ended.text).toContain(text);
    expect(ended.code).toBe(code);
  });
});
