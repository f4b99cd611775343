/** Keys with `_`, at any depth. */
export function snakeKeys(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string, unknown][] = Object.entries(value);
  return entries.flatMap(([key, item]) => [...(key.includes('_') ? [key] : []), ...snakeKeys(item)]);
}
