import type {TxAttempt, TxKind, TxReceipt, TxState} from '../../peers/chain/tx/port.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {Row} from './driver.ts';
import {numberOf, textOf} from './rows.ts';

const KINDS = ['send', 'speed-up', 'cancel'] as const satisfies readonly TxKind[];
const STATES = [
  'signed',
  'sent',
  'mined',
  'reverted',
  'replaced',
  'superseded',
  'abandoned',
] as const satisfies readonly TxState[];

/** A row of the table `transactions`. @throws AosError JOURNAL_UNREADABLE */
export function attemptOf(row: Row): TxAttempt {
  const wei = (column: string): bigint => weiOf(textOf(row, column), column);
  return {
    hash: hexOf(row, 'hash'),
    chain: {id: numberOf(row, 'chain_id'), genesis: textOf(row, 'genesis')},
    sender: textOf(row, 'sender'),
    nonce: numberOf(row, 'nonce'),
    intent: textOf(row, 'intent'),
    kind: oneOf(KINDS, row, 'kind'),
    title: textOf(row, 'title'),
    to: hexOf(row, 'recipient'),
    data: hexOf(row, 'data'),
    value: wei('value'),
    gas: wei('gas'),
    maxFeePerGas: wei('max_fee'),
    maxPriorityFeePerGas: wei('max_tip'),
    raw: hexOf(row, 'raw'),
    state: oneOf(STATES, row, 'state'),
    signedAt: numberOf(row, 'signed_at'),
    receipt: row['receipt'] === null ? null : receiptOf(textOf(row, 'receipt')),
  };
}

/** A receipt as the column holds it: five fields, separated by spaces. */
export function receiptText({status, block, blockHash, gasUsed, feeWei}: TxReceipt): string {
  return [status, block, blockHash, gasUsed, feeWei].join(' ');
}

function receiptOf(text: string): TxReceipt {
  const [status, block = '', blockHash = '', gasUsed = '', feeWei = ''] = text.split(' ');
  if (status !== 'success' && status !== 'reverted') throw damaged('receipt');
  const wei = (part: string): bigint => weiOf(part, 'receipt');
  return {status, block: wei(block), blockHash, gasUsed: wei(gasUsed), feeWei: wei(feeWei)};
}

function weiOf(text: string, column: string): bigint {
  if (/^\d{1,78}$/.test(text)) return BigInt(text);
  throw damaged(column);
}

function hexOf(row: Row, column: string): TxAttempt['hash'] {
  const text = textOf(row, column);
  if (/^0x(?:[0-9a-fA-F]{2})*$/.test(text)) return `0x${text.slice(2)}`;
  throw damaged(column);
}

function oneOf<T extends string>(known: readonly T[], row: Row, column: string): T {
  const text = textOf(row, column);
  const found = known.find((value) => value === text);
  if (found === undefined) throw damaged(column);
  return found;
}

function damaged(column: string): AosError {
  return new AosError('JOURNAL_UNREADABLE', `the transaction journal holds an unexpected value in ${column}`);
}
