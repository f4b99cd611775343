import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {aosDirs, nodeStateDir} from '../../../src/lib/config/paths.ts';
import {
  knownHome,
  namedPath,
  pathMistake,
  pathOfVariable,
  userHome,
  userPath,
} from '../../../src/lib/config/user-path.ts';
import {isAosError} from '../../../src/lib/foundation/errors/error.ts';
import {thrown} from '../../support/config-file.ts';

const A = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';

const refusal = (act: () => unknown): string => {
  const error = thrown(act);
  return isAosError(error, 'PATH_INVALID') ? error.message : `not PATH_INVALID: ${String(error)}`;
};

describe('directories', () => {
  it('are all in AOS_HOME', () => {
    const dirs = {config: '/a', state: '/a/state', devnetFile: '/a/devnet.json'};
    expect(aosDirs({AOS_HOME: '/a', HOME: '/h', XDG_STATE_HOME: '/x'})).toEqual(dirs);
    expect(aosDirs({AOS_HOME: '~/a', HOME: '/h'}).state).toBe('/h/a/state');
  });

  it('are those of XDG without it', () => {
    expect(aosDirs({HOME: '/h', AOS_HOME: ''})).toEqual({
      config: '/h/.config/aos',
      state: '/h/.local/state/aos',
      devnetFile: '/h/.local/state/aos/devnet.json',
    });
    expect(aosDirs({HOME: '/h', XDG_STATE_HOME: '/s', XDG_CONFIG_HOME: '~/c'})).toMatchObject({
      config: '/h/c/aos',
      state: '/s/aos',
    });
  });

  it.each([
    ['AOS_HOME', 'rel', 'AOS_HOME: rel is relative'],
    ['AOS_HOME', '.', 'AOS_HOME: . is relative'],
    ['AOS_HOME', ' /a', 'AOS_HOME:  /a is relative'],
    ['AOS_HOME', '~other/aos', 'AOS_HOME: ~other/aos has a ~ with a name after it'],
    ['AOS_HOME', '$HOME/aos', 'AOS_HOME: $HOME/aos begins with a variable'],
    ['AOS_HOME', '${HOME}/aos', 'AOS_HOME: ${HOME}/aos begins with a variable'],
    ['AOS_HOME', '/a\0b', 'has a NUL character'],
    ['XDG_STATE_HOME', 'rel', 'XDG_STATE_HOME: rel is relative'],
    ['XDG_CONFIG_HOME', '~x', 'XDG_CONFIG_HOME: ~x has a ~ with a name after it'],
    ['HOME', '~', 'HOME: ~ is no absolute path'],
    ['HOME', 'rel', 'HOME: rel is no absolute path'],
  ])('are refused: %s=%s', (name, value, message) => {
    expect(refusal(() => aosDirs({HOME: '/h', [name]: value}))).toContain(message);
  });

  it('keep nodes and networks apart, whatever the letter case of node_id', () => {
    const dirs = aosDirs({HOME: '/h'});
    const dir = nodeStateDir(dirs, 'mainnet', A);
    expect(dir).toMatch(/^\/h\/\.local\/state\/aos\/mainnet-fe3b557e-[0-9a-f]{12}$/);
    expect(nodeStateDir(dirs, 'mainnet', A.toLowerCase())).toBe(dir);
    expect(nodeStateDir(dirs, 'hoodi', A)).not.toBe(dir);
    expect(nodeStateDir(dirs, 'mainnet', A.replace(/.$/, '4'))).not.toBe(dir);
  });
});

describe('a path that a user names', () => {
  it.each([
    ['~', '/h'],
    ['~/', '/h'],
    ['~/k', '/h/k'],
    ['~/../k', '/k'],
    ['~//k', '/h/k'],
    ['k', '/b/c/k'],
    ['k/~/x', '/b/c/k/~/x'],
    ['./~/k', '/b/c/~/k'],
    ['./$k', '/b/c/$k'],
    ['k~', '/b/c/k~'],
    ['/k', '/k'],
    ['../k', '/b/k'],
    ['$', '/b/c/$'],
  ])('%s', (text, path) => {
    expect(userPath(text, '/b/c', {HOME: '/h'})).toBe(path);
  });

  it.each(['~x', '~x/k', '~~', '~-', '~+/k', '$HOME', '$x/k', '${x}', '$(pwd)/k', 'a\0b'])(
    '%j is refused',
    (text) => {
      expect(refusal(() => userPath(text, '/b', {HOME: '/h'}, '--file'))).toContain('--file: ');
      expect(refusal(() => namedPath(text, '/b', {HOME: '/h'}, '--file'))).toContain('--file: ');
      expect(pathMistake(text)).not.toBeNull();
    },
  );

  it('stays as it is named when no home directory is in it', () => {
    const named = (text: string): string => namedPath(text, '/b', {HOME: '/h'}, '-c');
    expect(['k', './~/k', '../k', '/k', '~/k', '-'].map(named)).toEqual([
      'k',
      './~/k',
      '../k',
      '/k',
      '/h/k',
      '-',
    ]);
  });

  it('is shown safely', () => {
    expect(refusal(() => userPath('~\u001b[2Jx', '/b', {}))).not.toContain('\u001b');
  });

  it('is absolute or refused, and never begins with a directory of the name ~', () => {
    const part = fc.constantFrom('~', '~x', '$HOME', '.', '..', '', 'a', ' ', '${x}');
    fc.assert(
      fc.property(fc.array(part, {maxLength: 5}), fc.constantFrom('/b', '/h/x'), (parts, base) => {
        const text = parts.join('/');
        if (pathMistake(text) !== null) {
          expect(refusal(() => userPath(text, base, {HOME: '/h'}))).toContain('the path: ');
          return;
        }
        const path = userPath(text, base, {HOME: '/h'});
        expect(path.startsWith('/')).toBe(true);
        if (path.startsWith(`${base}/~`)) expect(text).toMatch(/^[^~]/);
        if (text === '~' || text.startsWith('~/')) expect(path).not.toMatch(/^\/b\//);
      }),
    );
  });
});

describe('a path of a variable', () => {
  it('is absolute, or begins at home; an empty one counts as unset', () => {
    const read = (value: string | undefined): string | undefined =>
      pathOfVariable({HOME: '/h', X: value}, 'X');
    expect([undefined, '', '/a/../b', '~', '~/a'].map(read)).toEqual([
      undefined,
      undefined,
      '/b',
      '/h',
      '/h/a',
    ]);
  });

  it.each(['a', './a', '../a', '.', '~x/a', '$HOME/a'])('%s is refused', (value) => {
    expect(refusal(() => pathOfVariable({HOME: '/h', X: value}, 'X'))).toContain('X: ');
  });

  it('does not believe that a HOME of another kind is a directory', () => {
    expect(userHome({HOME: '/h'})).toBe('/h');
    const known = knownHome();
    if (known !== null) expect([userHome({}), userHome({HOME: ''})]).toEqual([known, known]);
  });
});
