/** Turns bracketed paste on and off: the terminal then tells what was pasted from what was typed. */
export const PASTE_ON = '\u001b[?2004h';
export const PASTE_OFF = '\u001b[?2004l';

const START = '\u001b[200~';
const END = '\u001b[201~';
/** Longest line that is taken; no answer is longer. */
export const MOST_TYPED = 400;

/** Ctrl-K, Ctrl-U and Ctrl-W take away more than one character: there is room again. */
const CLEARS: ReadonlySet<string> = new Set(['\u000b', '\u0015', '\u0017']);

/** Takes what came from the terminal and gives what a question may see. */
export type TypedFilter = (chunk: string) => string;

/**
 * Guards a one-line question against what is pasted into it. Of a paste only the first line is taken, without control
 * characters: it never answers a question by itself and never moves the cursor. Of a line, pasted or typed, what is
 * beyond {@link MOST_TYPED} characters is dropped, since every character is drawn anew.
 */
export function createTypedFilter(): TypedFilter {
  let pasting = false;
  let lineOver = false;
  /** The first characters of a mark whose rest is still to come. */
  let held = '';
  let length = 0;

  const take = (text: string): string => {
    let taken = '';
    for (const char of text) {
      const control = char < ' ' || char === '\u007f';
      if (pasting) {
        if (char === '\r' || char === '\n') lineOver = taken !== '' || length > 0 || lineOver;
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

/** How many characters at the end of a text may be the beginning of a mark; Esc alone is a key, not a mark. */
function openMark(text: string, mark: string): number {
  for (let count = Math.min(mark.length - 1, text.length); count > 1; count -= 1)
    if (mark.startsWith(text.slice(-count))) return count;
  return 0;
}
