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
  const {offline, signal, note} = options;
  const {states, warnings} = offline ? NOT_ASKED : await askChain(config, signal, note);
  const journal = readTxJournal({dir: config.store.dir});
  try {
    const attempts = journal.list(options.limit);
    return {transactions: attempts.map((attempt) => txReport(attempt, states.get(attempt.hash))), warnings};
  } finally {
    journal.close();
  }
}

type Asked = {states: ReadonlyMap<string, string>; warnings: readonly OutputWarning[]};
const NOT_ASKED: Asked = {states: new Map(), warnings: []};

/** Ends what the chain has decided; the states of the others, by hash. */
async function askChain(config: Config, signal: AbortSignal, note: (line: string) => void): Promise<Asked> {
  try {
    return await withTxSession(config, {signal, note}, async ({tx}) => {
      const open = await refreshOpenAttempts(tx, {confirmations: 1, pollMs: LOOK_AGAIN_MS, signal});
      return {
        states: new Map(open.map(({verdict}) => [verdict.attempt.hash, verdict.state])),
        warnings: [],
      };
    });
  } catch (error) {
    if (!isEndpointFailure(error)) throw error;
    const message = `${error.message}; open transactions are shown as the journal has them`;
    note(`warning: ${message}`);
    return {...NOT_ASKED, warnings: [{code: error.code, message}]};
  }
}
