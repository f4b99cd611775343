/** What `--color` says. */
export type ColorChoice = 'auto' | 'always' | 'never';

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';
const isOff = (value: string): boolean => value === '0' || value === 'false';

/**
 * What is decided for both streams alike: --color › AOS_NO_COLOR › NO_COLOR › FORCE_COLOR › CLICOLOR_FORCE › CLICOLOR=0 ›
 * TERM=dumb. Null: whether the stream is a terminal decides. Decided here because Node lets FORCE_COLOR win over NO_COLOR.
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
 * Has the packages that decide by themselves (questions, spinners) and Node decide as we do, and takes away what Node
 * would warn about on stderr: both variables at once.
 */
export function settleColorEnv(env: NodeJS.ProcessEnv, choice: ColorChoice): void {
  const decided = colorDecision(env, choice);
  if (decided === null) return;
  delete env['FORCE_COLOR'];
  delete env['NO_COLOR'];
  env[decided ? 'FORCE_COLOR' : 'NO_COLOR'] = '1';
}
