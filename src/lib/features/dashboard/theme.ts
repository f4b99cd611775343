import {toneCodes, withCodes, type Colors, type Tone as SharedTone} from '../../cli/palette.ts';
import {asciiText} from '../../foundation/text/ascii.ts';
import {type Line, type Tone} from './model/line.ts';

export type Theme = {colors: Colors; ascii: boolean; /** A light background. */ light: boolean};

/** Tones of the dashboard alone; all commands share the others. */
const OWN: Readonly<Partial<Record<Tone, string>>> = {
  plain: '',
  title: '1',
  focus: '1;7',
  key: '1',
  cursor: '7',
};

/** Returns a line as text with colours, which end with the line. */
export function paintLine(line: Line, theme: Theme): string {
  return line
    .map(({text, tone}) => {
      const said = theme.ascii ? asciiText(text, {sameWidth: true}) : text;
      return withCodes(codesOf(tone, theme), said);
    })
    .join('');
}

function codesOf(tone: Tone, theme: Theme): string {
  return isShared(tone) ? toneCodes(tone, theme) : (OWN[tone] ?? '');
}

const isShared = (tone: Tone): tone is Tone & SharedTone => OWN[tone] === undefined;
