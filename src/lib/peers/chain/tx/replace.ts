import {AosError} from '../../../foundation/errors/error.ts';
import type {TxDeps, TxLimits} from './deps.ts';
import type {Verdict} from './judge.ts';
import {intentKey, type TxPlan} from './plan.ts';
import type {TxAttempt} from './port.ts';
import {locked, signAndSend, type Draft} from './send.ts';
import {conclude, readVerdict, type AttemptGroup} from './open-attempts.ts';
import {prepare, type PreparedTx, type TransactOutcome} from './transact.ts';
import {waitForNonce} from './wait.ts';
import {run} from '../../../foundation/next-step/next-step.ts';

/**
 * Finds the attempt with a hash or a unique prefix of one.
 * @throws AosError TX_UNKNOWN
 */
export function findAttempt(attempts: readonly TxAttempt[], text: string): TxAttempt {
  const wanted = text.toLowerCase();
  const found = /^0x[0-9a-f]{4,64}$/.test(wanted) ? attempts.filter(({hash}) => hash.startsWith(wanted)) : [];
  const [first] = found;
  if (first !== undefined && found.length === 1) return first;
  throw new AosError(
    'TX_UNKNOWN',
    found.length > 1
      ? `${found.length} transactions have this prefix`
      : 'the journal of this node has no such transaction',
  );
}

/**
 * Sends the same transaction with higher fees, or a self-transfer of 0 in its place; both with its nonce, so that at
 * most one of them is ever mined.
 * @throws AosError TX_CLOSED (it has ended) | TX_FEE_TOO_HIGH | TX_INSUFFICIENT_FUNDS | TX_NOT_TAKEN | …
 */
export async function replaceTransaction(
  deps: TxDeps,
  {attempt, kind}: {attempt: TxAttempt; kind: 'speed-up' | 'cancel'},
  limits: TxLimits,
  confirm: (prepared: PreparedTx) => Promise<boolean>,
): Promise<TransactOutcome> {
  const prepared = await prepareReplacement(deps, attempt, kind, limits);
  if (!(await confirm(prepared.shown))) return {state: 'declined'};
  await locked(deps, limits.signal, async () => {
    const now = await prepareReplacement(deps, attempt, kind, limits);
    if (now.group.length !== prepared.group.length)
      throw new AosError('TX_STUCK', 'another command has replaced it meanwhile', {next: run('tx list')});
    limits.signal.throwIfAborted();
    // The call may need more gas than when it was shown.
    const gas = now.draft.gas > prepared.draft.gas ? now.draft.gas : prepared.draft.gas;
    await signAndSend(deps, {...prepared.draft, gas});
  });
  const waited = await waitForNonce(deps, attempt.nonce, limits);
  return {...waited, resumed: false};
}

/**
 * Prepares what {@link replaceTransaction} would send; nothing is signed.
 * @throws AosError TX_CLOSED (it has ended) | TX_FEE_TOO_HIGH | TX_INSUFFICIENT_FUNDS | CHAIN_*
 */
export async function checkReplacement(
  deps: TxDeps,
  {attempt, kind}: {attempt: TxAttempt; kind: 'speed-up' | 'cancel'},
  limits: TxLimits,
): Promise<PreparedTx> {
  return (await prepareReplacement(deps, attempt, kind, limits)).shown;
}

async function prepareReplacement(
  deps: TxDeps,
  attempt: TxAttempt,
  kind: 'speed-up' | 'cancel',
  limits: TxLimits,
): Promise<{group: AttemptGroup; shown: PreparedTx; draft: Draft}> {
  const group = await openGroup(deps, attempt);
  const last = group.at(-1) ?? group[0];
  const plan = kind === 'cancel' ? cancelOf(deps, last) : planOf(last);
  const highest = group.reduce((most, {maxFeePerGas}) => (maxFeePerGas > most ? maxFeePerGas : most), 0n);
  const tip = group.reduce((most, {maxPriorityFeePerGas: fee}) => (fee > most ? fee : most), 0n);
  const over = {maxFeePerGas: highest, maxPriorityFeePerGas: tip};
  const shown = await prepare(deps, plan, limits.maxFeePerGas, over);
  const {intent, title, to, data, value} = plan;
  // A faster cancellation is still one.
  const as = last.kind === 'cancel' ? 'cancel' : kind;
  const {fees} = shown;
  const gas = plan.to === last.to && plan.data === last.data && last.gas > shown.gas ? last.gas : shown.gas;
  const draft: Draft = {intent, kind: as, title, to, data, value, nonce: last.nonce, gas, ...fees};
  return {group, shown, draft};
}

async function openGroup(deps: TxDeps, {nonce}: TxAttempt): Promise<AttemptGroup> {
  const {journal, node, account} = deps;
  const [first, ...rest] = journal.withNonce({chain: node.chain, sender: account.address, nonce});
  if (first === undefined)
    throw new AosError('TX_UNKNOWN', 'it was made on another chain than the one the RPC serves');
  const group: AttemptGroup = [first, ...rest];
  const verdict = await readVerdict(deps, group);
  if (verdict.state === 'pending' || verdict.state === 'dropped') return group;
  await conclude(deps, group, verdict);
  throw closed(verdict);
}

function closed(verdict: Verdict): AosError {
  const {attempt} = verdict;
  const how =
    'receipt' in verdict
      ? `${verdict.state} in block ${verdict.receipt.block}`
      : 'replaced by another transaction';
  return new AosError('TX_CLOSED', `${attempt.title}: ${attempt.hash} is ${how}; nothing was sent`, {
    details: {txHash: attempt.hash, state: verdict.state},
  });
}

function planOf({intent, title, to, data, value}: TxAttempt): TxPlan {
  return {intent, title, to, data, value, facts: []};
}

function cancelOf({account}: TxDeps, {intent, title, nonce}: TxAttempt): TxPlan {
  const to = account.address;
  return {
    intent: intentKey(intent),
    title: `cancel nonce ${nonce} (${title})`,
    to,
    data: '0x',
    value: 0n,
    facts: [],
  };
}
