import {Flags} from '@oclif/core';
import {createBudget} from '../../peers/chain/tx/budget.ts';
import {parseGwei} from '../../peers/chain/tx/fees.ts';
import {ether} from '../../config/values.ts';
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
  tip: Flags.string({
    summary: 'Tip per gas, in gwei (default: as the RPC advises, within --max-tip).',
    helpValue: 'GWEI',
    helpGroup: 'TRANSACTION',
  }),
  'max-tip': Flags.string({
    summary: 'Highest tip per gas that the RPC may advise or ask for, in gwei (default 5); above it exit 77.',
    helpValue: 'GWEI',
    helpGroup: 'TRANSACTION',
  }),
  'max-gas': Flags.integer({
    summary: 'Most gas of one transaction (default: what such a call can need); above it exit 77.',
    min: 21_000,
    max: 16_777_216,
    helpValue: 'GAS',
    helpGroup: 'TRANSACTION',
  }),
  'max-cost': Flags.string({
    summary: 'Most that all transactions of this command may cost, in ETH (default 0.1); above it exit 77.',
    helpValue: 'ETH',
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
  yes: Flags.boolean({
    char: 'y',
    summary: 'Sign and send without asking, where the configuration names what is signed for; else exit 77.',
    helpGroup: 'TRANSACTION',
  }),
};

/** The flags of the commands that replace a transaction. */
export const replaceFlags = {
  check: Flags.boolean({
    summary: 'Look only whether it can be replaced, and what that costs. Exit 0 ready, 3 not.',
  }),
  ...txFlags,
};

export type TxFlagValues = {
  readonly 'max-fee'?: string | undefined;
  readonly tip?: string | undefined;
  readonly 'max-tip'?: string | undefined;
  readonly 'max-gas'?: number | undefined;
  readonly 'max-cost'?: string | undefined;
  confirmations: number;
  wait: number;
};

/** @throws AosError USAGE */
export function txLimits(flags: TxFlagValues, signal: AbortSignal): TxLimits {
  const maxGas = flags['max-gas'];
  return {
    maxFeePerGas: gweiOf(flags, 'max-fee'),
    tip: gweiOf(flags, 'tip'),
    maxTip: gweiOf(flags, 'max-tip'),
    maxGas: maxGas === undefined ? null : BigInt(maxGas),
    budget: createBudget(etherOf(flags['max-cost'])),
    confirmations: flags.confirmations,
    waitMs: flags.wait,
    pollMs: POLL_MS,
    signal,
  };
}

/** @throws AosError USAGE */
function gweiOf(flags: TxFlagValues, flag: 'max-fee' | 'tip' | 'max-tip'): bigint | null {
  const text = flags[flag];
  if (text === undefined) return null;
  const wei = parseGwei(text);
  if (wei === null) throw new AosError('USAGE', `--${flag} takes gwei, such as 40 or 0.5`);
  return wei;
}

/** @throws AosError USAGE */
function etherOf(text: string | undefined): bigint | null {
  if (text === undefined) return null;
  const parsed = ether.parse(text.trim());
  if ('wrong' in parsed) throw new AosError('USAGE', '--max-cost takes ETH, such as 0.05');
  return parsed.value;
}
