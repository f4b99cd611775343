import type {LocalAccount} from 'viem';
import type {Time} from '../../../foundation/time/time.ts';
import type {Budget} from './budget.ts';
import type {FeeBounds} from './fees.ts';
import type {TxNode} from './node.ts';
import type {TxJournal} from './port.ts';

/** The ports for sending a transaction. */
export type TxDeps = {
  node: TxNode;
  /** Signs, and compares the signed transaction with the request field by field (signer/account.ts). */
  account: LocalAccount;
  journal: TxJournal;
  time: Time;
  /** Receives a progress line for people. */
  note: (line: string) => void;
};

/** Limits of one transaction. */
export type TxLimits = FeeBounds & {
  /** Most gas of a transaction; null: the ceiling of its plan. */
  maxGas: bigint | null;
  /** What the transactions of the whole command may cost. */
  budget: Budget;
  /** Blocks, the transaction's own included; at least 1. */
  confirmations: number;
  /** How long to wait for the confirmations. */
  waitMs: number;
  /** Poll interval while waiting. */
  pollMs: number;
  signal: AbortSignal;
};
