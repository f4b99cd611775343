import {findAttempt, replaceTransaction} from '../../peers/chain/tx/replace.ts';
import type {TxLimits} from '../../peers/chain/tx/deps.ts';
import type {TransactOutcome} from '../../peers/chain/tx/transact.ts';
import type {Config} from '../../config/config.ts';
import type {Confirm} from './confirm.ts';
import {withTxSession} from './session.ts';
import {settingOf} from './setting.ts';

/** Transactions that a short hash is looked for in. */
export const SEARCHED = 1_000;

/**
 * `aos tx speed-up` and `aos tx cancel`.
 * @param hash of one of the node's transactions, or its unique beginning
 * @throws AosError TX_* | CHAIN_* | SIGNER_* | JOURNAL_*
 */
export function replaceByHash(
  config: Config,
  options: {
    hash: string;
    kind: 'speed-up' | 'cancel';
    limits: TxLimits;
    confirm: Confirm;
    note: (line: string) => void;
  },
): Promise<TransactOutcome> {
  const {hash, kind, limits, confirm, note} = options;
  return withTxSession(config, {signal: limits.signal, note}, async ({tx, chain}) => {
    const attempt = findAttempt(tx.journal.list(SEARCHED), hash);
    const setting = settingOf(config, chain.chainId, null);
    return replaceTransaction(tx, {attempt, kind}, limits, (prepared) => confirm(prepared, setting));
  });
}
