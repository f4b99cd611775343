import {settleOpen} from '../chain/tx/settle.ts';
import type {Config} from '../config/config.ts';
import {isAosError} from '../errors.ts';
import {openTxJournal} from '../journal/transactions.ts';
import {txReport, type TxReport} from './tx-report.ts';
import {withTxSession} from './tx-session.ts';

export type ListOptions = {
  limit: number;
  /** Do not ask the chain what became of the open ones. */
  offline: boolean;
  signal: AbortSignal;
  note: (line: string) => void;
};

/** How often the chain is asked again before a nonce counts as used by somebody else. */
const LOOK_AGAIN_MS = 500;

/**
 * The node's transactions, newest first, the open ones as the chain has them now. Where the chain does not answer, as
 * the journal has them.
 * @throws AosError JOURNAL_* | CHAIN_WRONG_ID
 */
export async function listTransactions(config: Config, options: ListOptions): Promise<TxReport[]> {
  const {offline, signal, note} = options;
  const states = offline ? new Map<string, string>() : await askChain(config, signal, note);
  const journal = openTxJournal({dir: config.store.dir});
  try {
    return journal.list(options.limit).map((attempt) => txReport(attempt, states.get(attempt.hash)));
  } finally {
    journal.close();
  }
}

/** Ends what the chain has decided; the states of the others, by hash. */
async function askChain(
  config: Config,
  signal: AbortSignal,
  note: (line: string) => void,
): Promise<ReadonlyMap<string, string>> {
  try {
    return await withTxSession(config, {signal, note}, async ({tx}) => {
      const open = await settleOpen(tx, {confirmations: 1, pollMs: LOOK_AGAIN_MS, signal});
      return new Map(open.map(({verdict}) => [verdict.attempt.hash, verdict.state]));
    });
  } catch (error) {
    if (!isAosError(error, 'CHAIN_UNREACHABLE', 'CHAIN_BAD_ANSWER')) throw error;
    note(`warning: ${error.message}; open transactions are shown as the journal has them`);
    return new Map();
  }
}
