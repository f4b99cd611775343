import {asciiText} from '../../foundation/text/ascii.ts';
import {type Line, type Tone} from './model/line.ts';

/** How many colours the terminal has. */
export type Colors = 'none' | '16' | '256' | 'true';

export type Theme = {colors: Colors; ascii: boolean; /** A light background. */ light: boolean};

type Style = {color?: 'blue' | 'orange' | 'vermilion' | 'purple'; codes?: string};

/** Okabe and Ito's colours, which people who cannot tell red from green can tell apart. */
const STYLES: Readonly<Record<Tone, Style>> = {
  plain: {},
  dim: {codes: '2'},
  bold: {codes: '1'},
  title: {codes: '1'},
  focus: {codes: '1;7'},
  ok: {color: 'blue'},
  warn: {color: 'orange'},
  fail: {color: 'vermilion', codes: '1'},
  wait: {color: 'purple'},
  unknown: {color: 'purple'},
  key: {codes: '1'},
  cursor: {codes: '7'},
};

type Shades = Readonly<Record<NonNullable<Style['color']>, string>>;

const SHADES: Readonly<Record<Exclude<Colors, 'none'>, {dark: Shades; light: Shades}>> = {
  true: {
    dark: {
      blue: '38;2;86;180;233',
      orange: '38;2;230;159;0',
      vermilion: '38;2;213;94;0',
      purple: '38;2;204;121;167',
    },
    light: {
      blue: '38;2;0;114;178',
      orange: '38;2;170;112;0',
      vermilion: '38;2;190;76;0',
      purple: '38;2;160;70;120',
    },
  },
  '256': {
    dark: {blue: '38;5;74', orange: '38;5;178', vermilion: '38;5;166', purple: '38;5;175'},
    light: {blue: '38;5;25', orange: '38;5;130', vermilion: '38;5;130', purple: '38;5;132'},
  },
  '16': {
    dark: {blue: '96', orange: '33', vermilion: '91', purple: '35'},
    light: {blue: '34', orange: '33', vermilion: '31', purple: '35'},
  },
};

/** A line as text with colours, which end with it. */
export function paintLine(line: Line, theme: Theme): string {
  return line
    .map(({text, tone}) => {
      const said = theme.ascii ? asciiText(text, {sameWidth: true}) : text;
      const codes = codesOf(tone, theme);
      return codes === '' || said === '' ? said : `\x1b[${codes}m${said}\x1b[0m`;
    })
    .join('');
}

function codesOf(tone: Tone, {colors, light}: Theme): string {
  const {color, codes = ''} = STYLES[tone];
  if (color === undefined || colors === 'none') return codes;
  const shade = SHADES[colors][light ? 'light' : 'dark'][color];
  return codes === '' ? shade : `${codes};${shade}`;
}
