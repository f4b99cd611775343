/** V8 copies shorter slices. */
const SHORTEST_SLICE = 13;

/**
 * Returns a copy of `text` with its own memory. A slice of a frame keeps the whole frame in memory: one queued id would
 * retain up to 64 MiB. `text` must be well-formed UTF-16, as parsed text is.
 */
export function detached(text: string): string {
  return text.length < SHORTEST_SLICE ? text : Buffer.from(text).toString();
}
