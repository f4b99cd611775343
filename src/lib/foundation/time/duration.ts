/** The longest time of one timer of Node.js in ms: a little under 25 days. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

const UNIT_MS = {
  y: 31_536_000_000,
  w: 604_800_000,
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
} as const;

const PART = '[0-9]{1,12}([.][0-9]{1,3})?';
/** The form of {@link parseDuration}, as a regular expression for schemas. */
export const DURATION_PATTERN = `^(${PART}|(${PART}(ms|s|m|h|d|w|y))+)$`;
const WHOLE = new RegExp(DURATION_PATTERN);

/**
 * Reads `500ms`, `2s`, `90m`, `1h30m`, `1.5h`, `30d`, `4w`, `1y` (365 days), or plain seconds, as whole milliseconds.
 * @returns null when the text is no duration
 */
export function parseDuration(text: string): number | null {
  if (!WHOLE.test(text)) return null;
  if (/^[\d.]+$/.test(text)) return Math.round(Number(text) * 1_000);
  const parts = [...text.matchAll(/([\d.]+)(ms|s|m|h|d|w|y)/g)];
  return Math.round(parts.reduce((sum, [, count, unit]) => sum + Number(count) * unitMs(unit), 0));
}

function unitMs(unit: string | undefined): number {
  return Object.entries(UNIT_MS).find(([name]) => name === unit)?.[1] ?? 0;
}

/** Formats ms exactly, so that {@link parseDuration} reads it back: `1h30m`, `2s`, `500ms`, `30d`. */
export function durationText(ms: number): string {
  let rest = Math.round(ms);
  const parts: string[] = [];
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const count = Math.floor(rest / UNIT_MS[unit]);
    if (count > 0) parts.push(`${count}${unit}`);
    rest -= count * UNIT_MS[unit];
  }
  return parts.length === 0 ? '0s' : parts.join('');
}

/** Formats ms for people in the two largest units: `45 s`, `12 min`, `3 h 5 min`, `2 d 4 h`. */
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

/** Formats a measured time in ms: `4 ms`, `1.2 s`; from two minutes on like {@link duration}. */
export function measured(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}

/** Formats the time since `at`: `3 h 5 min ago`. Both are Unix ms. */
export function ago(at: number, now: number): string {
  return `${duration(now - at)} ago`;
}
