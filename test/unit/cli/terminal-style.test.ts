import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  colorDecision,
  settleColorEnv,
  terminalStyle,
  typedColor,
  typedFlag,
  wantsColor,
} from '../../../src/lib/cli/terminal-style.ts';
import {asciiText} from '../../../src/lib/foundation/text/ascii.ts';
import {shellWord} from '../../../src/lib/foundation/text/shell-word.ts';

describe('the order of colour', () => {
  it.each([
    // What wins stands first; what follows it says the opposite.
    ['--color always', {AOS_NO_COLOR: '1', NO_COLOR: '1', CLICOLOR: '0', TERM: 'dumb'}, 'always', true],
    ['--color never', {FORCE_COLOR: '1', CLICOLOR_FORCE: '1'}, 'never', false],
    ['AOS_NO_COLOR', {AOS_NO_COLOR: '1', FORCE_COLOR: '1'}, 'auto', false],
    ['NO_COLOR', {NO_COLOR: '1', FORCE_COLOR: '3', CLICOLOR_FORCE: '1'}, 'auto', false],
    ['an empty NO_COLOR is none', {NO_COLOR: '', FORCE_COLOR: '1'}, 'auto', true],
    ['FORCE_COLOR', {FORCE_COLOR: '1', CLICOLOR: '0', TERM: 'dumb'}, 'auto', true],
    ['FORCE_COLOR=0', {FORCE_COLOR: '0', CLICOLOR_FORCE: '1'}, 'auto', false],
    ['an empty FORCE_COLOR is none', {FORCE_COLOR: '', CLICOLOR_FORCE: '1'}, 'auto', true],
    ['CLICOLOR_FORCE', {CLICOLOR_FORCE: '1', CLICOLOR: '0'}, 'auto', true],
    ['CLICOLOR=0', {CLICOLOR: '0', TERM: 'xterm'}, 'auto', false],
    ['TERM=dumb', {TERM: 'dumb'}, 'auto', false],
  ] as const)('%s', (_name, env, choice, expected) => {
    expect(wantsColor(env, !expected, choice)).toBe(expected);
    expect(colorDecision(env, choice)).toBe(expected);
  });

  it('leaves it to each stream else', () => {
    expect(colorDecision({TERM: 'xterm'})).toBeNull();
    const look = terminalStyle([], {}, {stdout: {}, stderr: {isTTY: true}});
    expect([look.color('stdout'), look.color('stderr')]).toEqual([false, true]);
  });

  it('has the packages that look by themselves decide alike, and Node say nothing', () => {
    const values = fc.constantFrom(undefined, '', '0', '1');
    fc.assert(
      fc.property(
        fc.record({AOS_NO_COLOR: values, NO_COLOR: values, FORCE_COLOR: values, CLICOLOR_FORCE: values}),
        fc.constantFrom('auto' as const, 'always' as const, 'never' as const),
        (env, choice) => {
          const settled: NodeJS.ProcessEnv = {...env};
          settleColorEnv(settled, choice);
          const decided = colorDecision(env, choice);
          if (decided === null) expect(settled).toEqual(env);
          else {
            expect([settled['FORCE_COLOR'], settled['NO_COLOR']]).toEqual(
              decided ? ['1', undefined] : [undefined, '1'],
            );
          }
        },
      ),
    );
  });
});

describe('what is typed', () => {
  it.each([
    [['run', '--color', 'never'], 'never'],
    [['run', '--color=always'], 'always'],
    [['run', '--color=always', '--color=never'], 'never'],
    [['run', '--', '--color=always'], 'auto'],
    [['run', '--color'], 'auto'],
    [['run', '--color=pink'], 'auto'],
    [['run', '--colorful=always'], 'auto'],
  ])('%j', (argv, choice) => expect(typedColor(argv)).toBe(choice));

  it.each([
    [['-c', 'a.yaml'], 'a.yaml'],
    [['-ca.yaml'], 'a.yaml'],
    [['-c=a.yaml'], 'a.yaml'],
    [['--config', 'a.yaml'], 'a.yaml'],
    [['--config=a.yaml'], 'a.yaml'],
    [['--confirm', '0x1'], undefined],
    [[], undefined],
  ])('%j names the configuration', (argv, file) => expect(typedFlag(argv, 'config', 'c')).toBe(file));
});

describe('the terminal', () => {
  const pipes = {stdout: {}, stderr: {}};
  const tty = {stdout: {isTTY: true, columns: 132}, stderr: {isTTY: true}};

  it('has its own width, or the one that is forced', () => {
    expect(terminalStyle([], {}, pipes).width).toBeNull();
    expect(terminalStyle([], {}, tty).width).toBe(132);
    expect(terminalStyle([], {}, {...tty, stdout: {isTTY: true, columns: 0}}).width).toBe(80);
    expect(terminalStyle([], {AOS_FORCE_TTY: '120'}, pipes)).toMatchObject({width: 120});
    expect(terminalStyle([], {AOS_FORCE_TTY: '120'}, tty).width).toBe(120);
    expect(terminalStyle([], {AOS_FORCE_TTY: '1'}, pipes).width).toBe(80);
    expect(terminalStyle([], {AOS_FORCE_TTY: '120'}, pipes).color('stdout')).toBe(true);
  });

  it.each([
    [[], {}, false],
    [['--ascii'], {}, true],
    [['--no-ascii'], {AOS_ASCII: '1'}, false],
    [['--no-ascii'], {LC_ALL: 'C'}, false],
    [[], {AOS_ASCII: '1', LANG: 'de_DE.UTF-8'}, true],
    [[], {AOS_ASCII: '0', LC_ALL: 'POSIX'}, false],
    [[], {LC_ALL: 'C', LANG: 'en_US.UTF-8'}, true],
    [[], {LC_ALL: '', LANG: 'C.utf8'}, false],
    [[], {LC_CTYPE: 'en_US.ISO-8859-1', LANG: 'en_US.UTF-8'}, true],
    [[], {LANG: 'en_US.UTF-8'}, false],
  ])('%j %j draws with ASCII alone: %j', (argv, env, ascii) =>
    expect(terminalStyle(argv, env, pipes).ascii).toBe(ascii),
  );

  it('of a Linux console has few signs', () => {
    expect(terminalStyle([], {TERM: 'linux'}, tty).ascii).toBe(true);
    expect(terminalStyle([], {TERM: 'linux'}, pipes).ascii).toBe(false);
  });

  it.each([
    [[], {}, tty, true],
    [[], {CI: 'false'}, tty, true],
    [[], {CI: 'true'}, tty, false],
    [[], {TERM: 'dumb'}, tty, false],
    [['--json'], {}, tty, false],
    [['--quiet'], {}, tty, false],
    [[], {}, pipes, false],
    [[], {AOS_FORCE_TTY: '100'}, pipes, false],
  ])('has no spinner but where a person looks: %j %j', (argv, env, streams, animate) =>
    expect(terminalStyle(argv, env, streams).animate).toBe(animate),
  );

  it('gets nothing but ASCII', () => {
    expect(asciiText('✓ ok – it’s “done” → 50 ≤ 60 …')).toBe('+ ok - it\'s "done" -> 50 <= 60 ...');
    fc.assert(
      fc.property(fc.string({unit: 'grapheme'}), (text) => {
        expect(asciiText(text)).toMatch(/^[\x00-\x7f]*$/);
      }),
    );
  });
});

it('a word of a shell is quoted where it must be', () => {
  expect(shellWord('./a-b_c.yaml')).toBe('./a-b_c.yaml');
  expect(shellWord('')).toBe("''");
  expect(shellWord('~/a')).toBe("'~/a'");
  expect(shellWord('-rf')).toBe("'-rf'");
});
