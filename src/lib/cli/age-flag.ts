import {Flags} from '@oclif/core';
import {AosError} from '../foundation/errors/error.ts';

const UNIT_MS = {m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000, y: 31_536_000_000} as const;

/** `90m`, `12h`, `30d`, `4w`, `1y` as milliseconds. @throws AosError USAGE */
export function parseAge(text: string, flag: string): number {
  const match = /^(\d{1,6})([mhdwy])$/.exec(text.trim());
  const ms = match === null ? 0 : Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  if (ms <= 0) throw new AosError('USAGE', `--${flag} takes an age such as 12h, 30d, 4w or 1y`);
  return ms;
}

/** A flag that takes how long ago, and gives milliseconds. */
export const ageFlag = Flags.custom<number>({
  helpValue: 'AGE',
  parse: (text, _context, {name}) => Promise.resolve(parseAge(text, name)),
});
