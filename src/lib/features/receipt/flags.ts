import {Flags} from '@oclif/core';
import {AosError} from '../../foundation/errors/error.ts';
import type {KnownRange} from '../../protocol/receipt/receipt.ts';
import {checksumAddress, isAddress} from '../../protocol/wire/ethereum.ts';

/** MAX_RANGE() of the network's range contract. */
const MAX = 600_000n;
const RANGE = /^(\d{1,20}),(\d{1,20})(?:\/(\d{1,20}))?$/;

const addressFlag = Flags.custom({
  helpValue: '0x...',
  parse: (text, _context, {name}) => {
    const address = text.trim();
    if (!isAddress(address)) throw new AosError('USAGE', `--${name} takes an address: 0x and 40 hex digits`);
    return Promise.resolve(checksumAddress(address));
  },
});

/** A flag for the range that a job was sampled with: `START,END` of the network's 600000, or `START,END/MAX`. */
const rangeFlag = Flags.custom<KnownRange>({
  helpValue: 'START,END[/MAX]',
  parse: (text) => {
    const [match, start = '0', end = '0', max] = RANGE.exec(text.trim()) ?? [];
    if (match === undefined)
      throw new AosError(
        'USAGE',
        '--range takes two whole numbers, such as 0,60000, or with MAX: 0,60000/600000',
      );
    if (BigInt(start) > BigInt(end))
      throw new AosError('USAGE', '--range begins after its end: it takes START,END, such as 0,60000');
    return Promise.resolve({
      start: BigInt(start),
      end: BigInt(end),
      max: max === undefined ? MAX : BigInt(max),
    });
  },
});

/** Dispatchers of before, beside that of the configuration or the flag. */
export const formerDispatcherFlag = {
  'former-dispatcher': addressFlag({
    summary:
      'Another address that signed jobs as the dispatcher, before it changed; may be repeated (beside node.former_dispatchers).',
    multiple: true,
  }),
};

/** A flag for the digits that jobs were sampled with. */
export const precisionFlag = {
  precision: Flags.integer({
    summary: 'Hex digits of the random value that make the number (default: 6, or as configured).',
    min: 1,
    max: 128,
    helpValue: 'N',
  }),
};

/** Flags of the parties that a receipt is compared with. */
export const partyFlags = {
  operator: addressFlag({summary: 'Address of the operator (default: node_id of the configuration).'}),
  dispatcher: addressFlag({
    summary: 'Address of the dispatcher (default: node.dispatcher_address of the configuration).',
  }),
  ...formerDispatcherFlag,
  range: rangeFlag({
    summary:
      'Range of the operator when the job was sampled (MAX: 600000 unless it is given); may be repeated, for receipts of several times.',
    multiple: true,
  }),
  ...precisionFlag,
};
