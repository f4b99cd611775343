/**
 * Characters that could move a cursor, hide text or start an escape sequence: C0 and C1 controls, DEL,
 * line and paragraph separators, zero-width and bidirectional marks, and all that Unicode calls ignorable, as it is
 * drawn as nothing: fillers, variation selectors, tags; and the blank of Braille.
 */
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u2800\ufff9-\ufffb]|\p{Default_Ignorable_Code_Point}/gu;

/**
 * Outside text made safe for a terminal or a log line: unsafe characters become `\xNN` or `\u{N}`,
 * and what is longer than `limit` characters is cut with an ellipsis.
 */
export function safeText(text: string, limit = 500): string {
  const clipped = text.length > limit ? `${text.slice(0, limit).replace(/[\ud800-\udbff]$/, '')}…` : text;
  return clipped.replace(UNSAFE, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (code === 0x0a) return '\\n';
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

/**
 * One line of JSON that is harmless on a terminal too: JSON escapes C0 controls itself, the other unsafe characters
 * become `\\uNNNN`, which parses back to the same text. bigint as decimal strings.
 */
export function jsonLine(value: unknown, indent?: number): string {
  const text = JSON.stringify(
    value,
    (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item),
    indent,
  );
  return harmlessJson(text);
}

/** Text of JSON with the other unsafe characters escaped too. */
export function harmlessJson(json: string): string {
  return json.replace(UNSAFE, (char) =>
    char === '\n'
      ? char
      : Array.from(
          {length: char.length},
          (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
}
