import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {flagsAfterCommand, hasOnlyFlags, refuseOddArguments} from '../../../src/lib/cli/command-line.ts';
import {unknownCommand} from '../../../src/lib/cli/unknown-command.ts';
import {COMMANDS} from '../../../src/lib/foundation/next-step/commands.ts';
import {isAosError} from '../../../src/lib/foundation/errors/error.ts';

const COMMAND_IDS = Object.keys(COMMANDS);
const TABLE = {
  words: [...COMMAND_IDS, 'keys', 'keys vrf', 'job'],
  valued: new Set(['c', 'config', 'color', 'watch', 'devnet', 'wait']),
  bare: new Set(['json', 'quiet', 'devnet', 'wait']),
};
const split = (text: string): string[] => (text === '' ? [] : text.split(' '));

describe('flags before the command', () => {
  it.each([
    ['--json status', 'status --json'],
    ['-c x.yaml run', 'run -c x.yaml'],
    ['-c run run', 'run -c run'],
    ['--config=x.yaml job list --state done', 'job list --config=x.yaml --state done'],
    ['-cx.yaml --color never --quiet keys vrf show', 'keys vrf show -cx.yaml --color never --quiet'],
    ['--help status', 'status --help'],
    ['--json keys', 'keys --json'],
    ['--watch 5 status --json', 'status --watch 5 --json'],
    ['--foo status', 'status --foo'],
    ['--devnet run --jobs 3', 'run --devnet --jobs 3'],
    ['--wait 5m register', 'register --wait 5m'],
    ['status --json', 'status --json'],
    ['--json', '--json'],
    ['', ''],
  ])('%s', (typed, meant) => {
    expect(flagsAfterCommand(split(typed), TABLE)).toEqual(split(meant));
  });

  it('loses and adds nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('--json', '-c', 'x', 'status', 'keys', 'vrf', '--', '--watch=5')),
        (argv) => {
          expect(flagsAfterCommand(argv, TABLE).toSorted()).toEqual(argv.toSorted());
        },
      ),
    );
  });
});

describe('flags without a command', () => {
  const names = new Set(['json', 'config', 'c', 'color', 'quiet', 'no-ascii']);
  it.each([
    ['--json', true],
    ['-c x.yaml --quiet', true],
    ['-cx.yaml', true],
    ['--config=x.yaml --color never --no-ascii', true],
    ['-c --json', true],
    ['--foo', false],
    ['-x', false],
    ['--json word', false],
    ['--json --', false],
    ['--watch 5', false],
  ])('%s: only flags of the first screen: %s', (typed, only) => {
    expect(hasOnlyFlags(split(typed), {names, valued: TABLE.valued})).toBe(only);
  });
});

describe('a character that was not meant', () => {
  const refusal = (argv: readonly string[], files: readonly string[] = []): string => {
    try {
      refuseOddArguments(argv, (path) => files.includes(path));
      return '';
    } catch (error) {
      if (!isAosError(error, 'USAGE')) throw error;
      return `${error.message} → ${error.next.say}`;
    }
  };

  it.each([
    [
      ['register', '–yes'],
      'argument 2, "–yes", has an en dash (U+2013) as character 1: type - instead → Type --yes',
    ],
    [['register', '—yes'], 'Type --yes in place of —yes.'],
    [['status', '−c', 'x'], 'Type -c in place of −c.'],
    [['status', '--js\u200bon'], 'zero-width space (U+200B) as character 5: delete it'],
    [['status', '--json\u00a0'], 'no-break space'],
    [['status', '--operator', '“0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73”'], 'typographic quotation mark'],
    [['status', '--rpc-url=http://rpc.exam\u200bple.org'], 'zero-width space'],
    [['status', '--jsоn'], 'Cyrillic letter (U+043E) that looks like o'],
  ])('%j is named with what to type', (argv, words) => {
    expect(refusal(argv)).toContain(words);
  });

  it.each<[string[], string[]]>([
    [['devnet', 'submit', '--prompt', '“Hello”\u200b – says\u00a0she'], []],
    [['devnet', 'submit', '--prompt=…\u200f'], []],
    [['status', '-c', './schlüssel/конфиг.yaml'], []],
    [['status', '-c', './my\u202ffile.yaml'], ['./my\u202ffile.yaml']],
  ])('%j is taken as it is', (argv, files) => {
    expect(refusal(argv, files)).toBe('');
  });

  it('repeats no secret', () => {
    expect(refusal(['status', `--rpc-url=https://u:secret@h/\u200b${'ab'.repeat(32)}`])).not.toMatch(
      /secret|abab/,
    );
  });
});

describe('a command that does not exist', () => {
  it.each([
    ['statsu', 'aos status'],
    ['stat', 'aos status'],
    ['start', 'aos run'],
    ['log', 'aos logs'],
    ['task list', 'aos job list'],
    ['signer chek', 'aos signer check'],
    ['keys vrf crate', 'aos keys vrf create'],
    ['key', 'aos keys'],
    ['unregister', 'aos deregister'],
    ['jobs', 'aos job list'],
  ])('%s: did you mean %s', (typed, meant) => {
    expect(unknownCommand(split(typed), COMMAND_IDS).message).toContain(`did you mean "${meant}"?`);
  });

  it.each([
    ['status now', 'aos status takes no arguments, only flags', 'status'],
    ['--json', 'there is no command behind these flags', ''],
    ['keys --json', 'aos keys needs one of its commands: keys bls create', ''],
    ['qwertz', 'there is no command "qwertz"', ''],
  ])('%s', (typed, words, command) => {
    const {message, next} = unknownCommand(split(typed), COMMAND_IDS);
    expect(message).toContain(words);
    expect(next.run?.command).toBe(command);
  });
});
