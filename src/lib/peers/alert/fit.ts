const END = '…';

/**
 * Cuts a text so that what `encode` makes of it has at most `most` UTF-16 units, which is never less than the characters
 * that a service counts. What is cut ends with an ellipsis; no character is split.
 * @param encode of one character [as it is]
 */
export function fit(text: string, most: number, encode: (char: string) => string = (char) => char): string {
  const parts = Array.from(text, encode);
  if (parts.reduce((sum, part) => sum + part.length, 0) <= most) return parts.join('');
  let cut = '';
  for (const part of parts) {
    if (cut.length + part.length > most - END.length) break;
    cut += part;
  }
  return cut + END;
}
