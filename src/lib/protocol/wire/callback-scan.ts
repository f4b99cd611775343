/** What a look over the bytes of a JSON object says of it, before anything is built of them. */
export type ObjectScan = {
  /** The text of the member of that name on the top level; null: none yet, or one that is not plain text. */
  text: string | null;
  /** How many values there are, counted roughly; the scan ends above `most`. */
  values: number;
};

const [QUOTE, COLON, COMMA, BACKSLASH] = [0x22, 0x3a, 0x2c, 0x5c];
const OPENERS: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSERS: ReadonlySet<number> = new Set([0x5d, 0x7d]);
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
/** A longer text is no name and no request id. */
const MOST_TEXT = 256;

/**
 * Looks over the beginning of a JSON object, or all of it. It is no check: a body that is broken is found out by the parser.
 * @param most more values than this are not counted
 */
export function scanObject(bytes: Uint8Array, name: string, most: number): ObjectScan {
  let depth = 0;
  let values = 0;
  let found: string | null = null;
  for (let at = 0; at < bytes.length && values <= most; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) {
      const end = endOfText(bytes, at + 1);
      if (end < 0) break;
      if (depth === 1 && found === null && plainText(bytes, at, end) === name)
        found = valueAfter(bytes, end + 1);
      at = end;
    } else if (OPENERS.has(byte)) {
      depth += 1;
      values += 1;
    } else if (CLOSERS.has(byte)) depth -= 1;
    else if (byte === COMMA) values += 1;
  }
  return {text: found, values};
}

/** The text after a name and its colon. */
function valueAfter(bytes: Uint8Array, from: number): string | null {
  const colon = skipSpaces(bytes, from);
  if (bytes[colon] !== COLON) return null;
  const start = skipSpaces(bytes, colon + 1);
  if (bytes[start] !== QUOTE) return null;
  const end = endOfText(bytes, start + 1);
  return end < 0 ? null : plainText(bytes, start, end);
}

function skipSpaces(bytes: Uint8Array, from: number): number {
  let at = from;
  while (SPACES.has(bytes[at] ?? 0)) at += 1;
  return at;
}

/** Where the text that begins at `from` ends, -1: not in these bytes. */
function endOfText(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(QUOTE, from); at >= 0; at = bytes.indexOf(QUOTE, at + 1)) {
    let slashes = 0;
    while (at - 1 - slashes >= from && bytes[at - 1 - slashes] === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return at;
  }
  return -1;
}

/** Null: it is long, or spelled with escapes. */
function plainText(bytes: Uint8Array, start: number, end: number): string | null {
  if (end - start > MOST_TEXT) return null;
  const text = Buffer.from(bytes.subarray(start + 1, end)).toString('utf8');
  return text.includes('\\') ? null : text;
}
