/** One input from the terminal. */
export type Input =
  | {type: 'key'; name: string}
  /** Pasted text, cut to {@link MAX_PASTE} characters. */
  | {type: 'paste'; text: string}
  | {type: 'focus'; on: boolean};

/** Characters of a paste at most. */
export const MAX_PASTE = 1_000;
/** Keys of one read at most: more are a paste in a terminal without bracketed paste. */
const MAX_KEYS = 64;
/** Characters of a key's sequence at most; a longer unfinished one is dropped. */
const MAX_SEQUENCE = 32;

const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';

const SEQUENCES: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  Z: 'backtab',
  P: 'f1',
  '1~': 'home',
  '4~': 'end',
  '5~': 'pgup',
  '6~': 'pgdn',
  '7~': 'home',
  '8~': 'end',
  '11~': 'f1',
};

const CONTROLS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x1b': 'esc',
  '\x7f': 'backspace',
  '\b': 'backspace',
};

export type Decoder = {
  /** Returns the inputs of a chunk; keeps an unfinished sequence for the next chunk. */
  feed(chunk: string): Input[];
  /** Whether a lone ESC waits, which is the Esc key when no other byte follows soon. */
  pending(): boolean;
  /** Returns the lone ESC as the Esc key. */
  flush(): Input[];
};

/** Creates a decoder for the input of a terminal in raw mode. It never keeps more than {@link MAX_PASTE} characters. */
export function createDecoder(): Decoder {
  let rest = '';
  let pasted: string | null = null;

  function feed(chunk: string): Input[] {
    const out: Input[] = [];
    let keys = 0;
    rest += chunk;
    while (rest !== '') {
      if (pasted !== null) {
        const end = rest.indexOf(PASTE_END);
        if (pasted.length < MAX_PASTE)
          pasted = (pasted + (end < 0 ? rest.slice(0, -PASTE_END.length) : rest.slice(0, end))).slice(
            0,
            MAX_PASTE,
          );
        if (end < 0) {
          // The end mark may be split between two chunks.
          rest = rest.slice(-PASTE_END.length);
          return out;
        }
        rest = rest.slice(end + PASTE_END.length);
        out.push({type: 'paste', text: pasted});
        pasted = null;
        continue;
      }
      if (rest.startsWith(PASTE_START)) {
        rest = rest.slice(PASTE_START.length);
        pasted = '';
        continue;
      }
      const length = keyLength(rest);
      if (length === 0) {
        if (rest.length > MAX_SEQUENCE) rest = '';
        return out;
      }
      const input = readKey(rest.slice(0, length));
      rest = rest.slice(length);
      if (input === null) continue;
      if (input.type === 'key' && (keys += 1) > MAX_KEYS) {
        const next = rest.indexOf('\x1b');
        rest = next < 0 ? '' : rest.slice(next);
        continue;
      }
      out.push(input);
    }
    return out;
  }

  return {
    feed,
    pending: () => rest === '\x1b' && pasted === null,
    flush() {
      if (rest !== '\x1b' || pasted !== null) return [];
      rest = '';
      return [{type: 'key', name: 'esc'}];
    },
  };
}

/** Returns the length of the first key in a text; 0 while the key is incomplete. */
function keyLength(text: string): number {
  if (!text.startsWith('\x1b')) return String.fromCodePoint(text.codePointAt(0) ?? 0).length;
  if (text.length === 1) return 0;
  if (text[1] === 'O') return text.length < 3 ? 0 : 3;
  // ESC before a key is that key with Alt, which has no meaning here.
  if (text[1] !== '[') return text[1] === '\x1b' ? 1 : 2;
  const end = /^\x1b\[[\x20-\x3f]*[\x40-\x7e]/.exec(text.slice(0, MAX_SEQUENCE + 1));
  if (end !== null) return end[0].length;
  return /^\x1b\[[\x20-\x3f]*$/.test(text.slice(0, MAX_SEQUENCE + 1)) ? 0 : 2;
}

function readKey(text: string): Input | null {
  const control = CONTROLS[text];
  if (control !== undefined) return {type: 'key', name: control};
  if (text === '\x1b[I' || text === '\x1b[O') return {type: 'focus', on: text === '\x1b[I'};
  if (text.startsWith('\x1b')) {
    const name = SEQUENCES[text.slice(2)];
    return name === undefined ? null : {type: 'key', name};
  }
  const code = text.charCodeAt(0);
  if (code < 0x20) return {type: 'key', name: `ctrl-${String.fromCharCode(code + 0x60)}`};
  return {type: 'key', name: text};
}
