/**
 * A value without the one pair of quotes around it. A shell takes them off; the files of `docker --env-file`, and of other
 * programs that set variables, keep them.
 */
export function unquoted(text: string): string {
  const [, quote, inner] = /^(["'])(.*)\1$/s.exec(text.trim()) ?? [];
  return quote === undefined || inner === undefined || inner.includes(quote) ? text : inner;
}
