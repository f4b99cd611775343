/** The beginning of a service's answer as a record; null: it is no JSON object. */
export function replyRecord(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null; // not JSON, such as the page of a proxy
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text of it, or ''. */
export function textOf(record: Readonly<Record<string, unknown>> | null, name: string): string {
  const value = record?.[name];
  return typeof value === 'string' ? value : '';
}

/** Seconds of it, as ms; null: there are none. */
export function secondsOf(record: Readonly<Record<string, unknown>> | null, name: string): number | null {
  const value = record?.[name];
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? Math.ceil(value * 1_000) : null;
}
