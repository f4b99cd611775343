/** A duration in its two largest units: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} d` : `${days} d ${hours % 24} h`;
}

/** How long ago something was. */
export function ago(at: number, now: number): string {
  return `${duration(now - at)} ago`;
}

/** A part of a whole in percent, with at most four digits behind the point. */
export function percent(part: bigint, whole: bigint): string {
  if (whole <= 0n) return '0 %';
  const tenThousandths = (part * 1_000_000n) / whole;
  const text = (Number(tenThousandths) / 10_000).toFixed(4).replace(/\.?0+$/, '');
  return `${text} %`;
}

/** `1 job`, `2 jobs`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** Why the network did not reach a node, as far as its machine can tell. */
export const OUTAGE_CAUSES = {
  'process-down': 'the operator was not running',
  'network-down': 'no connection to the dispatcher',
  'not-probed': 'connected, but nobody asked',
} as const;
