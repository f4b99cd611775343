import {
  firstOdd,
  oddMistake,
  UNSEEN,
  type OddCharacter,
  type OddKind,
} from '../foundation/text/odd-characters.ts';
import type {YamlProblem} from './yaml-problem.ts';

/** A comment: YAML takes only a space, a tab or the beginning of the line before its sign. */
const COMMENT = /(^|[ \t])#.*$/;
/** What precedes the value of a line: dashes of a list, and a key with its colon. */
const BEFORE_VALUE = /^(?:[ \t]*-[ \t]+)*[^:"'#[{]*:(?=[ \t]|$)/;
/** What looks like a sign of YAML, or like a letter of a key. */
const TYPOGRAPHIC: readonly OddKind[] = ['quote', 'dash', 'wide'];
/** Problems at most; after some the file is plainly no text of an editor. */
const MOST = 100;

/**
 * Finds what a page or a word processor leaves in a copied file: characters that are not seen, anywhere but in comments, and
 * typographic ones in place of a key, its colon or the dash of a list. The types of the keys judge the values themselves.
 * @param text with `\n` as line ends
 */
export function oddPlaces(text: string): YamlProblem[] {
  if (/^[\t\n -~]*$/.test(text)) return [];
  return text
    .split('\n')
    .flatMap((line, index) => {
      const code = line.replace(COMMENT, '');
      const odd = firstOdd(code, UNSEEN) ?? inStructure(code);
      if (odd === null) return [];
      return [{at: {line: index + 1, col: odd.position}, message: oddMistake(odd), path: ''}];
    })
    .slice(0, MOST);
}

function inStructure(code: string): OddCharacter | null {
  const before = BEFORE_VALUE.exec(code)?.[0];
  if (before !== undefined)
    return firstOdd(before, /[A-Za-z]/.test(before) ? [...TYPOGRAPHIC, 'letter'] : TYPOGRAPHIC);
  if (/^[ \t]*\p{Pd}[ \t]/u.test(code)) return firstOdd(code, ['dash']);
  return code.includes('\uff1a') ? firstOdd(code, ['wide']) : null;
}
