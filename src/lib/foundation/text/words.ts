/** `1 job`, `2 jobs`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Why the network did not reach a node, from what its machine recorded. */
export const OUTAGE_CAUSES = {
  'process-down': 'the operator was not running',
  'network-down': 'no connection to the dispatcher',
  'not-probed': 'connected, but not asked',
} as const;
