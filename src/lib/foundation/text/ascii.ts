import {cellsOf, graphemes} from './cells.ts';

/** The ASCII forms of the signs in our own texts: the most readable one, and one of a single cell. */
const SIGNS: Readonly<Record<string, {text: string; cell?: string}>> = {
  '✓': {text: '+'},
  '✗': {text: 'x'},
  '·': {text: '.', cell: '-'},
  '…': {text: '...', cell: '~'},
  '→': {text: '->', cell: '>'},
  '←': {text: '<-', cell: '<'},
  '↑': {text: '^'},
  '↓': {text: 'v'},
  '–': {text: '-'},
  '—': {text: '-'},
  '‑': {text: '-'},
  '’': {text: "'"},
  '‘': {text: "'"},
  '“': {text: '"'},
  '”': {text: '"'},
  '≤': {text: '<='},
  '≥': {text: '>='},
  '×': {text: 'x'},
  '±': {text: '+/-'},
  '‖': {text: '||'},
  '−': {text: '-'},
  '─': {text: '-'},
  '│': {text: '|'},
  '▁': {text: '_'},
  '▃': {text: '-'},
  '▅': {text: '='},
};

/**
 * A text of ours for a terminal without Unicode: signs as above, any other character as `\u{N}`.
 * @param sameWidth every character in as many cells as before, for what is already laid out; what has no sign of its own
 *   becomes `?`
 */
export function asciiText(text: string, {sameWidth = false}: {sameWidth?: boolean} = {}): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  if (sameWidth) return graphemes(text).map(cellOf).join('');
  return text.replace(
    /[^\x00-\x7f]/gu,
    (char) => SIGNS[char]?.text ?? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

function cellOf(char: string): string {
  if (/^[\x00-\x7f]$/.test(char)) return char;
  const sign = SIGNS[char];
  const cell = sign?.cell ?? sign?.text;
  return cell?.length === 1 ? cell : '?'.repeat(cellsOf(char));
}

/** JSON that parses to the same values, without a character beyond ASCII. */
export function asciiJson(json: string): string {
  return json.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
