import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {FEES_TOO_LOW} from './broadcast.ts';
import type {TxDeps, TxLimits} from './deps.ts';
import type {Fees} from './fees.ts';
import {cancelIntentOf, isRefusedCancel} from './foreign-nonce.ts';
import {readNonces, type TxNode} from './node.ts';
import type {TxPlan} from './plan.ts';
import type {TxAttempt} from './port.ts';
import {locked, signAndSend, type Draft} from './send.ts';
import {prepare, requireFunds, type PreparedTx, type TransactOutcome} from './transact.ts';
import {waitForNonce} from './wait.ts';

/** A transfer of nothing to an account, which may have delegated to code. */
export const CANCEL_GAS = 200_000n;

/**
 * The newest attempt of this journal with a nonce, which is what a command by nonce replaces; null where the transaction there is
 * one that aos did not send. A cancellation by nonce that the node refused leaves it so.
 */
export function attemptWith({journal, node, account}: TxDeps, nonce: number): TxAttempt | null {
  const group = journal.withNonce({chain: node.chain, sender: account.address, nonce});
  return isRefusedCancel(group) ? null : (group.at(-1) ?? null);
}

/**
 * Sends a self-transfer of 0 with a nonce whose transaction is not in the journal: at most one of the two is ever mined.
 * @throws AosError TX_CLOSED (the nonce is used) | TX_UNKNOWN (no transaction waits there) | TX_STUCK | TX_FEE_TOO_HIGH | …
 */
export async function cancelNonce(
  deps: TxDeps,
  nonce: number,
  limits: TxLimits,
  confirm: (prepared: PreparedTx) => Promise<boolean>,
): Promise<TransactOutcome> {
  const {shown, draft} = await prepareCancel(deps, nonce, limits);
  if (!(await confirm(shown))) return {state: 'declined'};
  await locked(deps, limits.signal, async () => {
    await refuseUsed(deps, nonce);
    limits.signal.throwIfAborted();
    await signAndSend(deps, draft).catch((error: unknown) => {
      throw outbidFurther(error, draft);
    });
  });
  return {...(await waitForNonce(deps, nonce, limits)), resumed: false};
}

/** Prepares what {@link cancelNonce} would send; nothing is signed. @throws as it does */
export async function checkCancelNonce(deps: TxDeps, nonce: number, limits: TxLimits): Promise<PreparedTx> {
  return (await prepareCancel(deps, nonce, limits)).shown;
}

async function prepareCancel(
  deps: TxDeps,
  nonce: number,
  limits: TxLimits,
): Promise<{shown: PreparedTx; draft: Draft}> {
  const {account, node} = deps;
  const isSeen = await refuseUsed(deps, nonce);
  const waiting = isSeen ? await readWaitingFees(node, account.address, nonce) : null;
  const replaces = isSeen ? 'a transaction that aos did not send' : 'what this RPC does not see';
  const plan: TxPlan = {
    intent: cancelIntentOf(nonce),
    title: `cancel nonce ${nonce}`,
    to: account.address,
    data: '0x',
    value: 0n,
    mostGas: CANCEL_GAS,
    relies: [],
    facts: [['replaces', replaces]],
    signing: null,
  };
  const prepared = await prepare(deps, plan, limits, {outbid: waiting, leastTip: 0n});
  const fees = waiting === null ? withWholeBound(prepared.fees, limits) : prepared.fees;
  const mostWei = prepared.gas * fees.maxFeePerGas;
  limits.budget.refuse(mostWei);
  requireFunds(account.address, prepared.balance, mostWei);
  const {intent, title, to, data, value} = plan;
  const draft: Draft = {intent, kind: 'cancel', title, to, data, value, nonce, gas: prepared.gas, ...fees};
  return {shown: {...prepared, fees, mostWei}, draft};
}

/** Where the RPC does not say what the other pays, all that `--max-fee` allows is offered; the block takes its base fee and the tip only. */
function withWholeBound(fees: Fees, {maxFeePerGas: bound}: TxLimits): Fees {
  return bound === null || bound < fees.maxFeePerGas ? fees : {...fees, maxFeePerGas: bound};
}

/**
 * Refuses a nonce that is used, or far from its turn with nothing there.
 * @returns whether the RPC sees a transaction with it
 * @throws AosError TX_CLOSED | TX_UNKNOWN | TX_STUCK | CHAIN_*
 */
async function refuseUsed(deps: TxDeps, nonce: number): Promise<boolean> {
  if (attemptWith(deps, nonce) !== null)
    throw new AosError('TX_STUCK', `another command has sent a transaction with nonce ${nonce} meanwhile`, {
      next: say('Run the command again: it replaces that one.'),
    });
  const {mined, withPool} = await readNonces(deps.node, deps.account.address);
  if (nonce < mined)
    throw new AosError('TX_CLOSED', `nonce ${nonce} is used: its transaction is mined; nothing was sent`, {
      next: say(`The next nonce is ${mined}: a transaction that waits has that one or a higher one.`),
    });
  if (nonce > mined && nonce >= withPool)
    throw new AosError('TX_UNKNOWN', `no transaction with nonce ${nonce} waits`, {
      next: say(
        withPool === mined
          ? `The RPC sees none that waits; the next nonce is ${mined}.`
          : `The RPC sees those that wait from nonce ${mined} to ${withPool - 1}.`,
      ),
    });
  return nonce < withPool;
}

/** Reads what the transaction with a nonce pays, from the block that the RPC would make next; null where it does not show it. */
async function readWaitingFees({client}: TxNode, sender: string, nonce: number): Promise<Fees | null> {
  try {
    const {transactions} = await client.getBlock({blockTag: 'pending', includeTransactions: true});
    const found = transactions.find(
      (one) => one.from.toLowerCase() === sender.toLowerCase() && one.nonce === nonce,
    );
    if (found === undefined) return null;
    const maxFeePerGas = found.maxFeePerGas ?? found.gasPrice;
    return {maxFeePerGas, maxPriorityFeePerGas: found.maxPriorityFeePerGas ?? maxFeePerGas};
  } catch {
    return null; // many providers show no such block: then the bound of the operator decides
  }
}

/** A refusal of fees: what the other transaction pays is not known here, so the operator has to say more. */
function outbidFurther(error: unknown, {maxFeePerGas, maxPriorityFeePerGas}: Fees): unknown {
  if (!isAosError(error, 'TX_REFUSED') || error.next !== FEES_TOO_LOW) return error;
  const {code, message, cause, details} = error;
  return new AosError(code, message, {
    cause,
    details: {...details, maxFeeWei: maxFeePerGas.toString(), tipWei: maxPriorityFeePerGas.toString()},
    next: say(
      'Outbid the transaction that waits by 10 % in both: --max-fee GWEI and --tip GWEI; a block explorer shows what it pays.',
    ),
  });
}
