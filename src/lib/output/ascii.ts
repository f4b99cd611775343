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
