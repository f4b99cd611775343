/** The value of `--color`. */
export type ColorChoice = 'auto' | 'always' | 'never';

type StreamFacts = {isTTY?: boolean; columns?: number};
type StreamName = 'stdout' | 'stderr';

/** The style of output, from the command line, the environment and the streams. */
export type TerminalStyle = {
  /** Whether a stream gets colour. */
  color(stream: StreamName): boolean;
  /** Whether texts for people have only ASCII signs. */
  ascii: boolean;
  /** Whether stderr may show a spinner or a line that is drawn again: a person reads it, not a program. */
  animate: boolean;
  /** Columns of stdout; null when it is no terminal. */
  width: number | null;
  /** Columns of stderr; null when it is no terminal. */
  errorWidth: number | null;
};

const DEFAULT_WIDTH = 80;

/** Returns the last value of a flag in a command line, which may be wrong otherwise. */
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

/** Returns the value of `--color`; auto without it, and for a wrong value. */
export function typedColor(argv: readonly string[]): ColorChoice {
  const typed = typedFlag(argv, 'color');
  return typed === 'always' || typed === 'never' ? typed : 'auto';
}

/**
 * Works out the style of output.
 * @param env AOS_FORCE_TTY=N makes both streams terminals of N columns, though not for questions, for tests and screenshots
 */
export function terminalStyle(
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  streams: Readonly<Record<StreamName, StreamFacts>>,
): TerminalStyle {
  const choice = typedColor(argv);
  const forced = forcedWidth(env);
  const isTTY = (name: StreamName): boolean => forced !== null || streams[name].isTTY === true;
  const widthOf = (name: StreamName): number | null =>
    isTTY(name) ? (forced ?? (streams[name].columns || DEFAULT_WIDTH)) : null;
  return {
    color: (name) => wantsColor(env, isTTY(name), choice),
    animate: streams.stderr.isTTY === true && env['TERM'] !== 'dumb' && !isCi(env) && !isSilent(argv),
    ascii: wantsAscii(argv, env, isTTY('stdout')),
    width: widthOf('stdout'),
    errorWidth: widthOf('stderr'),
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

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';
const isOff = (value: string): boolean => value === '0' || value === 'false';

/**
 * Decides on colour for both streams: --color › AOS_NO_COLOR › NO_COLOR › FORCE_COLOR › CLICOLOR_FORCE › CLICOLOR=0 ›
 * TERM=dumb. Null leaves it to each stream, by whether it is a terminal. In Node itself, FORCE_COLOR wins over NO_COLOR.
 */
export function colorDecision(env: NodeJS.ProcessEnv, choice: ColorChoice = 'auto'): boolean | null {
  if (choice !== 'auto') return choice === 'always';
  if (isSet(env['AOS_NO_COLOR']) || isSet(env['NO_COLOR'])) return false;
  for (const name of ['FORCE_COLOR', 'CLICOLOR_FORCE']) {
    const force = env[name];
    if (force !== undefined && force !== '') return !isOff(force);
  }
  return env['CLICOLOR'] === '0' || env['TERM'] === 'dumb' ? false : null;
}

/** Whether a stream gets colour, see {@link colorDecision}. */
export function wantsColor(env: NodeJS.ProcessEnv, isTTY: boolean, choice?: ColorChoice): boolean {
  return colorDecision(env, choice) ?? isTTY;
}

/**
 * Sets the environment so that Node and the packages of questions and spinners decide in the same way, and removes one of
 * two variables about which Node would warn on stderr.
 */
export function settleColorEnv(env: NodeJS.ProcessEnv, choice: ColorChoice): void {
  const decided = colorDecision(env, choice);
  if (decided === null) return;
  delete env['FORCE_COLOR'];
  delete env['NO_COLOR'];
  env[decided ? 'FORCE_COLOR' : 'NO_COLOR'] = '1';
}
