/** Forms of a place that a shell, a template or a person was to fill in. */
const FORMS: readonly RegExp[] = [
  /\$\{[^{}]*\}?/,
  /\$\([^()]*\)?/,
  /(?<![A-Za-z0-9])\$[A-Za-z_]\w+/,
  /\{\{[^{}]*\}\}/,
  /(?<![0-9A-Za-z%])%[A-Z_][A-Z0-9_]{2,}%/,
  /<[A-Za-z][\w .-]*>/,
];

/** The first place of a text that was to be filled in, such as `${NAME}`, `$NAME` or `<your key>`; null: none. */
export function unfilledPart(text: string): string | null {
  for (const form of FORMS) {
    const found = form.exec(text)?.[0];
    if (found !== undefined) return found;
  }
  return null;
}
