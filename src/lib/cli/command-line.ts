import {AosError} from '../foundation/errors/error.ts';
import {say} from '../foundation/next-step/next-step.ts';
import {firstOdd, oddMistake, UNSEEN} from '../foundation/text/odd-characters.ts';
import {safeText} from '../foundation/text/safe-text.ts';
import {withoutSecrets} from './usage-message.ts';

/** What has to be known of the commands to put a command line in order. */
export type CommandTable = {
  /** Words of every command and topic, such as `keys vrf create` and `keys`. */
  words: readonly string[];
  /** Flags that take a value, without dashes. */
  valued: ReadonlySet<string>;
  /** Flags that take none, without dashes; one may take a value with another command. */
  bare: ReadonlySet<string>;
};

/** Flags whose value is text for people, in which every character may be meant. */
const FREE_TEXT: ReadonlySet<string> = new Set(['--prompt']);

/** Whether a command line begins with a flag where a command belongs. */
export function beginsWithFlag([first = '']: readonly string[]): boolean {
  return first.length > 1 && first.startsWith('-') && first !== '--';
}

/**
 * Moves the flags before a command behind its words, where they are read: `-c x.yaml run --json` becomes
 * `run -c x.yaml --json`. Without a command it stays as it is.
 */
export function flagsAfterCommand(argv: readonly string[], {words, valued, bare}: CommandTable): string[] {
  let at = 0;
  while (at < argv.length && beginsWithFlag(argv.slice(at))) {
    const name = (argv[at] ?? '').replace(/^--?/, '');
    const isBare = bare.has(name) && words.includes(argv[at + 1] ?? '');
    at += valued.has(name) && !isBare ? 2 : 1;
  }
  const [flags, rest] = [argv.slice(0, at), argv.slice(at)];
  let length = 1;
  while (length < rest.length && words.includes(rest.slice(0, length + 1).join(' '))) length += 1;
  return rest.length === 0 ? [...argv] : [...rest.slice(0, length), ...flags, ...rest.slice(length)];
}

/**
 * Whether a command line without a command has nothing but some flags and their values.
 * @param flags.names those that may be there, without dashes
 */
export function hasOnlyFlags(
  argv: readonly string[],
  {names, valued}: {names: ReadonlySet<string>; valued: ReadonlySet<string>},
): boolean {
  for (let at = 0; at < argv.length; at += 1) {
    const arg = argv[at] ?? '';
    const typed = nameOf(arg).replace(/^--?/, '');
    // `-cx.yaml` has its value behind it.
    const isGlued = /^-[^-]./.test(arg) && valued.has(typed.slice(0, 1));
    const name = isGlued ? typed.slice(0, 1) : typed;
    if (!beginsWithFlag([arg]) || !names.has(name)) return false;
    if (valued.has(name) && !isGlued && !arg.includes('=')) at += 1;
  }
  return true;
}

/**
 * Refuses a command line with characters that a page or a word processor made of those that were meant. The name of a file
 * that is there may have any.
 * @param isFile whether a path is there
 * @throws AosError USAGE naming the argument, the character and what to type
 */
export function refuseOddArguments(argv: readonly string[], isFile: (path: string) => boolean): void {
  argv.forEach((arg, index) => {
    const before = argv[index - 1] ?? '';
    if (FREE_TEXT.has(before) || FREE_TEXT.has(arg.slice(0, Math.max(0, arg.indexOf('='))))) return;
    const value = arg.startsWith('-') && arg.includes('=') ? arg.slice(arg.indexOf('=') + 1) : arg;
    const dashes = firstOdd(arg.slice(0, 1), ['dash']);
    const quotes = /^[\u2018-\u201f]|[\u2018-\u201f]$/.test(value) ? firstOdd(arg, ['quote']) : null;
    const odd =
      dashes ?? quotes ?? firstOdd(arg, UNSEEN) ?? (arg.startsWith('-') ? firstOdd(nameOf(arg)) : null);
    if (odd === null || (isFile(value) && dashes === null)) return;
    const typed = shown(arg);
    const meant = dashes === null ? null : flagOf(arg);
    throw new AosError('USAGE', `argument ${index + 1}, "${typed}", ${oddMistake(odd)}`, {
      ...(meant === null ? {} : {next: say(`Type ${shown(meant)} in place of ${typed}.`)}),
    });
  });
}

/** An argument for a message; one that may hold a secret, also where the odd character splits it, is left out. */
function shown(arg: string): string {
  const plain = arg.replaceAll(/[^ -~]/g, '');
  return withoutSecrets(plain) === plain ? safeText(arg, 60) : '[not shown]';
}

/** The part of a flag before its value. */
function nameOf(arg: string): string {
  const end = arg.indexOf('=');
  return end === -1 ? arg : arg.slice(0, end);
}

/** A flag as it was meant: a word processor makes one dash of two. */
function flagOf(arg: string): string {
  const name = arg.replace(/^[-\u2010-\u2015\u2212\ufe58\ufe63\uff0d]+/, '');
  return name.length === 1 ? `-${name}` : `--${name}`;
}
