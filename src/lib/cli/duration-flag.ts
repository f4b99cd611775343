import {Flags} from '@oclif/core';
import {AosError} from '../foundation/errors/error.ts';

const UNIT_MS = {ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000} as const;
/** The longest time a timer holds. */
const MAX_MS = 2 ** 31 - 1;

/** `30s`, `10m`, `1.5h`, or plain seconds, as milliseconds. @throws AosError USAGE */
export function parseDuration(text: string, flag: string): number {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text.trim());
  const ms = match === null ? NaN : Number(match[1]) * UNIT_MS[(match[2] ?? 's') as keyof typeof UNIT_MS];
  if (!(ms > 0 && ms <= MAX_MS)) {
    throw new AosError('USAGE', `--${flag} takes a time from 1ms to 24d, such as 30s or 10m`);
  }
  return Math.round(ms);
}

/** A flag that takes a duration and gives milliseconds. */
export const durationFlag = Flags.custom<number>({
  helpValue: 'TIME',
  parse: (text, _context, {name}) => Promise.resolve(parseDuration(text, name)),
});
