import type {Level} from '../node/events/describe.ts';
import type {Paint} from '../node/events/lines.ts';

/** The number of colours of the terminal. */
export type Colors = 'none' | '16' | '256' | 'true';

/** The meaning of a coloured text. A sign or a word always repeats it. */
export type Tone = 'ok' | 'warn' | 'fail' | 'wait' | 'unknown' | 'dim' | 'bold';

/** Colours a text by its meaning. */
export type Palette = (tone: Tone, text: string) => string;

type Hue = 'green' | 'orange' | 'vermilion' | 'purple';

const STYLES: Readonly<Record<Tone, {hue?: Hue; codes?: string}>> = {
  ok: {hue: 'green'},
  warn: {hue: 'orange'},
  fail: {hue: 'vermilion', codes: '1'},
  wait: {hue: 'purple'},
  unknown: {hue: 'purple'},
  dim: {codes: '2'},
  bold: {codes: '1'},
};

type Shades = Readonly<Record<Hue, string>>;

/** The colours of Okabe and Ito, which differ for colour-blind people, too (https://jfly.uni-koeln.de/color/). */
const SHADES: Readonly<Record<Exclude<Colors, 'none'>, {dark: Shades; light: Shades}>> = {
  true: {
    dark: {
      green: '38;2;47;191;146',
      orange: '38;2;230;159;0',
      vermilion: '38;2;213;94;0',
      purple: '38;2;204;121;167',
    },
    light: {
      green: '38;2;0;122;88',
      orange: '38;2;170;112;0',
      vermilion: '38;2;190;76;0',
      purple: '38;2;160;70;120',
    },
  },
  '256': {
    dark: {green: '38;5;43', orange: '38;5;178', vermilion: '38;5;166', purple: '38;5;175'},
    light: {green: '38;5;29', orange: '38;5;130', vermilion: '38;5;130', purple: '38;5;132'},
  },
  '16': {
    // Plain green is too dark for some terminals of this kind, so it is bold.
    dark: {green: '1;32', orange: '33', vermilion: '31', purple: '35'},
    light: {green: '32', orange: '33', vermilion: '31', purple: '35'},
  },
};

/** Returns the SGR codes of a tone, '' for none; the commands and the dashboard share this table. */
export function toneCodes(tone: Tone, {colors, light = false}: {colors: Colors; light?: boolean}): string {
  const {hue, codes = ''} = STYLES[tone];
  if (hue === undefined || colors === 'none') return codes;
  const shade = SHADES[colors][light ? 'light' : 'dark'][hue];
  return codes === '' ? shade : `${codes};${shade}`;
}

/** Wraps a text in SGR codes, which end with it. */
export function withCodes(codes: string, text: string): string {
  return codes === '' || text === '' ? text : `\x1b[${codes}m${text}\x1b[0m`;
}

/** Returns the colours of commands: the sixteen of every terminal. */
export function palette(color: boolean): Palette {
  return (tone, text) => (color ? withCodes(toneCodes(tone, {colors: '16'}), text) : text);
}

const TONE_OF: Readonly<Record<Level, Tone>> = {debug: 'dim', info: 'ok', warn: 'warn', error: 'fail'};

/** Colours the word of a level. */
export function levelPaint(color: boolean): Paint {
  const paint = palette(color);
  return (level, text) => paint(TONE_OF[level], text);
}
