import type {Theme} from '../dashboard/theme.ts';
import {wantsColor} from './color.ts';

/** How the terminal at `stdout` is drawn on, from what the environment says of it. */
export function dashTheme(
  env: NodeJS.ProcessEnv,
  stdout: {isTTY: boolean; getColorDepth(env?: object): number},
  ascii: boolean,
): Theme {
  return {
    colors: wantsColor(env, stdout.isTTY) ? colorsOf(stdout.getColorDepth(env)) : 'none',
    ascii: ascii || !isUtf8(env),
    light: isLight(env),
  };
}

function colorsOf(depth: number): Theme['colors'] {
  if (depth >= 24) return 'true';
  return depth >= 8 ? '256' : '16';
}

/** The first of the three that is set decides; none set is a C locale, but then many a container shows UTF-8 all the same. */
function isUtf8(env: NodeJS.ProcessEnv): boolean {
  const locale = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((value) => (value ?? '') !== '');
  return locale === undefined || /utf-?8/i.test(locale) || env['TERM_PROGRAM'] !== undefined;
}

/** `COLORFGBG=0;15`: the last number is the background. */
function isLight(env: NodeJS.ProcessEnv): boolean {
  const background = Number((env['COLORFGBG'] ?? '').split(';').at(-1));
  return background === 7 || background === 15;
}
