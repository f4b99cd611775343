import {run, type RenderNext} from '../../foundation/next-step/next-step.ts';
import {gwei} from '../../peers/chain/tx/fees.ts';
import type {TxAttempt} from '../../peers/chain/tx/port.ts';
import type {TransactOutcome} from '../../peers/chain/tx/transact.ts';
import {EXIT} from '../../foundation/errors/table.ts';
import {checksumAddress} from '../../protocol/wire/ethereum.ts';
import {shownEther} from '../../foundation/text/amounts.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {fitTable} from '../../foundation/text/table.ts';
import {isoTime} from '../../foundation/time/time.ts';

/** A transaction as `--json` shows it. */
export type TxReport = {
  txHash: string;
  state: string;
  kind: string;
  title: string;
  chainId: number;
  from: string;
  to: string;
  nonce: number;
  valueWei: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
  signedAt: string;
  block: bigint | null;
  gasUsed: bigint | null;
  feeWei: bigint | null;
};

export function txReport(attempt: TxAttempt, state: string = attempt.state): TxReport {
  const {hash, kind, title, chain, sender, to, nonce, value, receipt} = attempt;
  return {
    txHash: hash,
    state,
    kind,
    title,
    chainId: chain.id,
    from: checksumAddress(sender),
    to: checksumAddress(to),
    nonce,
    valueWei: value,
    maxFeePerGas: attempt.maxFeePerGas,
    maxPriorityFeePerGas: attempt.maxPriorityFeePerGas,
    signedAt: isoTime(attempt.signedAt),
    block: receipt?.block ?? null,
    gasUsed: receipt?.gasUsed ?? null,
    feeWei: receipt?.feeWei ?? null,
  };
}

/** How a command that sent one transaction ended. */
export function transactedReport(
  done: TransactOutcome,
  next: RenderNext,
): {exitCode: number; result: object; text: string} {
  switch (done.state) {
    case 'declined':
      return {exitCode: EXIT.negative, result: {state: 'declined'}, text: 'declined; nothing was sent'};
    case 'pending':
      return {
        exitCode: EXIT.pending,
        result: {...txReport(done.attempt, 'pending'), why: done.why},
        // Not the same command again: it would make yet another one that pays more.
        text: `${done.attempt.hash} is sent: ${done.why}.\n→ ${next(run('tx list'))}`,
      };
    case 'mined':
    case 'cancelled': {
      const {attempt, receipt, state} = done;
      const {block, gasUsed, feeWei} = receipt;
      return {
        exitCode: EXIT.ok,
        result: txReport({...attempt, receipt}, state),
        text: `${attempt.title}: ${state === 'cancelled' ? 'cancelled by' : 'mined as'} ${attempt.hash} in block ${block} (gas ${gasUsed}, fee ${shownEther(feeWei)} ETH)`,
      };
    }
  }
}

/** The transactions as a table. */
export function renderTransactions(list: readonly TxReport[], width: number): string {
  if (list.length === 0) return 'no transactions: this node has sent none with aos';
  const column = (head: string, of: (tx: TxReport) => string, below = 9, right = false) => ({
    head,
    cells: list.map(of),
    below,
    right,
  });
  return fitTable(
    [
      column('TIME', ({signedAt}) => signedAt.slice(0, 19).replace('T', ' '), 4),
      column('STATE', ({state}) => state),
      column('NONCE', ({nonce}) => String(nonce), 8, true),
      column('WHAT', ({title}) => safeText(title, 80), 7),
      column('BLOCK', ({block}) => block?.toString() ?? '', 3, true),
      column(
        'FEE',
        (tx) => (tx.feeWei === null ? `≤ ${gwei(tx.maxFeePerGas)} gwei` : `${shownEther(tx.feeWei)} ETH`),
        2,
      ),
      column('HASH', ({txHash}) => txHash, 1),
    ],
    width,
  ).join('\n');
}
