import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import type {TxDeps, TxLimits} from './deps.ts';
import {feesFor, replacementFees, type Fees} from './fees.ts';
import {readBalance, readFeeMarket, readNonces} from './node.ts';
import type {TxPlan} from './plan.ts';
import type {TxAttempt} from './port.ts';
import {resume} from './resume.ts';
import {locked, signAndSend} from './send.ts';
import {simulate} from './simulate.ts';
import {refreshOpenAttempts, type JudgedGroup} from './open-attempts.ts';
import {waitForNonce, type WaitResult} from './wait.ts';
import {run} from '../../../foundation/next-step/next-step.ts';
import {ether} from '../../../foundation/text/amounts.ts';

/** A simulated plan with its costs, for the operator to confirm. Amounts in wei. */
export type PreparedTx = {
  plan: TxPlan;
  gas: bigint;
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

/**
 * Simulates a plan, fixes its fees and checks the balance (docs/architecture.md#transactions). Nothing is signed.
 * @throws AosError CHAIN_REVERTED | TX_FEE_TOO_HIGH | TX_INSUFFICIENT_FUNDS | CHAIN_*
 */
export async function prepare(
  deps: TxDeps,
  plan: TxPlan,
  cap: bigint | null,
  outbid: Fees | null,
): Promise<PreparedTx> {
  const {node, account} = deps;
  const [{limit: gas}, market, balance] = await Promise.all([
    simulate(node, {from: account.address, ...plan}, plan.title),
    readFeeMarket(node),
    readBalance(node, account.address),
  ]);
  const fees = outbid === null ? feesFor(market, cap) : replacementFees(outbid, market, cap);
  const mostWei = gas * fees.maxFeePerGas + plan.value;
  requireFunds(account.address, balance, mostWei);
  return {plan, gas, fees, balance, mostWei};
}

/** @throws AosError TX_INSUFFICIENT_FUNDS */
function requireFunds(address: string, balance: bigint, mostWei: bigint): void {
  if (balance >= mostWei) return;
  throw new AosError(
    'TX_INSUFFICIENT_FUNDS',
    `${address} has ${ether(balance)} ETH; the transaction can cost up to ${ether(mostWei)} ETH`,
    {details: {balanceWei: balance.toString(), neededWei: mostWei.toString()}},
  );
}

/**
 * Sends one transaction exactly once: finds it in the journal, or plans, simulates, confirms, signs, journals and
 * broadcasts it. Then waits for its confirmations.
 * @param confirm decides about the simulated transaction; false: nothing is signed
 * @throws AosError TX_* | CHAIN_* | SIGNER_* | JOURNAL_* | INTERRUPTED
 */
export async function transact(
  deps: TxDeps,
  request: TxRequest,
  limits: TxLimits,
  confirm: (prepared: PreparedTx) => Promise<boolean>,
): Promise<TransactOutcome> {
  const open = await refreshOpenAttempts(deps, limits);
  const found = await resume(deps, open, request.intent);
  if (found !== null) return {...(await waitForNonce(deps, found, limits)), resumed: true};

  await waitForEarlier(deps, open, limits);
  const outbid = freeNonce(open)?.fees ?? null;
  const prepared = await prepareUnlessDone(deps, request, limits, outbid);
  if (typeof prepared === 'number') return {...(await waitForNonce(deps, prepared, limits)), resumed: true};
  if (!(await confirm(prepared))) return {state: 'declined'};
  const sent = await locked(deps, limits.signal, () => sendPrepared(deps, prepared, limits));
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
  outbid: Fees | null,
): Promise<PreparedTx | number> {
  try {
    return await prepare(deps, await plan(), limits.maxFeePerGas, outbid);
  } catch (error) {
    const found = await refreshOpenAttempts(deps, limits)
      .then((open) => resume(deps, open, intent))
      .catch(() => null);
    if (found === null) throw error;
    return found;
  }
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
  {plan, gas: shown, fees}: PreparedTx,
  limits: TxLimits,
): Promise<{nonce: number; resumed: boolean}> {
  const {node, account} = deps;
  const open = await refreshOpenAttempts(deps, limits);
  const found = await resume(deps, open, plan.intent);
  if (found !== null) return {nonce: found, resumed: true};
  const {limit} = await simulate(node, {from: account.address, ...plan}, plan.title);
  const gas = limit > shown ? limit : shown;
  if (gas > shown) {
    const mostWei = gas * fees.maxFeePerGas + plan.value;
    requireFunds(account.address, await readBalance(node, account.address), mostWei);
  }
  const nonce = freeNonce(open)?.nonce ?? (await nextNonce(deps, open));
  const {intent, title, to, data, value} = plan;
  limits.signal.throwIfAborted();
  await signAndSend(deps, {intent, kind: 'send', title, to, data, value, nonce, gas, ...fees});
  return {nonce, resumed: false};
}

/**
 * Returns the nonce after all pending transactions.
 * @throws AosError TX_STUCK when an earlier transaction of ours is in no mempool: a new one would wait behind it
 */
async function nextNonce({node, account}: TxDeps, open: readonly JudgedGroup[]): Promise<number> {
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
  return open.reduce((next, {group}) => Math.max(next, group[0].nonce + 1), withPool);
}
