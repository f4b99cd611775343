/** Turn bracketed paste on and off, with which the terminal marks pasted text. */
export const PASTE_ON = '\u001b[?2004h';
export const PASTE_OFF = '\u001b[?2004l';

const START = '\u001b[200~';
const END = '\u001b[201~';
/** Characters of a line at most; no answer is longer. */
export const MOST_TYPED = 400;

/** Ctrl-K, Ctrl-U and Ctrl-W remove more than one character, so the line has room again. */
const CLEARS: ReadonlySet<string> = new Set(['\u000b', '\u0015', '\u0017']);

/** Filters the input of a terminal for a question. */
export type TypedFilter = (chunk: string) => string;

/**
 * Creates a filter that guards a one-line question against pasted text. Of a paste it keeps the first line without control
 * characters, so that a paste neither answers a question nor moves the cursor. It drops the characters of a line beyond
 * {@link MOST_TYPED}, because the prompt draws the whole line again for each.
 * @param onCut called for each character of a further line that is dropped
 */
export function createTypedFilter(onCut: () => void = () => {}): TypedFilter {
  let pasting = false;
  let lineOver = false;
  /** The beginning of a mark whose rest has not arrived. */
  let held = '';
  let length = 0;

  const take = (text: string): string => {
    let taken = '';
    for (const char of text) {
      const control = char < ' ' || char === '\u007f';
      if (pasting) {
        if (char === '\r' || char === '\n') lineOver = taken !== '' || length > 0 || lineOver;
        if (lineOver && !control) onCut();
        if (control || lineOver) continue;
      }
      if (char === '\r' || char === '\n') length = 0;
      else if (CLEARS.has(char)) length = 0;
      else if (control) length = Math.max(0, length - 1);
      else if (length >= MOST_TYPED) continue;
      else length += 1;
      taken += char;
    }
    return taken;
  };

  return (chunk) => {
    let rest = held + chunk;
    held = '';
    let taken = '';
    for (;;) {
      const mark = pasting ? END : START;
      const at = rest.indexOf(mark);
      if (at === -1) break;
      taken += take(rest.slice(0, at));
      pasting = !pasting;
      lineOver = false;
      rest = rest.slice(at + mark.length);
    }
    const open = openMark(rest, pasting ? END : START);
    held = rest.slice(rest.length - open);
    return taken + take(rest.slice(0, rest.length - open));
  };
}

/** Counts the characters at the end of a text that may begin a mark; Esc alone is a key. */
function openMark(text: string, mark: string): number {
  for (let count = Math.min(mark.length - 1, text.length); count > 1; count -= 1)
    if (mark.startsWith(text.slice(-count))) return count;
  return 0;
}
