import {measured} from '../../../foundation/text/duration.ts';
import {isoTime} from '../../../foundation/time/time.ts';

/** How long ago, in one or two units: `3s`, `1m04s`, `2h03m`, `5d04h`. Never negative: wall clocks are set. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor((seconds % 86_400) / 3600))}h`;
}

/** How long something has lasted, in a form that seldom changes: `50s`, `10m`, `2h03m`. */
export function coarseAge(ms: number): string {
  return ms >= 60_000 && ms < 3_600_000 ? `${Math.floor(ms / 60_000)}m` : age(ms);
}

/** A countdown: `00:52:48`, hours as many digits as they need. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
}

/** A measured time: `4 ms`, `1.2 s`; `?` for none. */
export function millis(ms: number | null): string {
  return ms === null ? '?' : measured(ms);
}

/** Time of day, UTC: `12:03:44`. */
export const clockTime = (at: number): string => isoTime(at).slice(11, 19);
