/**
 * Kinds of characters that a value copied from a web page, a chat or a word processor may have where only ASCII is meant:
 * `mark` cannot be seen, `digit` and `letter` look like ASCII, `other` is any other character beyond ASCII.
 */
export type OddKind = 'mark' | 'space' | 'quote' | 'dash' | 'wide' | 'digit' | 'letter' | 'other';

export type OddCharacter = {
  kind: OddKind;
  /** From 1, in characters as they are read. */
  position: number;
  /** What it is, such as `an en dash (U+2013)`. */
  what: string;
  /** What to do, such as `type - instead`. */
  remedy: string;
};

/** Everything that an address, a number, a URL or a name in ASCII cannot have. */
export const ALL_ODD: readonly OddKind[] = [
  'mark',
  'space',
  'quote',
  'dash',
  'wide',
  'digit',
  'letter',
  'other',
];
/** What no text that people type on purpose has. */
export const UNSEEN: readonly OddKind[] = ['mark', 'space'];

const CLASSES: readonly [OddKind, RegExp, string][] = [
  [
    'mark',
    /^[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb]|[\u{e0000}-\u{e0fff}]$/u,
    'an invisible character',
  ],
  ['space', /^[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]$/u, 'a space of another kind'],
  ['quote', /^[\u2018-\u201f\u2032\u2033\u00ab\u00bb\u00b4]$/u, 'a typographic quotation mark'],
  ['dash', /^[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]$/u, 'a typographic dash'],
  ['wide', /^[\uff01-\uff5e\u3002\uff61\u2026]$/u, 'a full-width character'],
  ['digit', /^\p{Nd}$/u, 'a digit of another script'],
];

const NAMES: Readonly<Record<string, string>> = {
  '\u00a0': 'a no-break space',
  '\u00ad': 'a soft hyphen',
  '\u061c': 'an Arabic letter mark',
  '\u200b': 'a zero-width space',
  '\u200c': 'a zero-width non-joiner',
  '\u200d': 'a zero-width joiner',
  '\u200e': 'a left-to-right mark',
  '\u200f': 'a right-to-left mark',
  '\u202a': 'a left-to-right embedding',
  '\u202b': 'a right-to-left embedding',
  '\u202c': 'an end mark of a text direction',
  '\u202d': 'a left-to-right override',
  '\u202e': 'a right-to-left override',
  '\u202f': 'a narrow no-break space',
  '\u2060': 'a word joiner',
  '\ufeff': 'a byte order mark',
  '\u2010': 'a typographic hyphen',
  '\u2011': 'a no-break hyphen',
  '\u2013': 'an en dash',
  '\u2014': 'an em dash',
  '\u2212': 'a minus sign',
  '\u2026': 'an ellipsis',
  '\u3000': 'an ideographic space',
};

/** Letters of Cyrillic and Greek that look like one of ASCII. */
const ALIKE = new Map(
  Array.from(
    'аaеeоoрpсcхxуyіiјjѕsһhԁdԛqԝwьbАAВBЕEКKМMНHОOРPСCТTХXЅSІIЈJУYαaοoνvρpυuκkιiχxΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX'.matchAll(
      /(.)(.)/gu,
    ),
    ([, odd = '', plain = '']) => [odd, plain],
  ),
);

/** The first character of a text that is of one of the kinds; null: there is none. */
export function firstOdd(text: string, kinds: readonly OddKind[] = ALL_ODD): OddCharacter | null {
  let position = 0;
  for (const char of text) {
    position += 1;
    const kind = kindOf(char);
    if (kind !== null && kinds.includes(kind))
      return {kind, position, what: whatOf(char, kind), remedy: remedyOf(char, kind)};
  }
  return null;
}

/** Says what a text has, in words that follow its name, and what to do about it. */
export function oddMistake({what, position, remedy}: OddCharacter): string {
  return `has ${what} as character ${position}: ${remedy}`;
}

/** Removes spaces, tabs and line ends of ASCII around a text; others are named, not removed unseen. */
export function trimAscii(text: string): string {
  return text.replace(/^[ \t\r\n]+/, '').replace(/[ \t\r\n]+$/, '');
}

function kindOf(char: string): OddKind | null {
  if (char >= ' ' && char <= '~') return null;
  if (char === '\t' || char === '\n' || char === '\r') return null;
  const found = CLASSES.find(([, pattern]) => pattern.test(char))?.[0];
  return found ?? (ALIKE.has(char) ? 'letter' : 'other');
}

function whatOf(char: string, kind: OddKind): string {
  const code = `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const name = NAMES[char] ?? CLASSES.find(([known]) => known === kind)?.[2];
  if (name !== undefined) return `${name} (${code})`;
  if (kind === 'other') return `the character ${char} (${code})`;
  const script = char >= '\u0400' ? 'Cyrillic' : 'Greek';
  return `a ${script} letter (${code}) that looks like ${ALIKE.get(char) ?? ''}`;
}

function remedyOf(char: string, kind: OddKind): string {
  switch (kind) {
    case 'mark':
      return 'delete it';
    case 'space':
      return 'type a space instead, or delete it';
    case 'quote':
      return `type ${/[\u2018-\u201b\u2032\u00b4]/.test(char) ? "'" : '"'} instead, or delete it`;
    case 'dash':
      return 'type - instead';
    case 'wide':
      return `type ${wideOf(char)} instead`;
    case 'digit':
      return 'type the digits 0 to 9';
    case 'letter':
      return `type ${ALIKE.get(char) ?? ''} instead`;
    case 'other':
      return 'use letters, digits and signs of ASCII; a host name of another script in its xn-- form';
  }
}

function wideOf(char: string): string {
  if (char === '\u3002' || char === '\uff61') return '.';
  return char === '\u2026' ? '...' : String.fromCodePoint((char.codePointAt(0) ?? 0) - 0xfee0);
}
