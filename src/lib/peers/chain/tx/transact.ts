import {keccak256} from 'viem';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {shownEther} from '../../../foundation/text/amounts.ts';
import type {TxDeps, TxLimits} from './deps.ts';
import {refuseGas, refuseGrowth} from './budget.ts';
import {feesFor, gwei, refuseTip, replacementFees, type FeeMarket, type Fees} from './fees.ts';
import {isRefusedCancel} from './foreign-nonce.ts';
import {readBalance, readFeeMarket, readNonces} from './node.ts';
import {signed, type TxPlan} from './plan.ts';
import type {TxAttempt} from './port.ts';
import {resume} from './resume.ts';
import {locked, neededTipOf, signAndSend} from './send.ts';
import {simulate, simulateUnsigned} from './simulate.ts';
import {RECENT, refreshOpenAttempts, type JudgedGroup} from './open-attempts.ts';
import {waitForNonce, type WaitResult} from './wait.ts';
import {run} from '../../../foundation/next-step/next-step.ts';

/** A plan with its costs, for the operator to confirm. Amounts in wei. */
export type PreparedTx = {
  plan: TxPlan;
  gas: bigint;
  /** False: the RPC simulates only what is signed, so `gas` is the ceiling of the plan. */
  isSimulated: boolean;
  fees: Fees;
  balance: bigint;
  /** gas × maxFeePerGas + value: the most that the account can pay. */
  mostWei: bigint;
};

export type TransactOutcome =
  (WaitResult & {/** Found in the journal, not sent by this run. */ resumed: boolean}) | {state: 'declined'};

/** A transaction to send, unless the journal already has one with its intent. */
export type TxRequest = {
  intent: string;
  /** Makes the plan, e.g. by signing typed data; called only when no earlier transaction is found. */
  plan: () => Promise<TxPlan>;
};

/** What a transaction has to pay at least: more than one with its nonce, and the tip that a node has asked for. */
export type LeastFees = {outbid: Fees | null; leastTip: bigint};

const ANY_FEES: LeastFees = {outbid: null, leastTip: 0n};

/**
 * Simulates a plan, fixes its fees and checks the bounds and the balance (docs/architecture.md#transactions). Nothing is signed.
 * @throws AosError CHAIN_REVERTED | TX_FEE_TOO_HIGH | TX_TIP_TOO_HIGH | TX_COST_TOO_HIGH | TX_INSUFFICIENT_FUNDS | CHAIN_*
 */
export async function prepare(
  deps: TxDeps,
  plan: TxPlan,
  limits: TxLimits,
  least: LeastFees = ANY_FEES,
): Promise<PreparedTx> {
  const {node, account} = deps;
  const call = {from: account.address, ...plan};
  const [simulated, market, balance] = await Promise.all([
    plan.signing === null
      ? simulate(node, call, plan.title)
      : simulateUnsigned(node, call, {title: plan.title, signers: plan.signing.signers}),
    readFeeMarket(node),
    readBalance(node, account.address),
  ]);
  const gas = simulated?.limit ?? limits.maxGas ?? plan.mostGas;
  refuseGas(plan, gas, limits.maxGas);
  const fees = feesAt(market, limits, least);
  const mostWei = gas * fees.maxFeePerGas + plan.value;
  // Without a simulation the ceiling is far above what the call needs; the signed call is looked at before it is sent.
  if (simulated !== null) {
    limits.budget.refuse(mostWei);
    requireFunds(account.address, balance, mostWei);
  }
  return {plan, gas, isSimulated: simulated !== null, fees, balance, mostWei};
}

function feesAt({baseFee, tip}: FeeMarket, limits: TxLimits, {outbid, leastTip}: LeastFees): Fees {
  const atLeast = (one: bigint): bigint => (one > leastTip ? one : leastTip);
  const market = {baseFee, tip: atLeast(tip)};
  const bounds = {...limits, tip: limits.tip === null ? null : atLeast(limits.tip)};
  return outbid === null ? feesFor(market, bounds) : replacementFees(outbid, market, bounds);
}

/** @throws AosError TX_INSUFFICIENT_FUNDS */
export function requireFunds(address: string, balance: bigint, mostWei: bigint): void {
  if (balance >= mostWei) return;
  throw new AosError(
    'TX_INSUFFICIENT_FUNDS',
    `${address} has ${shownEther(balance, 'down')} ETH; the transaction can cost up to ${shownEther(mostWei)} ETH`,
    {details: {balanceWei: balance.toString(), neededWei: mostWei.toString()}},
  );
}

/** So often a transaction is shown with what it costs: a node may ask for a higher tip, and the call for more gas. */
const MOST_TRIES = 3;

/**
 * Sends one transaction exactly once: finds it in the journal, or plans, simulates, confirms, signs, journals and
 * broadcasts it. Then waits for its confirmations. A node that refuses the tip and names its minimum gets that, within the
 * bounds, after another confirmation; so does a call that needs much more gas by then.
 * @param confirm decides about the simulated transaction; false: nothing is signed
 * @throws AosError TX_* | CHAIN_* | SIGNER_* | JOURNAL_* | INTERRUPTED
 */
export async function transact(
  deps: TxDeps,
  request: TxRequest,
  limits: TxLimits,
  confirm: (prepared: PreparedTx) => Promise<boolean>,
): Promise<TransactOutcome> {
  const made: {plan: TxPlan | null} = {plan: null};
  let leastTip = 0n;
  for (let tries = 1; ; tries++) {
    try {
      return await transactOnce(deps, request, limits, {confirm, made, leastTip});
    } catch (error) {
      if (tries >= MOST_TRIES) throw error;
      if (isAosError(error, 'TX_CHANGED')) {
        deps.note(error.message);
        continue;
      }
      const needed = neededTipOf(error);
      if (needed === null || needed <= leastTip) throw error;
      refuseTip(needed, limits, `${deps.node.endpoint} wants`);
      deps.note(`${deps.node.endpoint} wants a tip of at least ${gwei(needed)} gwei`);
      leastTip = needed;
    }
  }
}

type Try = {
  confirm: (prepared: PreparedTx) => Promise<boolean>;
  /** The plan as it was signed, so that nothing is signed twice for it. */
  made: {plan: TxPlan | null};
  leastTip: bigint;
};

async function transactOnce(
  deps: TxDeps,
  request: TxRequest,
  limits: TxLimits,
  {confirm, made, leastTip}: Try,
): Promise<TransactOutcome> {
  const open = await openAttempts(deps, limits);
  const found = await resume(deps, open, request.intent);
  if (found !== null) return {...(await waitForNonce(deps, found, limits)), resumed: true};

  await waitForEarlier(deps, open, limits);
  const least = {outbid: freeNonce(open)?.fees ?? null, leastTip};
  const {plan: before} = made;
  const wanted = before === null ? request : {...request, plan: () => Promise.resolve(before)};
  const prepared = await prepareUnlessDone(deps, wanted, limits, least);
  if (typeof prepared === 'number') return {...(await waitForNonce(deps, prepared, limits)), resumed: true};
  if (!(await confirm(prepared))) return {state: 'declined'};
  limits.signal.throwIfAborted();
  const plan = await signed(prepared.plan);
  made.plan = plan;
  if (prepared.plan.signing !== null)
    deps.note(`${plan.title}: signed, the data has the keccak-256 ${keccak256(plan.data)}`);
  const sent = await locked(deps, limits.signal, () => sendPrepared(deps, {...prepared, plan}, limits));
  return {...(await waitForNonce(deps, sent.nonce, limits)), resumed: sent.resumed};
}

/**
 * Waits for pending transactions of other requests: the simulation does not see them, so its gas could be too low.
 * @throws AosError TX_STUCK when it is not mined in time
 */
async function waitForEarlier(deps: TxDeps, open: readonly JudgedGroup[], limits: TxLimits): Promise<void> {
  for (const {group, verdict} of open) {
    if (verdict.state !== 'pending') continue;
    const {hash, title, nonce} = verdict.attempt;
    deps.note(`${title}: ${hash} is pending and must be mined first`);
    try {
      const waited = await waitForNonce(deps, group[0].nonce, {...limits, confirmations: 1});
      if (waited.state !== 'pending') continue;
      throw new AosError(
        'TX_STUCK',
        `${title}: ${hash} (nonce ${nonce}) must be mined first, and ${waited.why}`,
        {
          next: run('tx speed-up', [hash], 'Wait and run the command again, or pay more for it'),
          details: {txHash: hash, nonce},
        },
      );
    } catch (error) {
      // Its own command reports how it ended; the nonce is used or free now.
      if (!isAosError(error, 'TX_REVERTED', 'TX_REPLACED')) throw error;
    }
  }
}

/**
 * Plans and simulates. When that fails because another process has sent the transaction: returns the nonce of that one.
 * @throws AosError as {@link prepare}
 */
async function prepareUnlessDone(
  deps: TxDeps,
  {intent, plan}: TxRequest,
  limits: TxLimits,
  least: LeastFees,
): Promise<PreparedTx | number> {
  try {
    return await prepare(deps, await plan(), limits, least);
  } catch (error) {
    const found = await refreshOpenAttempts(deps, limits)
      .then((open) => resume(deps, open, intent))
      .catch(() => null);
    if (found === null) throw error;
    return found;
  }
}

/** The open transactions, without the nonces that another program has although this one tried to cancel them. */
async function openAttempts(deps: TxDeps, limits: TxLimits): Promise<JudgedGroup[]> {
  const open = await refreshOpenAttempts(deps, limits);
  return open.filter(({group}) => !isRefusedCancel(group));
}

/** Finds the nonce of an abandoned transaction, with its fees, which the next transaction must outbid. */
function freeNonce(open: readonly JudgedGroup[]): {nonce: number; fees: Fees} | null {
  const judged = open.find(
    ({group, verdict}) => verdict.state === 'dropped' && group.every(({state}) => state === 'abandoned'),
  );
  if (judged === undefined) return null;
  const highest = (of: (attempt: TxAttempt) => bigint): bigint =>
    judged.group.map(of).reduce((most, fee) => (fee > most ? fee : most), 0n);
  return {
    nonce: judged.group[0].nonce,
    fees: {
      maxFeePerGas: highest(({maxFeePerGas}) => maxFeePerGas),
      maxPriorityFeePerGas: highest(({maxPriorityFeePerGas}) => maxPriorityFeePerGas),
    },
  };
}

/**
 * Runs under the lock: repeats the checks, because the chain may have changed during the confirmation. The call may need
 * more gas now.
 */
async function sendPrepared(
  deps: TxDeps,
  {plan, gas: shown, isSimulated, fees}: PreparedTx,
  limits: TxLimits,
): Promise<{nonce: number; resumed: boolean}> {
  const {node, account} = deps;
  const open = await openAttempts(deps, limits);
  const found = await resume(deps, open, plan.intent);
  if (found !== null) return {nonce: found, resumed: true};
  const {limit} = await simulate(node, {from: account.address, ...plan}, plan.title);
  const gas = isSimulated && limit <= shown ? shown : limit;
  const mostWei = gas * fees.maxFeePerGas + plan.value;
  if (gas !== shown || !isSimulated) {
    refuseGas(plan, gas, limits.maxGas);
    refuseGrowth(plan.title, gas, shown);
    limits.budget.refuse(mostWei);
    requireFunds(account.address, await readBalance(node, account.address), mostWei);
  }
  const nonce = freeNonce(open)?.nonce ?? (await nextNonce(deps, open));
  const {intent, title, to, data, value} = plan;
  limits.signal.throwIfAborted();
  await signAndSend(deps, {intent, kind: 'send', title, to, data, value, nonce, gas, ...fees});
  limits.budget.spend(mostWei);
  return {nonce, resumed: false};
}

/**
 * Returns the nonce after all pending transactions.
 * @throws AosError TX_STUCK when an earlier transaction of ours is in no mempool: a new one would wait behind it
 */
async function nextNonce({node, account, journal}: TxDeps, open: readonly JudgedGroup[]): Promise<number> {
  const stuck = open.find(({verdict}) => verdict.state === 'dropped');
  if (stuck !== undefined) {
    const {hash, title, nonce} = stuck.verdict.attempt;
    throw new AosError(
      'TX_STUCK',
      `${title}: ${hash} (nonce ${nonce}) is in no node's pool and must go first`,
      {
        next: run('tx speed-up', [hash]),
        details: {txHash: hash, nonce},
      },
    );
  }
  const {withPool} = await readNonces(node, account.address);
  // A node that is behind does not count the transaction of ours that another one has just shown as mined.
  const mined = journal.concluded({chain: node.chain, sender: account.address, limit: RECENT});
  const ours = [...mined, ...open.map(({group}) => group[0])];
  return ours.reduce((next, {nonce}) => Math.max(next, nonce + 1), withPool);
}
