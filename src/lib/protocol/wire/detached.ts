/** V8 copies shorter pieces of a text anyway. */
const SHORTEST_SLICE = 13;

/**
 * The same text in memory of its own. What was cut from a frame keeps all of the frame in memory as long as it lives:
 * an id that waits in a line would hold up to 64 MiB. `text` must be well-formed, as all that was parsed is.
 */
export function detached(text: string): string {
  return text.length < SHORTEST_SLICE ? text : Buffer.from(text).toString();
}
