/** What stands for the signs that our own texts use. */
const SIGNS: Readonly<Record<string, string>> = {
  '✓': '+',
  '✗': 'x',
  '·': '.',
  '…': '...',
  '→': '->',
  '←': '<-',
  '–': '-',
  '—': '-',
  '‑': '-',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '≤': '<=',
  '≥': '>=',
  '×': 'x',
  '‖': '||',
  '−': '-',
  '─': '-',
  '│': '|',
};

/** A text of ours for a terminal without Unicode: signs as above, any other character as `\u{N}`. */
export function asciiText(text: string): string {
  return text.replace(
    /[^\x00-\x7f]/gu,
    (char) => SIGNS[char] ?? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
  );
}

/** JSON that parses to the same values, without a character beyond ASCII. */
export function asciiJson(json: string): string {
  return json.replace(/[^\x00-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
