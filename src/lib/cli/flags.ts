import {Flags} from '@oclif/core';
import {AosError} from '../foundation/errors/error.ts';
import {durationText, MAX_TIMER_MS, parseDuration} from '../foundation/time/duration.ts';
import {namedPath, pathMistake} from '../config/user-path.ts';
import {say} from '../foundation/next-step/next-step.ts';

const DAY_MS = 86_400_000;

/** The bounds of a flag's time. */
type TimeBounds = {minMs: number; maxMs: number};

/** Reads the time of a flag in ms. @throws AosError USAGE when it is no time, or out of bounds */
export function parseTime(text: string, flag: string, {minMs, maxMs}: TimeBounds): number {
  const ms = parseDuration(text.trim());
  if (ms !== null && ms >= minMs && ms <= maxMs) return ms;
  const most = durationText(maxMs > DAY_MS ? maxMs - (maxMs % DAY_MS) : maxMs);
  throw new AosError(
    'USAGE',
    `--${flag} takes a time from ${durationText(minMs)} to ${most}, such as 30s, 1h30m or 2d`,
  );
}

/** A flag for a time, `1h30m` or plain seconds; its value is in ms, from 1 ms to 24 days. */
export const durationFlag = Flags.custom<number, Partial<TimeBounds>>({
  helpValue: 'TIME',
  parse: (text, _context, {name, minMs = 1, maxMs = MAX_TIMER_MS}) =>
    Promise.resolve(parseTime(text, name, {minMs, maxMs})),
});

/** A flag for an age, `12h`, `30d` or `1y`; its value is in ms, at most 100 years. */
export const ageFlag = Flags.custom<number>({
  helpValue: 'AGE',
  parse: (text, _context, {name}) =>
    Promise.resolve(parseTime(text, name, {minMs: 1, maxMs: 100 * 365 * DAY_MS})),
});

/** A flag for a file or directory; `~/` is expanded, as a shell does it only without quotes. `-` stays. */
export const pathFlag = Flags.custom({
  helpValue: 'FILE',
  parse: (text, _context, {name}) => Promise.resolve(pathOfFlag(text, `--${name}`)),
});

/** 32 bytes in hex: a private key or a seed that was typed where its file belongs. */
const SECRET = /^(?:0[xX])?[0-9a-fA-F]{64}$/;

/** Expands the `~/` of a path on the command line; a secret is not taken for a path, nor repeated. @throws AosError USAGE */
export function pathOfFlag(text: string, flag: string): string {
  if (SECRET.test(text.trim()))
    throw new AosError(
      'USAGE',
      `${flag} takes the name of a file, not a secret; what was typed is in the history of the shell now`,
      {next: say('Use another key if this one is in use; else take the line out of the history.')},
    );
  const mistake = pathMistake(text);
  if (mistake !== null) throw new AosError('USAGE', `${flag}: the path ${mistake}`);
  return namedPath(text, process.cwd(), process.env, flag);
}

/** The largest end of a range that the range contract accepts. */
const MAX_RANGE = 600_000n;

/** A flag for a sampling range `A,B` that the range contract accepts: 0 ≤ A < B ≤ 600000. */
export const rangeFlag = Flags.custom<{start: bigint; end: bigint}>({
  parse: (text) => {
    const match = /^(\d{1,20}),(\d{1,20})$/.exec(text.trim());
    const start = BigInt(match?.[1] ?? 0);
    const end = BigInt(match?.[2] ?? 0);
    if (match === null || start >= end || end > MAX_RANGE) {
      throw new AosError('USAGE', '--range takes two whole numbers in order, up to 600000, such as 0,60000');
    }
    return Promise.resolve({start, end});
  },
});

/** Checks an http(s) address of a flag. @throws AosError USAGE when it is none, or has a path */
export function httpUrl(text: string, flag: string): string {
  if (!/^https?:\/\/[^\s/?#@]+\/?$/.test(text)) {
    throw new AosError('USAGE', `--${flag} takes an http(s) address without a path`, {
      next: say(`Give it as --${flag} http://127.0.0.1:8080`),
    });
  }
  return text;
}

/** `--timeout`, of commands that ask the chain: one limit for all of the command. */
export const timeoutFlag = durationFlag({
  summary: 'Give up after this long, all waits together (exit 75).',
  minMs: 1_000,
  helpGroup: 'GLOBAL',
});

/** `--fresh`, of commands that keep logs of final blocks for the next run. */
export const freshFlag = Flags.boolean({
  summary: 'Read all blocks anew, without what earlier runs kept.',
});
