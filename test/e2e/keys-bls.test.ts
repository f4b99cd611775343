import {existsSync, readFileSync, statSync} from 'node:fs';
import path from 'node:path';
import {type IPty, spawn} from '@lydell/node-pty';
import {describe, expect, it} from 'vitest';
import {AOS, type Ended, eventually, jsonOf, openWorld, withDeadline, type World} from '../support/cli.ts';

const KEY = '123456789012345678901234567890';
const OPERATOR_ID = '0x0471a09435ed50abeeef351b051f4f190c4d9202c81f8df6b8e216a8b082b801';

type Envelope = {
  schema: string;
  ok: boolean;
  exitCode: number;
  result: {file: string; operatorId: string; checked: boolean; backup: string | null; g2: unknown};
  error: {code: string; next: string};
};
const envelope = (ended: Ended): Envelope => jsonOf(ended.stdout) as Envelope;

/** Runs a shell line in which `$AOS` is the program. */
const shell = (world: World, line: string): Promise<Ended> => world.run([], {shell: line});

/** A person at a terminal. */
function onTerminal(world: World, args: readonly string[], program = [process.execPath, AOS]) {
  const env = Object.fromEntries(
    Object.entries(world.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const pty: IPty = spawn(program[0] ?? '', [...program.slice(1), ...args], {
    cwd: world.home,
    env: {...env, AOS: `${process.execPath} ${AOS}`, TERM: 'xterm-256color'},
    cols: 200,
    rows: 40,
  });
  let text = '';
  pty.onData((chunk) => (text += chunk));
  const ended = new Promise<number>((resolve) => pty.onExit(({exitCode}) => resolve(exitCode)));
  return {
    text: () => text,
    ended: withDeadline(ended, () => `the end on the terminal: ${text}`),
    answer: async (question: RegExp, keys: string): Promise<void> => {
      await eventually(
        () => (question.test(text) ? true : undefined),
        () => `${question} on: ${text}`,
      );
      text = '';
      pty.write(keys);
    },
  };
}

describe('aos keys bls', () => {
  it('imports a key, shows it, replaces it and keeps the old one; the key is never printed', async () => {
    await using world = openWorld();
    world.file('password', 'pass word\n');
    const file = path.join(world.home, 'bls.json');
    const imported = await shell(
      world,
      `echo ${KEY} | $AOS keys bls import --from - --password-file password --json`,
    );
    expect(imported.code, imported.stderr).toBe(0);
    expect(envelope(imported)).toMatchObject({
      schema: 'aos.keys-bls/v1',
      ok: true,
      result: {file, operatorId: OPERATOR_ID, checked: true, backup: null},
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);

    const shown = envelope(await world.ask(['keys', 'bls', 'show', '--json']));
    expect(shown.result).toMatchObject({operatorId: OPERATOR_ID, checked: false, g2: null});
    const named = await world.ask(['keys', 'bls', 'show', '--file', file]);
    expect(named.stderr).toContain(`aos keys bls show --check --file ${file}`);
    const checked = await shell(world, 'exec 3<password; $AOS keys bls show --password-fd 3 --json');
    expect(envelope(checked).result).toMatchObject({operatorId: OPERATOR_ID, checked: true});
    const plain = await shell(world, 'cat password | $AOS keys bls show --password-file -');
    expect(plain.stdout).toContain(OPERATOR_ID);

    const again = await world.run(['keys', 'bls', 'create', '--password-file', 'password', '--json']);
    expect(again.code).toBe(73);
    expect(envelope(again).error.code).toBe('KEY_EXISTS');
    const old = readFileSync(file, 'utf8');
    const forced = await world.ask([
      'keys',
      'bls',
      'create',
      '--password-file',
      'password',
      '--force',
      '--json',
    ]);
    expect(envelope(forced).result.backup).toBe(`${file}.bak`);
    expect(envelope(forced).result.operatorId).not.toBe(OPERATOR_ID);
    expect(readFileSync(`${file}.bak`, 'utf8')).toBe(old);

    const hex = BigInt(KEY).toString(16);
    for (const {stdout, stderr} of [imported, checked, plain, again, forced]) {
      for (const secret of [KEY, hex, 'pass word']) expect(stdout + stderr).not.toContain(secret);
    }
  });

  it('without a terminal names the flag that is missing', async () => {
    await using world = openWorld();
    world.file('password', 'p');
    world.file('key', KEY);
    const cases: [string[], RegExp][] = [
      [['create'], /--password-file/],
      [['import'], /--from/],
      [['import', '--from', 'key'], /--password-file/],
      [['import', '--from', '-', '--password-file', '-'], /--from/],
      [['show', '--check', '--file', 'bls.json'], /--password-file/],
    ];
    for (const [args, next] of cases) {
      const ended = await world.ask(['keys', 'bls', ...args, '--json']);
      expect(ended.code, args.join(' ')).toBe(64);
      expect(envelope(ended).error).toMatchObject({
        code: 'USAGE',
        next: expect.stringMatching(next) as string,
      });
    }
    expect(existsSync(path.join(world.home, 'bls.json'))).toBe(false);
  });

  it('refuses a wrong password, a key on the command line and a bad key, the same with and without --json', async () => {
    await using world = openWorld();
    world.file('password', 'p');
    world.file('wrong', 'q');
    world.file('key', `0x${'f'.repeat(64)}`);
    expect((await world.ask(['keys', 'bls', 'create', '--password-file', 'password'])).code).toBe(0);
    const cases: [string[], number][] = [
      [['show', '--password-file', 'wrong'], 65],
      [['show', '--file', 'password'], 65],
      [['show', '--file', 'none'], 78],
      [['import', KEY], 64],
      [['import', '--from', 'key', '--file', 'b.json', '--password-file', 'password'], 65],
    ];
    for (const [args, code] of cases) {
      for (const json of [[], ['--json']]) {
        const ended = await world.ask(['keys', 'bls', ...args, ...json]);
        expect(ended.code, args.join(' ')).toBe(code);
        expect(ended.stdout + ended.stderr).not.toContain('ffffffff');
      }
    }
  });
});

describe('aos keys bls on a terminal', () => {
  it('asks for the password twice and never shows it', async () => {
    await using world = openWorld();
    const terminal = onTerminal(world, ['keys', 'bls', 'create']);
    await terminal.answer(/Password of the new/, 'hunter2\r');
    await terminal.answer(/once more/, 'hunter2\r');
    expect(await terminal.ended).toBe(0);
    expect(terminal.text()).toContain('operator id');
    expect(terminal.text()).not.toContain('hunter2');
    const check = onTerminal(world, ['keys', 'bls', 'show', '--check']);
    await check.answer(/Password of/, 'hunter2\r');
    expect(await check.ended).toBe(0);
    expect(check.text()).toContain('yes, opened');
  });

  it('asks for the key of an import, too', async () => {
    await using world = openWorld();
    const terminal = onTerminal(world, ['keys', 'bls', 'import']);
    await terminal.answer(/private key/, `${KEY}\r`);
    await terminal.answer(/Password of the new/, 'hunter2\r');
    await terminal.answer(/once more/, 'hunter2\r');
    expect(await terminal.ended).toBe(0);
    expect(terminal.text()).toContain(OPERATOR_ID);
    expect(terminal.text()).not.toContain(KEY);
  });

  it.each([
    ['two different passwords', ['a\r', 'b\r'], 65],
    ['an empty password', ['\r'], 65],
    ['Ctrl-C', ['\u0003'], 130],
    ['Ctrl-D', ['\u0004'], 64],
  ])('writes nothing after %s', async (_, keys, code) => {
    await using world = openWorld();
    const terminal = onTerminal(world, ['keys', 'bls', 'create']);
    const questions = [/Password of the new/, /once more/];
    for (const [index, key] of keys.entries()) await terminal.answer(questions[index] ?? /never/, key);
    expect(await terminal.ended).toBe(code);
    expect(existsSync(path.join(world.home, 'bls.json'))).toBe(false);
  });

  it('continues after Ctrl-Z and fg', async () => {
    await using world = openWorld();
    const terminal = onTerminal(world, [], ['/bin/bash', '--norc', '--noprofile', '-i']);
    await terminal.answer(/[$#] $/, '$AOS keys bls create; echo "ended $?"\r');
    await terminal.answer(/Password of the new/, 'hun\u001a');
    await terminal.answer(/Stopped[^]*[$#] $/, 'fg; echo "ended $?"\r');
    await terminal.answer(/continue/, 'ter2\r');
    await terminal.answer(/once more/, 'hunter2\r');
    await terminal.answer(/ended 0/, 'exit\r');
    await terminal.ended;
    expect(existsSync(path.join(world.home, 'bls.json'))).toBe(true);
  });

  it('does not ask with --no-input', async () => {
    await using world = openWorld();
    expect(await onTerminal(world, ['keys', 'bls', 'create', '--no-input']).ended).toBe(64);
  });
});
