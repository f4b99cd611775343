import type {TxDeps, TxLimits} from './deps.ts';
import {byNonce, judge, type Verdict} from './judge.ts';
import {readHead, readNonceFacts} from './node.ts';
import type {TxAttempt, TxEnd} from './port.ts';

/** Attempts with one nonce, oldest first. */
export type AttemptGroup = readonly [TxAttempt, ...TxAttempt[]];
export type JudgedGroup = {group: AttemptGroup; verdict: Verdict};

/**
 * Reads that must agree before a nonce counts as used by another transaction, or a block as gone: the nodes behind one
 * URL lag each other.
 */
const MAX_READS = 3;

/** Reads the verdict on a group from the node; writes nothing. @throws AosError CHAIN_* */
export async function readVerdict(deps: Pick<TxDeps, 'node'>, group: AttemptGroup): Promise<Verdict> {
  return judge(group, await readNonceFacts(deps.node, group));
}

/** Depth in blocks that a reorganisation may reach: Ethereum finalises within two to three epochs. */
const REORG_BLOCKS = 96n;
/** Concluded attempts that are checked again: more than a node sends within {@link REORG_BLOCKS}. */
export const RECENT = 32;

/**
 * Updates every open transaction of the account in the journal: concludes those that the chain has decided, and reopens
 * those whose block a reorganisation removed.
 * @returns the open ones: pending, dropped, or mined with too few confirmations
 * @throws AosError CHAIN_* | JOURNAL_*, or the signal's reason
 */
export async function refreshOpenAttempts(
  deps: TxDeps,
  limits: Pick<TxLimits, 'confirmations' | 'pollMs' | 'signal'>,
): Promise<JudgedGroup[]> {
  const {journal, node, account} = deps;
  await reopenReorganised(deps, limits);
  const open = byNonce(journal.open({chain: node.chain, sender: account.address}));
  const left: JudgedGroup[] = [];
  for (const group of open) {
    const verdict = await readVerdictUntilSure(deps, group, limits);
    const isFinal = !('confirmations' in verdict) || verdict.confirmations >= BigInt(limits.confirmations);
    if (isFinal && (await conclude(deps, group, verdict))) continue;
    left.push({group, verdict});
  }
  return left;
}

/**
 * Reopens transactions whose block is gone, so that the next command with the same intent finds them.
 * @throws AosError CHAIN_* | JOURNAL_*, or the signal's reason
 */
async function reopenReorganised(deps: TxDeps, limits: Pick<TxLimits, 'pollMs' | 'signal'>): Promise<void> {
  const {journal, node, account} = deps;
  const query = {chain: node.chain, sender: account.address};
  const recent = journal.concluded({...query, limit: RECENT});
  if (recent.length === 0) return;
  const reachable = (await readHead(node)) - REORG_BLOCKS;
  for (const [{nonce}] of byNonce(recent.filter(({receipt}) => (receipt?.block ?? 0n) > reachable))) {
    const [group] = byNonce(journal.withNonce({...query, nonce}));
    if (group === undefined) continue;
    const recorded = group.find(({receipt}) => receipt !== null)?.receipt;
    const isStillMined = (verdict: Verdict): boolean =>
      'receipt' in verdict && verdict.receipt.blockHash === recorded?.blockHash;
    if (!isStillMined(await readVerdictUntilSure(deps, group, limits, isStillMined)))
      await journal.reopen({...query, nonce});
  }
}

/** Reads the verdict again while it may come from a lagging node. */
async function readVerdictUntilSure(
  deps: TxDeps,
  group: AttemptGroup,
  {pollMs, signal}: Pick<TxLimits, 'pollMs' | 'signal'>,
  isSure: (verdict: Verdict) => boolean = ({state}) => state !== 'replaced',
): Promise<Verdict> {
  for (let reads = 1; ; reads++) {
    const verdict = await readVerdict(deps, group);
    if (isSure(verdict) || reads >= MAX_READS) return verdict;
    await deps.time.sleep(pollMs, signal);
  }
}

/**
 * Writes a final verdict to the journal; false when the verdict is not final.
 * @throws AosError JOURNAL_*
 */
export async function conclude(
  {journal}: Pick<TxDeps, 'journal'>,
  group: AttemptGroup,
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
