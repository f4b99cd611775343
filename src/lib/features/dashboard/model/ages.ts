import {measured} from '../../../foundation/time/duration.ts';
import {isoTime} from '../../../foundation/time/time.ts';

/** Formats an age in one or two units: `3s`, `1m04s`, `2h03m`, `5d04h`. A negative one, after a change of the wall clock, is `0s`. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  const two = (value: number): string => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}h${two(Math.floor((seconds % 3600) / 60))}m`;
  return `${Math.floor(seconds / 86_400)}d${two(Math.floor((seconds % 86_400) / 3600))}h`;
}

/** Formats a duration in a form that seldom changes: `50s`, `10m`, `2h03m`. */
export function coarseAge(ms: number): string {
  return ms >= 60_000 && ms < 3_600_000 ? `${Math.floor(ms / 60_000)}m` : age(ms);
}

/** Formats a countdown: `00:52:48`; the hours may have more digits. */
export function countdown(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
}

/** Formats a measured time: `4 ms`, `1.2 s`; `?` for null. */
export function millis(ms: number | null): string {
  return ms === null ? '?' : measured(ms);
}

/** Formats the time of day in UTC: `12:03:44`. @param at Unix ms */
export const clockTime = (at: number): string => isoTime(at).slice(11, 19);
