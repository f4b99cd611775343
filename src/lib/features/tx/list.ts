import {refreshOpenAttempts} from '../../peers/chain/tx/open-attempts.ts';
import type {Config} from '../../config/config.ts';
import {isEndpointFailure} from '../../peers/chain/failure.ts';
import type {OutputWarning} from '../../cli/envelope.ts';
import {readTxJournal} from '../../node/journal/transactions.ts';
import {txReport, type TxReport} from './report.ts';
import {withTxSession} from './session.ts';

export type ListOptions = {
  limit: number;
  /** Do not ask the chain what became of the open ones. */
  offline: boolean;
  signal: AbortSignal;
  note: (line: string) => void;
};

/** How often the chain is asked again before a nonce counts as used by another sender. */
const LOOK_AGAIN_MS = 500;

export type Listed = {transactions: TxReport[]; warnings: readonly OutputWarning[]};

/**
 * The node's transactions, newest first, the open ones as the chain has them now. Where the chain does not answer, as
 * the journal has them, with a warning.
 * @throws AosError JOURNAL_* | CHAIN_WRONG_ID
 */
export async function listTransactions(config: Config, options: ListOptions): Promise<Listed> {
  const {offline, note} = options;
  if (offline) return {transactions: asTheJournalHas(config, options), warnings: []};
  try {
    return {transactions: await asTheChainHas(config, options), warnings: []};
  } catch (error) {
    if (!isEndpointFailure(error)) throw error;
    const message = `${error.message}; open transactions are shown as the journal has them`;
    note(`warning: ${message}`);
    return {transactions: asTheJournalHas(config, options), warnings: [{code: error.code, message}]};
  }
}

function asTheJournalHas(config: Config, {limit}: ListOptions): TxReport[] {
  const journal = readTxJournal({dir: config.store.dir});
  try {
    return journal.list(limit).map((attempt) => txReport(attempt));
  } finally {
    journal.close();
  }
}

/** What the chain has decided is in the copy of the journal alone: the next command that sends writes it down. */
function asTheChainHas(config: Config, {limit, signal, note}: ListOptions): Promise<TxReport[]> {
  return withTxSession(config, {signal, note, readOnly: true}, async ({tx}) => {
    const open = await refreshOpenAttempts(tx, {confirmations: 1, pollMs: LOOK_AGAIN_MS, signal});
    const states = new Map(open.map(({verdict}) => [verdict.attempt.hash, verdict.state]));
    return tx.journal.list(limit).map((attempt) => txReport(attempt, states.get(attempt.hash)));
  });
}
