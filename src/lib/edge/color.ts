import {Chalk} from 'chalk';
import type {Level} from '../output/describe.ts';
import type {Paint} from '../output/lines.ts';

/**
 * Whether a stream gets colour: AOS_NO_COLOR › NO_COLOR › FORCE_COLOR/CLICOLOR_FORCE › CLICOLOR=0 › TERM=dumb › a
 * terminal. Decided here because Node lets FORCE_COLOR win over NO_COLOR.
 */
export function wantsColor(env: NodeJS.ProcessEnv, isTTY: boolean): boolean {
  const set = (name: string): boolean => (env[name] ?? '') !== '';
  if (set('AOS_NO_COLOR') || set('NO_COLOR')) return false;
  const force = env['FORCE_COLOR'] ?? env['CLICOLOR_FORCE'];
  if (force !== undefined && force !== '') return force !== '0';
  if (env['CLICOLOR'] === '0' || env['TERM'] === 'dumb') return false;
  return isTTY;
}

/** Colours a level's word; the word itself says the level too. */
export function levelPaint(color: boolean): Paint {
  const chalk = new Chalk({level: color ? 1 : 0});
  const paints: Readonly<Record<Level, (text: string) => string>> = {
    debug: chalk.dim,
    info: chalk.blue,
    warn: chalk.yellow,
    error: chalk.red.bold,
  };
  return (level, text) => paints[level](text);
}
