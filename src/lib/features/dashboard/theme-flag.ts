import type {Theme} from './theme.ts';
import type {TerminalStyle} from '../../cli/terminal-style.ts';

/** Works out the theme of the terminal at `stdout` from the flags and its number of colours. */
export function dashTheme(
  {color, ascii}: Pick<TerminalStyle, 'color' | 'ascii'>,
  env: NodeJS.ProcessEnv,
  stdout: {getColorDepth(env?: object): number},
): Theme {
  // Node would read a number of colours from these two, which only decide whether there are colours.
  const {FORCE_COLOR: _force, NO_COLOR: _no, ...rest} = env;
  return {
    colors: color('stdout') ? colorsOf(stdout.getColorDepth(rest)) : 'none',
    ascii,
    light: isLight(env),
  };
}

function colorsOf(depth: number): Theme['colors'] {
  if (depth >= 24) return 'true';
  return depth >= 8 ? '256' : '16';
}

/** `COLORFGBG=0;15`: the last number is the background. */
function isLight(env: NodeJS.ProcessEnv): boolean {
  const background = Number((env['COLORFGBG'] ?? '').split(';').at(-1));
  return background === 7 || background === 15;
}
