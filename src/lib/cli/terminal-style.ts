import {type ColorChoice, wantsColor} from './color.ts';

type StreamFacts = {isTTY?: boolean; columns?: number};
type StreamName = 'stdout' | 'stderr';

/** How output looks: decided once from the command line, the environment and the streams. */
export type Look = {
  /** Whether a stream gets colour; each is looked at by itself. */
  color(stream: StreamName): boolean;
  /** No Unicode signs in what people read. */
  ascii: boolean;
  /** Whether a spinner or a line that is drawn again may be on stderr: a person looks, and nothing else reads along. */
  animate: boolean;
  /** Columns of the terminal that stdout is; null where it is none. */
  width: number | null;
};

const DEFAULT_WIDTH = 80;

/** The value of a flag as it was typed, the last one; found also where the command line as a whole is wrong. */
export function typedFlag(argv: readonly string[], long: string, char?: string): string | undefined {
  const end = argv.indexOf('--');
  let value: string | undefined;
  for (const [index, arg] of (end < 0 ? argv : argv.slice(0, end)).entries()) {
    if (arg === `--${long}` || (char !== undefined && arg === `-${char}`)) value = argv[index + 1];
    else if (arg.startsWith(`--${long}=`)) value = arg.slice(long.length + 3);
    else if (char !== undefined && arg.startsWith(`-${char}`) && !arg.startsWith('--'))
      value = arg.slice(2).replace(/^=/, '');
  }
  return value;
}

/** What `--color` says; auto without it, and for what is no value of it. */
export function typedColor(argv: readonly string[]): ColorChoice {
  const typed = typedFlag(argv, 'color');
  return typed === 'always' || typed === 'never' ? typed : 'auto';
}

/**
 * @param env AOS_FORCE_TTY=N makes both streams terminals of N columns (not for questions), for tests and pictures
 */
export function lookOf(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  streams: Readonly<Record<StreamName, StreamFacts>>,
): Look {
  const choice = typedColor(argv);
  const forced = forcedWidth(env);
  const isTTY = (name: StreamName): boolean => forced !== null || streams[name].isTTY === true;
  return {
    color: (name) => wantsColor(env, isTTY(name), choice),
    animate: streams.stderr.isTTY === true && env['TERM'] !== 'dumb' && !isCi(env) && !isSilent(argv),
    ascii: wantsAscii(argv, env, isTTY('stdout')),
    width: isTTY('stdout') ? (forced ?? (streams.stdout.columns || DEFAULT_WIDTH)) : null,
  };
}

function isCi(env: NodeJS.ProcessEnv): boolean {
  const ci = env['CI'] ?? '';
  return ci !== '' && ci !== '0' && ci !== 'false';
}

function isSilent(argv: readonly string[]): boolean {
  return argv.includes('--json') || argv.includes('--quiet');
}

function forcedWidth(env: NodeJS.ProcessEnv): number | null {
  const value = env['AOS_FORCE_TTY'] ?? '';
  if (value === '' || value === '0') return null;
  return /^\d{2,4}$/.test(value) ? Number(value) : DEFAULT_WIDTH;
}

/** --[no-]ascii › AOS_ASCII › a locale that is not UTF-8 › the Linux console, whose font has few signs. */
function wantsAscii(argv: readonly string[], env: NodeJS.ProcessEnv, isTTY: boolean): boolean {
  const last = argv.findLast((arg) => arg === '--ascii' || arg === '--no-ascii');
  if (last !== undefined) return last === '--ascii';
  const own = env['AOS_ASCII'] ?? '';
  if (own !== '') return own !== '0';
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => (value ?? '') !== '');
  if (locale !== undefined && !/utf-?8/i.test(locale)) return true;
  return isTTY && env['TERM'] === 'linux';
}
