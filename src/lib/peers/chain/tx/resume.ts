import {isAosError} from '../../../foundation/errors/error.ts';
import type {TxDeps} from './deps.ts';
import {simulate} from './node.ts';
import type {TxAttempt} from './port.ts';
import {broadcastAttempt} from './send.ts';
import type {JudgedGroup} from './open-attempts.ts';

/** Concluded attempts that a command looks back at: more than a node sends while a command runs. */
const RECENT = 32;

/**
 * The nonce of the transaction that does an errand already, broadcast again where no node holds it; null when there is
 * none. One that came to its end after this command began to look counts too: the command does not know of it yet, and
 * would do the same once more.
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
  try {
    await simulate(deps.node, {from: attempt.sender, ...attempt}, attempt.title);
  } catch (error) {
    if (!isAosError(error, 'CHAIN_REVERTED')) throw error;
    // It would only burn gas. A new one takes its nonce, so that never both are mined.
    await abandon(deps, judged);
    return null;
  }
  deps.note(`${attempt.title}: found ${attempt.hash}, which no node holds; it is broadcast again`);
  await broadcastAttempt(deps, attempt);
  return attempt.nonce;
}

/** The nonce of an errand's transaction that was mined, by whatever process, since this command began to look. */
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
