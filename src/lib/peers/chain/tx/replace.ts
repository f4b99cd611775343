import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {refuseGrowth} from './budget.ts';
import {CANCEL_GAS} from './cancel-nonce.ts';
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
  for (let tries = 1; ; tries++) {
    try {
      const isSent = await replaceOnce(deps, {attempt, kind}, limits, confirm);
      if (!isSent) return {state: 'declined'};
      return {...(await waitForNonce(deps, attempt.nonce, limits)), resumed: false};
    } catch (error) {
      if (!isAosError(error, 'TX_CHANGED') || tries >= MOST_TRIES) throw error;
      deps.note(error.message);
    }
  }
}

/** So often a replacement is shown with what it costs: its call may need more gas by then. */
const MOST_TRIES = 3;

async function replaceOnce(
  deps: TxDeps,
  {attempt, kind}: {attempt: TxAttempt; kind: 'speed-up' | 'cancel'},
  limits: TxLimits,
  confirm: (prepared: PreparedTx) => Promise<boolean>,
): Promise<boolean> {
  const prepared = await prepareReplacement(deps, attempt, kind, limits);
  if (!(await confirm(prepared.shown))) return false;
  await locked(deps, limits.signal, async () => {
    const now = await prepareReplacement(deps, attempt, kind, limits);
    if (now.group.length !== prepared.group.length)
      throw new AosError('TX_STUCK', 'another command has replaced it meanwhile', {next: run('tx list')});
    limits.signal.throwIfAborted();
    // The call may need more gas than when it was shown.
    const gas = now.draft.gas > prepared.draft.gas ? now.draft.gas : prepared.draft.gas;
    refuseGrowth(prepared.draft.title, gas, prepared.draft.gas);
    await signAndSend(deps, {...prepared.draft, gas});
  });
  return true;
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
  const outbid = {maxFeePerGas: highest, maxPriorityFeePerGas: tip};
  const prepared = await prepare(deps, plan, limits, {outbid, leastTip: 0n});
  const {intent, title, to, data, value} = plan;
  // A faster cancellation is still one.
  const as = last.kind === 'cancel' ? 'cancel' : kind;
  const {fees} = prepared;
  const isSame = plan.to === last.to && plan.data === last.data;
  const gas = isSame && last.gas > prepared.gas ? last.gas : prepared.gas;
  const mostWei = gas * fees.maxFeePerGas + value;
  limits.budget.refuse(mostWei);
  const draft: Draft = {intent, kind: as, title, to, data, value, nonce: last.nonce, gas, ...fees};
  return {group, shown: {...prepared, gas, mostWei}, draft};
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

/** More gas than was signed for before: others change the state of the contract. */
const MORE_GAS = 3n;
const MORE_GAS_AT_LEAST = 3_000_000n;

function planOf({intent, title, to, data, value, gas, hash}: TxAttempt): TxPlan {
  const facts = [['replaces', hash]] as const;
  const more = gas * MORE_GAS;
  const mostGas = more > MORE_GAS_AT_LEAST ? more : MORE_GAS_AT_LEAST;
  return {intent, title, to, data, value, mostGas, relies: [], facts, signing: null};
}

function cancelOf({account}: TxDeps, {intent, title, nonce, hash}: TxAttempt): TxPlan {
  const to = account.address;
  return {
    intent: intentKey(intent),
    title: `cancel nonce ${nonce} (${title})`,
    to,
    data: '0x',
    value: 0n,
    mostGas: CANCEL_GAS,
    relies: [],
    facts: [['replaces', hash]],
    signing: null,
  };
}
