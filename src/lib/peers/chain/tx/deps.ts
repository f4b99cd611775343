import type {LocalAccount} from 'viem';
import type {Time} from '../../../foundation/time/time.ts';
import type {TxNode} from './node.ts';
import type {TxJournal} from './port.ts';

/** What sending a transaction needs. */
export type TxDeps = {
  node: TxNode;
  /** Signs and compares what was signed with what was asked, field by field (signer/account.ts). */
  account: LocalAccount;
  journal: TxJournal;
  time: Time;
  /** A line for people, on the way. */
  note: (line: string) => void;
};

/** What the caller allows. */
export type TxLimits = {
  /** Highest maxFeePerGas in wei; null: the default bound. */
  maxFeePerGas: bigint | null;
  /** Blocks, the transaction's own included; at least 1. */
  confirmations: number;
  /** How long to wait for them. */
  waitMs: number;
  /** How often the chain is asked meanwhile. */
  pollMs: number;
  signal: AbortSignal;
};
