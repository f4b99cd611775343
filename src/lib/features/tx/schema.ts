import * as v from 'valibot';
import {precondition} from './precondition-schema.ts';
import type {ReplaceCheck} from './replace-check.ts';
import type {TxReport} from './report.ts';
import type {ResultEntry} from '../../cli/schema/entry.ts';
import {address, count, decimal, hash32, schemaOf, time} from '../../cli/schema/parts.ts';

const fields = {
  txHash: hash32,
  state: v.pipe(
    v.string(),
    v.description(
      'signed, sent, pending, dropped, mined, reverted, replaced, superseded, abandoned; cancelled by aos tx cancel',
    ),
  ),
  kind: v.string(),
  title: v.string(),
  chainId: count,
  from: address,
  to: address,
  nonce: count,
  valueWei: decimal,
  maxFeePerGas: decimal,
  maxPriorityFeePerGas: decimal,
  signedAt: time,
  block: v.nullable(decimal),
  gasUsed: v.nullable(decimal),
  feeWei: v.nullable(decimal),
};

/** One transaction. */
export const tx = schemaOf<TxReport>()(v.object(fields));

const transacted = v.union([
  tx,
  v.object({...fields, why: v.pipe(v.string(), v.description('why it is not mined yet'))}),
  v.object({state: v.literal('declined')}),
]);

export const txList: ResultEntry = {
  summary: 'aos tx list: the transactions that this node has signed, newest first.',
  result: v.object({transactions: v.array(tx)}),
};
export const txCheck: ResultEntry = {
  summary: 'aos tx speed-up --check, aos tx cancel --check: whether it can be replaced.',
  result: schemaOf<ReplaceCheck>()(
    v.object({
      state: v.picklist(['ready', 'fail']),
      transaction: v.pipe(
        v.nullable(tx),
        v.description('null: a transaction that aos did not send, named by its nonce'),
      ),
      preconditions: v.array(precondition),
    }),
  ),
};
export const txSpeedUp: ResultEntry = {
  summary: 'aos tx speed-up: what became of the new transaction.',
  result: transacted,
};
export const txCancel: ResultEntry = {
  summary: 'aos tx cancel: what became of the cancelling transaction.',
  result: transacted,
};
