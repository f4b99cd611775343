import {isAosError} from '../../../foundation/errors/error.ts';
import type {TxDeps} from './deps.ts';
import type {TxAttempt} from './port.ts';
import {broadcastAttempt} from './send.ts';
import {simulate} from './simulate.ts';
import {RECENT, type JudgedGroup} from './open-attempts.ts';

/**
 * Finds the transaction with an intent and returns its nonce; null when there is none. One that is in no mempool is
 * broadcast again, unless it would fail now or run out of gas. One that was mined after this command started counts too, so that it is not sent twice.
 * @param open what {@link settleOpen} has left
 * @throws AosError CHAIN_* | JOURNAL_* | TX_NOT_TAKEN
 */
export async function resume(
  deps: TxDeps,
  open: readonly JudgedGroup[],
  intent: string,
): Promise<number | null> {
  const judged = open.find(({group}) => (group.at(-1) ?? group[0]).intent === intent);
  if (judged === undefined) return findMinedMeanwhile(deps, intent);
  const {attempt, state} = judged.verdict;
  if (state !== 'dropped') {
    deps.note(`${attempt.title}: found ${attempt.hash}, sent before`);
    return attempt.nonce;
  }
  if (attempt.state === 'abandoned') return null;
  if (!(await canStillSucceed(deps, attempt))) {
    // It would only burn gas. A new one takes its nonce, so that at most one of them is mined.
    await abandon(deps, judged);
    return null;
  }
  deps.note(`${attempt.title}: found ${attempt.hash}, which is in no mempool; broadcasting it again`);
  await broadcastAttempt(deps, attempt);
  return attempt.nonce;
}

/** False when the call reverts now, or needs more gas than the signed transaction allows. */
async function canStillSucceed({node}: TxDeps, attempt: TxAttempt): Promise<boolean> {
  try {
    const {estimate} = await simulate(node, {from: attempt.sender, ...attempt}, attempt.title);
    return estimate <= attempt.gas;
  } catch (error) {
    if (!isAosError(error, 'CHAIN_REVERTED')) throw error;
    return false;
  }
}

/** Finds the nonce of a transaction with this intent that was mined since the command started, by any process. */
function findMinedMeanwhile({journal, node, account, note}: TxDeps, intent: string): number | null {
  const done = journal
    .concluded({chain: node.chain, sender: account.address, limit: RECENT})
    .find((attempt) => attempt.intent === intent && (attempt.receipt?.block ?? 0n) > node.since);
  if (done === undefined) return null;
  note(`${done.title}: found ${done.hash}, which was mined meanwhile`);
  return done.nonce;
}

async function abandon(deps: TxDeps, judged: JudgedGroup): Promise<void> {
  for (const {hash} of judged.group) await deps.journal.end(hash, 'abandoned', null);
  const mark = (attempt: TxAttempt): TxAttempt => ({...attempt, state: 'abandoned'});
  const [first, ...rest] = judged.group;
  judged.group = [mark(first), ...rest.map(mark)];
}
