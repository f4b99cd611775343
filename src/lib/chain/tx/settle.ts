import type {TxDeps, TxLimits} from './deps.ts';
import {byNonce, judge, type Verdict} from './judge.ts';
import {readNonceFacts} from './node.ts';
import type {TxAttempt, TxEnd} from './port.ts';

/** Attempts with one nonce, oldest first. */
export type Group = readonly [TxAttempt, ...TxAttempt[]];
export type Judged = {group: Group; verdict: Verdict};

/** A nonce counts as used by a stranger only when the node says so this often: the nodes of a pool lag each other. */
const REPLACED_LOOKS = 3;

/** What became of a group, by the node; nothing is written. @throws AosError CHAIN_* */
export async function look(deps: Pick<TxDeps, 'node'>, group: Group): Promise<Verdict> {
  return judge(group, await readNonceFacts(deps.node, group));
}

/**
 * Looks at every transaction of the account that the journal holds open, and ends those the chain has decided.
 * @returns the others: pending, dropped, or mined with too few confirmations
 * @throws AosError CHAIN_* | JOURNAL_*, or the signal's reason
 */
export async function settleOpen(
  deps: TxDeps,
  limits: Pick<TxLimits, 'confirmations' | 'pollMs' | 'signal'>,
): Promise<Judged[]> {
  const {journal, node, account} = deps;
  const open = byNonce(journal.open({chain: node.chain, sender: account.address}));
  const left: Judged[] = [];
  for (const group of open) {
    const verdict = await lookUntilSure(deps, group, limits);
    const isFinal = !('confirmations' in verdict) || verdict.confirmations >= BigInt(limits.confirmations);
    if (isFinal && (await conclude(deps, group, verdict))) continue;
    left.push({group, verdict});
  }
  return left;
}

async function lookUntilSure(
  deps: TxDeps,
  group: Group,
  {pollMs, signal}: {pollMs: number; signal: AbortSignal},
): Promise<Verdict> {
  for (let looks = 1; ; looks++) {
    const verdict = await look(deps, group);
    if (verdict.state !== 'replaced' || looks >= REPLACED_LOOKS) return verdict;
    await deps.time.sleep(pollMs, signal);
  }
}

/**
 * Writes a final verdict into the journal; true when it was final.
 * @throws AosError JOURNAL_*
 */
export async function conclude(
  {journal}: Pick<TxDeps, 'journal'>,
  group: Group,
  verdict: Verdict,
): Promise<boolean> {
  switch (verdict.state) {
    case 'pending':
    case 'dropped':
      return false;
    case 'replaced':
      for (const {hash} of group) await journal.end(hash, 'replaced', null);
      return true;
    case 'mined':
    case 'reverted':
    case 'cancelled': {
      const end: TxEnd = verdict.state === 'reverted' ? 'reverted' : 'mined';
      for (const {hash} of group) {
        if (hash === verdict.attempt.hash) await journal.end(hash, end, verdict.receipt);
        else await journal.end(hash, 'superseded', null);
      }
      return true;
    }
  }
}
