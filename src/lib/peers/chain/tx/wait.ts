import {AosError, stoppedBy} from '../../../foundation/errors/error.ts';
import {isEndpointFailure} from '../failure.ts';
import type {TxDeps, TxLimits} from './deps.ts';
import type {Verdict} from './judge.ts';
import {broadcast} from './broadcast.ts';
import type {TxAttempt, TxReceipt} from './port.ts';
import {conclude, readVerdict, type AttemptGroup} from './open-attempts.ts';
import {run, say} from '../../../foundation/next-step/next-step.ts';

/**
 * The result of a wait. `why` names what is missing; `isNext`: no earlier nonce is missing; `foreign`: the nonce that must be
 * mined first and is no transaction of this journal, null for none.
 */
export type WaitResult =
  | {state: 'mined' | 'cancelled'; attempt: TxAttempt; receipt: TxReceipt}
  | {state: 'pending'; attempt: TxAttempt; why: string; isNext: boolean; foreign: number | null};

/** Shortest interval between two broadcasts of an evicted transaction. */
const RESEND_MS = 15_000;
/** See open-attempts.ts: the nodes of a pool lag each other. */
const MAX_REPLACED_READS = 3;

/**
 * Waits until one of the attempts with this nonce has enough confirmations, or the time is up. It sees attempts of other
 * processes (`aos tx speed-up`), and retries a node that does not answer.
 * @throws AosError TX_REVERTED | TX_REPLACED | INTERRUPTED (details.txHash) | JOURNAL_*
 */
export async function waitForNonce(deps: TxDeps, nonce: number, limits: TxLimits): Promise<WaitResult> {
  const {node, account, journal, time, note} = deps;
  const {signal, pollMs} = limits;
  const started = time.monotonic();
  const query = {chain: node.chain, sender: account.address, nonce};
  const noted = new Set<string>();
  const noteOnce = (line: string): void => {
    if (!noted.has(line)) note(line);
    noted.add(line);
  };
  let resentAt = started;
  let replacedReads = 0;
  for (;;) {
    const group = asGroup(journal.withNonce(query));
    const verdict = await readVerdictOrNote(deps, group, noteOnce);
    replacedReads = verdict?.state === 'replaced' ? replacedReads + 1 : 0;
    if (verdict !== null && isSettled(verdict, limits.confirmations, replacedReads)) {
      await conclude(deps, group, verdict);
      return concluded(verdict);
    }
    if (verdict?.state === 'dropped' && time.monotonic() - resentAt >= RESEND_MS) {
      resentAt = time.monotonic();
      noteOnce('the transaction is no longer in any mempool; broadcasting it again');
      await broadcast(node, verdict.attempt.raw);
    }
    const last = verdict?.attempt ?? group.at(-1) ?? group[0];
    if (time.monotonic() - started >= limits.waitMs) {
      const foreign = foreignNonce(deps, verdict);
      return {
        state: 'pending',
        attempt: last,
        why: foreign === null ? missingText(verdict, limits.confirmations) : foreignText(foreign),
        isNext: verdict?.state === 'pending' && verdict.gap <= 0,
        foreign,
      };
    }
    try {
      await time.sleep(pollMs, signal);
    } catch {
      throw interrupted(last, signal.reason);
    }
  }
}

/** Reads the verdict; null when the node fails, so that the next turn retries. */
async function readVerdictOrNote(
  deps: TxDeps,
  group: AttemptGroup,
  noteOnce: (line: string) => void,
): Promise<Verdict | null> {
  try {
    return await readVerdict(deps, group);
  } catch (error) {
    if (!isEndpointFailure(error)) throw error;
    noteOnce(`${error.message}; retrying`);
    return null;
  }
}

function isSettled(verdict: Verdict, confirmations: number, replacedReads: number): boolean {
  if (verdict.state === 'replaced') return replacedReads >= MAX_REPLACED_READS;
  return 'receipt' in verdict && verdict.confirmations >= BigInt(confirmations);
}

function concluded(verdict: Verdict): WaitResult {
  const {attempt} = verdict;
  if (verdict.state === 'mined' || verdict.state === 'cancelled')
    return {state: verdict.state, attempt, receipt: verdict.receipt};
  const details = {txHash: attempt.hash, nonce: attempt.nonce};
  if (verdict.state === 'reverted') throw reverted(attempt, verdict.receipt);
  throw new AosError(
    'TX_REPLACED',
    `${attempt.title}: nonce ${attempt.nonce} was used by another transaction than ${attempt.hash}`,
    {details},
  );
}

/**
 * Percent of the gas limit that a transaction has used when it ran out of gas in a call inside a call: each call passes on
 * 63 of 64 parts of what is left (EIP-150), and a registry behind a proxy has used most of it by then.
 */
const OUT_OF_GAS = 98n;

function reverted({hash, nonce, title, gas}: TxAttempt, {block, gasUsed, feeWei}: TxReceipt): AosError {
  const ranOut = gasUsed * 100n >= gas * OUT_OF_GAS;
  const where = `${title}: the transaction ${hash} was mined in block ${block} and`;
  return new AosError(
    'TX_REVERTED',
    ranOut ? `${where} ran out of gas: it used ${gasUsed} of its limit of ${gas}` : `${where} failed there`,
    {
      ...(ranOut
        ? {next: say('Run the command again: it estimates the gas again. Nothing has changed.')}
        : {}),
      details: {
        txHash: hash,
        nonce,
        block: block.toString(),
        gas: gas.toString(),
        gasUsed: gasUsed.toString(),
        outOfGas: ranOut,
        feeWei: feeWei.toString(),
      },
    },
  );
}

/** Returns the nonce that is next of the account when another program has sent its transaction, or has to; else null. */
function foreignNonce({node, account, journal}: TxDeps, verdict: Verdict | null): number | null {
  if (verdict?.state !== 'pending' || verdict.gap <= 0) return null;
  const first = verdict.attempt.nonce - verdict.gap;
  const ours = journal.withNonce({chain: node.chain, sender: account.address, nonce: first});
  return ours.length === 0 ? first : null;
}

function foreignText(nonce: number): string {
  return `nonce ${nonce} must be mined first, a transaction that aos did not send: its fee is too low, or it is not sent yet`;
}

/** Describes what an expired wait still needs. */
export function missingText(verdict: Verdict | null, confirmations: number): string {
  if (verdict === null) return 'the chain RPC does not answer';
  if ('confirmations' in verdict) return `it has ${verdict.confirmations} of ${confirmations} confirmations`;
  if (verdict.state === 'pending' && verdict.gap > 0)
    return `${verdict.gap} earlier transaction${verdict.gap === 1 ? '' : 's'} of the account must be mined first`;
  if (verdict.state === 'dropped') return 'it is in no mempool; the next run broadcasts it again';
  return 'it is not in a block yet';
}

/** Returns the error of a command that a signal stopped while it waited for a transaction; it contains the hash. */
function interrupted({hash, title, kind}: TxAttempt, reason: unknown): AosError {
  return stoppedBy(reason, `${title}: stopped waiting for ${hash}, which is sent`, {
    next:
      kind === 'send'
        ? say('Run the command again: it finds this transaction and sends no second one.')
        : run('tx list'),
    details: {txHash: hash},
  });
}

function asGroup(attempts: readonly TxAttempt[]): AttemptGroup {
  const [first, ...rest] = attempts;
  if (first === undefined) throw new AosError('BUG', 'a wait for a transaction that is not in the journal');
  return [first, ...rest];
}
