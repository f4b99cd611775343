import {attemptWith, cancelNonce, checkCancelNonce} from '../../peers/chain/tx/cancel-nonce.ts';
import {checkReplacement, findAttempt, replaceTransaction} from '../../peers/chain/tx/replace.ts';
import type {TxDeps, TxLimits} from '../../peers/chain/tx/deps.ts';
import type {TxAttempt} from '../../peers/chain/tx/port.ts';
import type {PreparedTx, TransactOutcome} from '../../peers/chain/tx/transact.ts';
import type {Config} from '../../config/config.ts';
import {refusePublicAddress} from '../../protocol/known-keys/known-keys.ts';
import type {Confirm} from './confirm.ts';
import {withTxSession} from './session.ts';
import {settingOf} from './setting.ts';

/** Which transaction: the hash of one of the node's, or its unique beginning; or the nonce of any. */
export type Which = {hash: string} | {nonce: number};

/** What `aos tx speed-up` and `aos tx cancel` do; by nonce alone a transaction can only be cancelled. */
export type Replacing = {kind: 'speed-up'; which: {hash: string}} | {kind: 'cancel'; which: Which};

/** The transaction to replace: an attempt of the journal, or the nonce of one that aos did not send. */
export type Replaced = {attempt: TxAttempt} | {nonce: number};

/** Transactions that a short hash is looked for in. */
const SEARCHED = 1_000;

/** @throws AosError TX_UNKNOWN */
export function replacedBy(tx: TxDeps, {which}: Replacing): Replaced {
  if ('hash' in which) return {attempt: findAttempt(tx.journal.list(SEARCHED), which.hash)};
  const attempt = attemptWith(tx, which.nonce);
  return attempt === null ? which : {attempt};
}

/** What the replacement would cost; nothing is signed. @throws AosError TX_* | CHAIN_* */
export function preparedFor(
  tx: TxDeps,
  {kind}: Replacing,
  replaced: Replaced,
  limits: TxLimits,
): Promise<PreparedTx> {
  return 'nonce' in replaced
    ? checkCancelNonce(tx, replaced.nonce, limits)
    : checkReplacement(tx, {...replaced, kind}, limits);
}

/**
 * Sends the replacement and waits for it.
 * @throws AosError TX_* | CHAIN_* | SIGNER_* | JOURNAL_*
 */
export function replace(
  config: Config,
  replacing: Replacing,
  {limits, confirm, note}: {limits: TxLimits; confirm: Confirm; note: (line: string) => void},
): Promise<TransactOutcome> {
  return withTxSession(config, {signal: limits.signal, note}, async ({tx, chain}) => {
    refusePublicAddress('node.node_id', config.node.id, chain.chainId);
    const replaced = replacedBy(tx, replacing);
    const setting = settingOf(config, chain.chainId, null);
    const agree = (prepared: PreparedTx): Promise<boolean> => confirm(prepared, setting);
    return 'nonce' in replaced
      ? cancelNonce(tx, replaced.nonce, limits, agree)
      : replaceTransaction(tx, {...replaced, kind: replacing.kind}, limits, agree);
  });
}
