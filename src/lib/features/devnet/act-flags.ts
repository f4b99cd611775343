import {Flags} from '@oclif/core';
import {EJECTORS, PENALTIES} from '../../../devnet/act/request.ts';
import {AosError} from '../../foundation/errors/error.ts';

const WAD_DIGITS = 18;
/** 100 % is 1e18, so that one percent is 1e16. */
const PERCENT_DIGITS = 16;

/** A decimal number in smallest units; null for what is none. */
function units(text: string, digits: number): bigint | null {
  const match = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(text.trim());
  const [, whole = '', fraction = ''] = match ?? [];
  if (match === null || fraction.length > digits) return null;
  return BigInt(whole) * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, '0'));
}

/** A flag for a share in percent, above 0 and at most 100; its value is of 1e18. */
const percentFlag = Flags.custom({
  helpValue: 'PERCENT',
  parse: (text, _context, {name}) => {
    const wad = units(text, PERCENT_DIGITS);
    if (wad === null || wad === 0n || wad > 10n ** 18n)
      throw new AosError('USAGE', `--${name} takes a share above 0 and up to 100, such as 10 or 0.5`);
    return Promise.resolve(wad.toString());
  },
});

/** A flag for an amount of a token with 18 decimals; its value is in wei. */
const tokensFlag = Flags.custom({
  helpValue: 'AMOUNT',
  parse: (text, _context, {name}) => {
    const wei = units(text, WAD_DIGITS);
    if (wei === null) throw new AosError('USAGE', `--${name} takes an amount, such as 5 or 0.25`);
    return Promise.resolve(wei.toString());
  },
});

/** A flag for quorum numbers, as `0` or `0,1`. */
const quorumsFlag = Flags.custom<number[]>({
  helpValue: 'N,N',
  parse: (text, _context, {name}) => {
    const numbers = text.split(',').map((part) => (/^\d{1,3}$/.test(part.trim()) ? Number(part) : 256));
    if (numbers.some((number) => number > 191))
      throw new AosError('USAGE', `--${name} takes numbers from 0 to 191, such as 0 or 0,1`);
    return Promise.resolve(numbers);
  },
});

const operator = Flags.string({
  summary: 'The operator (default: the first of the devnet).',
  helpValue: 'ADDRESS',
  parse: (text) => {
    if (/^0x[0-9a-fA-F]{40}$/.test(text)) return Promise.resolve(text);
    throw new AosError('USAGE', '--operator takes an address: 0x and 40 hex digits');
  },
});

export const slashFlags = {
  operator,
  percent: percentFlag({
    summary: 'Share of what it has allocated.',
    default: (10n ** 17n).toString(),
    defaultHelp: () => Promise.resolve('10'),
    exclusive: ['penalty'],
  }),
  penalty: Flags.option({options: PENALTIES})({
    summary: 'Record a penalty in the ledger instead, and leave the stake alone.',
  }),
  description: Flags.string({
    summary: 'The reason that the event gives.',
    default: 'slashed on the devnet',
    helpValue: 'TEXT',
  }),
};

export const challengeFlags = {
  job: Flags.string({
    summary: 'Challenge the clock number of this job (default: the newest with a result).',
    helpValue: 'ID',
    exclusive: ['clock'],
  }),
  clock: Flags.string({
    summary: 'Challenge this clock number.',
    helpValue: 'N',
    parse: (text) => {
      if (/^\d{1,77}$/.test(text)) return Promise.resolve(text);
      throw new AosError('USAGE', '--clock takes a whole number');
    },
  }),
  quorums: quorumsFlag({
    summary: 'Quorums whose operators have to sign the answer.',
    default: [0],
    defaultHelp: () => Promise.resolve('0'),
  }),
  threshold: Flags.integer({
    summary: 'Percent of the stake of each quorum that has to sign.',
    default: 67,
    min: 0,
    max: 255,
    helpValue: 'PERCENT',
  }),
  blocks: Flags.integer({
    summary: 'Empty blocks that pass after it is opened, before an answer.',
    default: 0,
    min: 0,
    max: 10_000,
    helpValue: 'N',
  }),
  answer: Flags.boolean({summary: 'Have the aggregator answer it.', default: false}),
  index: Flags.integer({
    summary: 'Answer this challenge instead of opening one.',
    min: 0,
    max: 2 ** 32 - 1,
    helpValue: 'NUMBER',
    dependsOn: ['answer'],
    exclusive: ['job', 'clock'],
  }),
};

export const ejectFlags = {
  operator,
  quorums: quorumsFlag({summary: 'Quorums, or operator sets (default: all that it is in).'}),
  by: Flags.option({options: EJECTORS})({
    summary: 'The ejector: an account, as the published deployer sets it, or an EjectionManager.',
    default: 'account',
  }),
};

export const pendingStakeFlags = {
  operator,
  deposit: tokensFlag({
    summary: 'What a staker delegates more, of the first strategy.',
    default: (5n * 10n ** 18n).toString(),
    defaultHelp: () => Promise.resolve('5'),
  }),
  blocks: Flags.integer({
    summary: 'Blocks until a new allocation takes effect.',
    default: 20,
    min: 1,
    max: 10_000,
    helpValue: 'N',
  }),
};
