import {keccak256, type Hex} from 'viem';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import type {TxDeps} from './deps.ts';
import type {Fees} from './fees.ts';
import {broadcast, type Refusal} from './broadcast.ts';
import type {NewAttempt, TxAttempt, TxKind} from './port.ts';

/** A transaction with every field decided. */
export type Draft = Fees & {
  intent: string;
  kind: TxKind;
  title: string;
  to: Hex;
  data: Hex;
  value: bigint;
  nonce: number;
  gas: bigint;
};

/** Poll interval and time limit for the lock of the journal; a signature takes up to 15 s. */
const LOCK_POLL_MS = 100;
const LOCK_WAIT_MS = 30_000;

/**
 * Runs `work` while no other process of this node chooses a nonce.
 * @throws AosError TX_LOCKED after 30 s, or the signal's reason
 */
export async function locked<T>(deps: TxDeps, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const lock = await takeLock(deps, signal);
  try {
    return await work();
  } finally {
    lock.release();
  }
}

async function takeLock({journal, time}: TxDeps, signal: AbortSignal): Promise<{release(): void}> {
  const until = time.monotonic() + LOCK_WAIT_MS;
  for (;;) {
    try {
      return journal.lock();
    } catch (error) {
      const busy = error instanceof AosError && error.code === 'TX_LOCKED';
      if (!busy || time.monotonic() >= until) throw error;
    }
    await time.sleep(LOCK_POLL_MS, signal);
  }
}

/**
 * Signs, journals the signed bytes, then broadcasts them. A crash after the journal write loses nothing: the next run
 * finds the transaction by its intent.
 * @throws AosError SIGNER_* (nothing was journalled), JOURNAL_* (nothing was sent), and as {@link broadcastAttempt}
 */
export async function signAndSend(deps: TxDeps, draft: Draft): Promise<void> {
  const {node, account, journal, time} = deps;
  const {intent, kind, title, ...fields} = draft;
  const raw = await account.signTransaction({type: 'eip1559', chainId: node.chain.id, ...fields});
  const attempt: NewAttempt = {
    ...draft,
    hash: keccak256(raw),
    chain: node.chain,
    sender: account.address,
    raw,
    signedAt: time.now(),
  };
  await journal.add(attempt);
  await broadcastAttempt(deps, attempt);
}

/**
 * Broadcasts journalled bytes. Without an answer the attempt stays `signed`, and the wait checks the chain for it.
 * @throws AosError TX_NOT_TAKEN | TX_REFUSED | TX_INSUFFICIENT_FUNDS when the node refuses; the attempt is then abandoned and
 *   the next run makes a new one. {@link neededTipOf} gives the tip that it wants.
 */
export async function broadcastAttempt(
  {node, journal}: TxDeps,
  {hash, raw}: Pick<TxAttempt, 'hash' | 'raw'>,
): Promise<void> {
  const answer = await broadcast(node, raw);
  if (answer.state === 'refused') {
    await journal.end(hash, 'abandoned', null);
    throw refused(answer.refusal, hash);
  }
  if (answer.state === 'taken') await journal.sent(hash);
}

function refused({code, why, next, neededTip}: Refusal, txHash: string): AosError {
  const details = {txHash, ...(neededTip === null ? {} : {neededTipWei: neededTip.toString()})};
  return new AosError(code, why, {details, ...(next === null ? {} : {next})});
}

/** The tip in wei per gas that a node named when it refused a transaction; null for any other error. */
export function neededTipOf(error: unknown): bigint | null {
  const said = isAosError(error) ? error.details['neededTipWei'] : undefined;
  return typeof said === 'string' ? BigInt(said) : null;
}
