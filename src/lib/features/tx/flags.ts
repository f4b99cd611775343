import {Flags} from '@oclif/core';
import {parseGwei} from '../../peers/chain/tx/fees.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {TxLimits} from '../../peers/chain/tx/deps.ts';
import {durationFlag, timeoutFlag} from '../../cli/flags.ts';

const DEFAULT_WAIT_MS = 180_000;
const POLL_MS = 1_000;

/** Flags of every command that sends a transaction. */
export const txFlags = {
  'max-fee': Flags.string({
    summary: 'Highest fee per gas, in gwei; above it nothing is sent (exit 75).',
    helpValue: 'GWEI',
    helpGroup: 'TRANSACTION',
  }),
  confirmations: Flags.integer({
    summary: 'Confirmations to wait for.',
    default: 1,
    min: 1,
    max: 1_000,
    helpValue: 'N',
    helpGroup: 'TRANSACTION',
  }),
  wait: durationFlag({
    summary: 'How long to wait for them; then exit 8, and the next run continues.',
    default: DEFAULT_WAIT_MS,
    defaultHelp: () => Promise.resolve('3m'),
    helpGroup: 'TRANSACTION',
  }),
  timeout: timeoutFlag,
  yes: Flags.boolean({char: 'y', summary: 'Send without asking.', helpGroup: 'TRANSACTION'}),
};

/** The flags of the commands that replace a transaction. */
export const replaceFlags = {
  check: Flags.boolean({
    summary: 'Look only whether it can be replaced, and what that costs. Exit 0 ready, 3 not.',
  }),
  ...txFlags,
};

export type TxFlagValues = {readonly 'max-fee'?: string | undefined; confirmations: number; wait: number};

/** @throws AosError USAGE */
export function txLimits(flags: TxFlagValues, signal: AbortSignal): TxLimits {
  const text = flags['max-fee'];
  const maxFeePerGas = text === undefined ? null : parseGwei(text);
  if (text !== undefined && maxFeePerGas === null)
    throw new AosError('USAGE', '--max-fee takes gwei, such as 40 or 0.5');
  return {maxFeePerGas, confirmations: flags.confirmations, waitMs: flags.wait, pollMs: POLL_MS, signal};
}
