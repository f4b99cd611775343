import {execFileSync} from 'node:child_process';
import {chmodSync, closeSync, mkdirSync, openSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {say, type NextStep} from '../../../src/lib/foundation/next-step/next-step.ts';
import {findConfig, readConfigFile} from '../../../src/lib/config/file.ts';
import {loadConfig} from '../../../src/lib/config/load.ts';
import {readVrfKey} from '../../../src/lib/config/vrf-key.ts';
import {isAosError} from '../../../src/lib/foundation/errors/error.ts';
import {goodFile, RAW_KEY, tempDir, thrown} from '../../support/config-file.ts';

const codeOf = (act: () => unknown) => {
  const error = thrown(act);
  return isAosError(error) ? error.code : String(error);
};

describe('findConfig', () => {
  it('looks in the order -c, AOS_CONFIG, ./config.yaml, AOS_HOME, ~/.config/aos', () => {
    using dir = tempDir();
    const [cwd, home, aos] = ['cwd', 'home', 'aos'].map((name) => join(dir.path, name));
    if (cwd === undefined || home === undefined || aos === undefined) throw new Error('unreachable');
    for (const path of [cwd, join(home, '.config/aos'), aos]) mkdirSync(path, {recursive: true});
    const env = {HOME: home};
    expect(findConfig({env, cwd})?.from ?? 'none').toMatch(/none|system/);
    writeFileSync(join(home, '.config/aos/config.yaml'), '');
    expect(findConfig({env, cwd})).toEqual({path: join(home, '.config/aos/config.yaml'), from: 'home'});
    writeFileSync(join(aos, 'config.yaml'), '');
    expect(findConfig({env: {...env, AOS_HOME: aos}, cwd})).toEqual({
      path: join(aos, 'config.yaml'),
      from: 'home',
    });
    writeFileSync(join(cwd, 'config.yaml'), '');
    expect(findConfig({env: {...env, AOS_HOME: aos}, cwd})).toEqual({path: 'config.yaml', from: 'cwd'});
    expect(findConfig({env: {...env, AOS_CONFIG: '/etc/other.yaml'}, cwd})).toEqual({
      path: '/etc/other.yaml',
      from: 'env',
    });
    expect(findConfig({flag: 'f.yaml', env: {...env, AOS_CONFIG: '/etc/other.yaml'}, cwd})).toEqual({
      path: 'f.yaml',
      from: 'flag',
    });
  });

  it('expands ~/ in both names, and refuses a relative variable', () => {
    const env = {HOME: '/h'};
    expect(findConfig({flag: '~/c.yaml', env, cwd: '/w'})?.path).toBe('/h/c.yaml');
    expect(findConfig({env: {...env, AOS_CONFIG: '~/c.yaml'}, cwd: '/w'})?.path).toBe('/h/c.yaml');
    for (const AOS_CONFIG of ['c.yaml', './c.yaml', '~x/c.yaml'])
      expect(codeOf(() => findConfig({env: {...env, AOS_CONFIG}, cwd: '/w'}))).toBe('PATH_INVALID');
    expect(codeOf(() => findConfig({flag: '~x/c.yaml', env, cwd: '/w'}))).toBe('PATH_INVALID');
  });

  it('takes a broken ./config.yaml as meant', () => {
    using dir = tempDir();
    symlinkSync('nowhere', join(dir.path, 'config.yaml'));
    expect(findConfig({env: {HOME: dir.path}, cwd: dir.path})?.from).toBe('cwd');
  });
});

describe('readConfigFile', () => {
  it.each([
    ['missing', 'CONFIG_MISSING', () => {}],
    ['dangling link', 'CONFIG_MISSING', (path: string) => symlinkSync('nowhere', path)],
    ['directory', 'CONFIG_UNREADABLE', (path: string) => mkdirSync(path)],
    ['link to itself', 'CONFIG_UNREADABLE', (path: string) => symlinkSync('c.yaml', path)],
    ['named pipe', 'CONFIG_UNREADABLE', (path: string) => execFileSync('mkfifo', [path])],
    [
      'too large',
      'CONFIG_UNREADABLE',
      (path: string) => writeFileSync(path, `a: ${'x'.repeat(1024 * 1024)}`),
    ],
    [
      'not UTF-8',
      'CONFIG_UNREADABLE',
      (path: string) => writeFileSync(path, Buffer.from('a: 1\nb: \xe9\n', 'latin1')),
    ],
    ['NUL', 'CONFIG_UNREADABLE', (path: string) => writeFileSync(path, 'a: \0')],
  ] as const)('%s', (_, code, make) => {
    using dir = tempDir();
    make(join(dir.path, 'c.yaml'));
    expect(codeOf(() => loadConfig({file: 'c.yaml', env: {}, cwd: dir.path}, {need: 'run'}))).toBe(code);
  });

  it('says where a file is not UTF-8', () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, 'c.yaml'), Buffer.from('a: 1\nb: \xe9\n', 'latin1'));
    expect(readConfigFile('c.yaml', dir.path).error?.message).toBe(
      'c.yaml is not UTF-8 text (first at line 2)',
    );
  });

  it('unreadable', () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, 'c.yaml'), 'a: 1', {mode: 0o000});
    // Root may read everything, so it becomes nobody for the moment of reading.
    const root = process.geteuid?.() === 0;
    chmodSync(dir.path, 0o755);
    if (root) process.seteuid?.(65_534);
    try {
      expect(codeOf(() => readConfigFile('c.yaml', dir.path))).toBe('CONFIG_UNREADABLE');
    } finally {
      if (root) process.seteuid?.(0);
    }
  });

  it('takes a file descriptor of the shell', () => {
    using dir = tempDir();
    writeFileSync(join(dir.path, 'c.yaml'), goodFile(), {mode: 0o600});
    const file = openSync(join(dir.path, 'c.yaml'), 'r');
    try {
      expect(readConfigFile(`/dev/fd/${file}`, '/')).toMatchObject({
        text: goodFile(),
        error: null,
        readable: false,
      });
    } finally {
      closeSync(file);
    }
  });
});

describe('readVrfKey', () => {
  const write = (dir: string, text: string, mode = 0o600) => {
    const path = join(dir, 'vrf.key');
    writeFileSync(path, text, {mode});
    return {kind: 'file', path} as const;
  };

  it.each([RAW_KEY, `0x${RAW_KEY.toUpperCase()}\n`, `  ${RAW_KEY}\r\n`])('reads %j', (text) => {
    using dir = tempDir();
    expect(Buffer.from(readVrfKey(write(dir.path, text))).toString('hex')).toBe(RAW_KEY);
    expect(Buffer.from(readVrfKey({kind: 'inline', read: () => RAW_KEY})).toString('hex')).toBe(RAW_KEY);
  });

  it.each([0o640, 0o604, 0o644, 0o620])('refuses mode %i', (mode) => {
    using dir = tempDir();
    const source = write(dir.path, RAW_KEY, 0o600);
    execFileSync('chmod', [mode.toString(8), source.path]);
    const error = thrown(() => readVrfKey(source));
    expect(isAosError(error, 'VRF_KEY_UNSAFE') && error.exitCode).toBe(77);
    expect(isAosError(error) && error.next).toEqual(say(`chmod 600 ${source.path}`));
  });

  it.each(['', 'x', RAW_KEY.slice(1), `${RAW_KEY}0`, `${RAW_KEY} # mine`, 'a'.repeat(5000)])(
    'refuses the content %j',
    (text) => {
      using dir = tempDir();
      const error = thrown(() => readVrfKey(write(dir.path, text)));
      expect(isAosError(error, 'VRF_KEY_INVALID') && error.exitCode).toBe(78);
      expect(String(error)).not.toContain(RAW_KEY.slice(1, 12));
    },
  );

  it('refuses what is not a file', () => {
    using dir = tempDir();
    const none = join(dir.path, 'not there');
    expect(() => readVrfKey({kind: 'file', path: none})).toThrow(
      expect.objectContaining({
        code: 'VRF_KEY_MISSING',
        next: expect.objectContaining({
          run: {command: 'keys vrf create', args: ['--file', none]},
        }) as NextStep,
      }),
    );
    expect(codeOf(() => readVrfKey({kind: 'file', path: dir.path}))).toBe('VRF_KEY_MISSING');
    execFileSync('mkfifo', [join(dir.path, 'pipe')]);
    expect(codeOf(() => readVrfKey({kind: 'file', path: join(dir.path, 'pipe')}))).toBe('VRF_KEY_MISSING');
  });
});
