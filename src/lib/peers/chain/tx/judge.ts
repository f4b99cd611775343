import type {TxAttempt, TxReceipt} from './port.ts';

/** A node's facts about one attempt. */
export type AttemptFacts = {
  hash: string;
  /** Whether it is in the node's mempool or a block. */ known: boolean;
  receipt: TxReceipt | null;
};

/** A node's facts about a nonce; the count is read before the attempts. */
export type NonceFacts = {
  /** Transactions of the sender in blocks: the next free nonce. */
  count: number;
  head: bigint;
  attempts: readonly AttemptFacts[];
};

/**
 * - `mined`, `reverted`: by the attempt's receipt; `confirmations` is 1 in the block itself.
 * - `cancelled`: the self-transfer in its place was mined.
 * - `pending`: it is in a node's mempool; `gap` earlier nonces are missing.
 * - `dropped`: it is in no mempool and its nonce is free: never sent, or evicted.
 * - `replaced`: another transaction used its nonce: one that is not in this journal, or one with another intent.
 */
export type Verdict =
  | {state: 'mined' | 'reverted' | 'cancelled'; attempt: TxAttempt; receipt: TxReceipt; confirmations: bigint}
  | {state: 'pending'; attempt: TxAttempt; gap: number}
  | {state: 'dropped' | 'replaced'; attempt: TxAttempt};

/**
 * Decides the state of a transaction from the facts about all attempts with its nonce. While none is mined, the last
 * attempt represents all.
 */
export function judge(attempts: readonly [TxAttempt, ...TxAttempt[]], facts: NonceFacts): Verdict {
  const of = (attempt: TxAttempt): AttemptFacts | undefined =>
    facts.attempts.find(({hash}) => hash === attempt.hash);
  const last = attempts.at(-1) ?? attempts[0];
  for (const attempt of attempts) {
    const receipt = of(attempt)?.receipt ?? null;
    if (receipt === null) continue;
    // An abandoned transaction with another intent was mined after all.
    if (attempt.intent !== last.intent) return {state: 'replaced', attempt: last};
    return concluded(attempt, receipt, facts.head);
  }
  if (facts.count > last.nonce) return {state: 'replaced', attempt: last};
  const held = attempts.filter((attempt) => of(attempt)?.known === true).at(-1);
  if (held !== undefined) return {state: 'pending', attempt: held, gap: last.nonce - facts.count};
  return {state: 'dropped', attempt: last};
}

function concluded(attempt: TxAttempt, receipt: TxReceipt, head: bigint): Verdict {
  const depth = head - receipt.block + 1n;
  const confirmations = depth < 1n ? 1n : depth;
  if (receipt.status === 'reverted') return {state: 'reverted', attempt, receipt, confirmations};
  return {state: attempt.kind === 'cancel' ? 'cancelled' : 'mined', attempt, receipt, confirmations};
}

/** Groups attempts by nonce, ascending; oldest first within a group. */
export function byNonce(attempts: readonly TxAttempt[]): (readonly [TxAttempt, ...TxAttempt[]])[] {
  const groups = new Map<number, [TxAttempt, ...TxAttempt[]]>();
  for (const attempt of attempts) {
    const group = groups.get(attempt.nonce);
    if (group === undefined) groups.set(attempt.nonce, [attempt]);
    else group.push(attempt);
  }
  return [...groups.values()].sort(([a], [b]) => a.nonce - b.nonce);
}
