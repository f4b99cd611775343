/**
 * Reads the header Retry-After (RFC 9110, 10.2.3): seconds, with a fraction as Discord has them, or a date.
 * @param now Unix ms, for a date
 * @returns ms, at least 0; null: it is not there, or says nothing
 */
export function retryAfterMs(value: string | string[] | undefined, now: number): number | null {
  const text = (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
  if (/^\d{1,9}(\.\d{1,6})?$/.test(text)) return Math.ceil(Number(text) * 1_000);
  const at = /^[A-Za-z]{3,9},? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}
