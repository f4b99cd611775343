import {TransactionReceiptNotFoundError, type Hex, type PublicClient, type TransactionReceipt} from 'viem';
import {AosError, errorText} from '../../../foundation/errors/error.ts';
import {chainRequest, rpcErrorOf} from '../failure.ts';
import {revertDataOf, revertError} from '../revert.ts';
import type {FeeMarket} from './fees.ts';
import type {AttemptFacts, NonceFacts} from './judge.ts';
import type {ChainIdentity, TxAttempt, TxReceipt} from './port.ts';

/** The endpoint that transactions go through. */
export type TxNode = {
  client: PublicClient;
  /** Host only. */
  endpoint: string;
  chain: ChainIdentity;
  /** The block at which the command began to look: what was mined later is news to it. */
  since: bigint;
};

/** A call as it will be signed, without nonce and fees. */
export type TxCall = {from: string; to: Hex; data: Hex; value: bigint};

/** A simulated call needs this much more gas when it is mined a few blocks later, in percent. */
const GAS_HEADROOM = 20n;
/** Blocks whose tips are looked at where the node has no eth_maxPriorityFeePerGas. */
const TIP_BLOCKS = 10;
const TIP_PERCENTILE = 50;

/** Finds out which chain an endpoint serves. @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER */
export async function txNode(opened: {
  client: PublicClient;
  endpoint: string;
  chainId: number;
  blockNumber: bigint;
}): Promise<TxNode> {
  const {client, endpoint, chainId, blockNumber} = opened;
  const first = await chainRequest(endpoint, client.getBlock({blockNumber: 0n}));
  return {client, endpoint, chain: {id: chainId, genesis: first.hash}, since: blockNumber};
}

/**
 * Runs a call on the latest state without sending it: first eth_call, whose reverts say why, then eth_estimateGas.
 * @returns gas limit with some headroom
 * @throws AosError CHAIN_REVERTED | CHAIN_UNREACHABLE
 */
export async function simulate(node: TxNode, call: TxCall, title: string): Promise<bigint> {
  const {client, endpoint} = node;
  const {from, to, data, value} = call;
  // Said outright: some nodes estimate on the pending block, where the transaction that is to be replaced has happened.
  const request = {account: from as Hex, to, data, value, blockTag: 'latest'} as const;
  try {
    await client.call(request);
    const gas = await client.estimateGas(request);
    return gas + (gas * GAS_HEADROOM) / 100n;
  } catch (error) {
    const data = revertDataOf(error);
    if (data !== null) throw revertError(data, title);
    return chainRequest(
      endpoint,
      Promise.reject(error instanceof Error ? error : new Error(errorText(error))),
    );
  }
}

/**
 * Base fee of the next block, and the tip the node advises, else the median one of the last blocks.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER (a chain without EIP-1559)
 */
export async function readFeeMarket({client, endpoint}: TxNode): Promise<FeeMarket> {
  const [history, advised] = await chainRequest(
    endpoint,
    Promise.all([
      client.getFeeHistory({blockCount: TIP_BLOCKS, rewardPercentiles: [TIP_PERCENTILE]}),
      // Not every node has it.
      client.request({method: 'eth_maxPriorityFeePerGas'}).catch(() => null),
    ]),
  );
  const baseFee = history.baseFeePerGas.at(-1);
  if (baseFee === undefined || baseFee < 0n)
    throw new AosError('CHAIN_BAD_ANSWER', `${endpoint} gives no base fee; the chain has to know EIP-1559`);
  const tips = (history.reward ?? []).flatMap(([tip]) => (tip === undefined ? [] : [tip])).sort(byValue);
  const median = tips[Math.floor(tips.length / 2)] ?? 0n;
  return {baseFee, tip: advised === null ? median : weiOf(advised, endpoint)};
}

function byValue(a: bigint, b: bigint): number {
  return a < b ? -1 : Number(a > b);
}

function weiOf(hex: unknown, endpoint: string): bigint {
  if (typeof hex === 'string' && /^0x[0-9a-f]{1,64}$/i.test(hex)) return BigInt(hex);
  throw new AosError('CHAIN_BAD_ANSWER', `${endpoint} gives a fee that is no number`);
}

/** Wei of an account. @throws AosError CHAIN_UNREACHABLE */
export function readBalance({client, endpoint}: TxNode, address: string): Promise<bigint> {
  return chainRequest(endpoint, client.getBalance({address: address as Hex}));
}

/** Transactions of an account in blocks, and with those that wait in the node's pool. @throws AosError CHAIN_UNREACHABLE */
export async function readNonces(
  {client, endpoint}: TxNode,
  address: string,
): Promise<{mined: number; withPool: number}> {
  const count = (blockTag: 'latest' | 'pending') =>
    client.getTransactionCount({address: address as Hex, blockTag});
  const [mined, withPool] = await chainRequest(endpoint, Promise.all([count('latest'), count('pending')]));
  return {mined, withPool: Math.max(mined, withPool)};
}

/** Number of the latest block. @throws AosError CHAIN_UNREACHABLE */
export function readHead({client, endpoint}: TxNode): Promise<bigint> {
  return chainRequest(endpoint, client.getBlockNumber({cacheTime: 0}));
}

/** What the node knows of attempts with one nonce. @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER */
export async function readNonceFacts(
  node: TxNode,
  attempts: readonly [TxAttempt, ...TxAttempt[]],
): Promise<NonceFacts> {
  const {client, endpoint} = node;
  const [{sender}] = attempts;
  // The count first: what is mined between the two shows as a receipt, never as a nonce somebody else has used.
  const count = await chainRequest(
    endpoint,
    client.getTransactionCount({address: sender as Hex, blockTag: 'latest'}),
  );
  const [head, ...found] = await chainRequest(
    endpoint,
    Promise.all([
      client.getBlockNumber({cacheTime: 0}),
      ...attempts.map(({hash}) => readAttempt(client, hash)),
    ]),
  );
  return {count, head, attempts: found};
}

async function readAttempt(client: PublicClient, hash: Hex): Promise<AttemptFacts> {
  const receipt = await receiptOf(client, hash);
  if (receipt !== null) return {hash, known: true, receipt};
  const found: unknown = await client.request({method: 'eth_getTransactionByHash', params: [hash]});
  return {hash, known: found !== null && found !== undefined, receipt: null};
}

async function receiptOf(client: PublicClient, hash: Hex): Promise<TxReceipt | null> {
  try {
    return checkedReceipt(await client.getTransactionReceipt({hash}));
  } catch (error) {
    if (error instanceof TransactionReceiptNotFoundError) return null;
    throw error;
  }
}

function checkedReceipt(receipt: TransactionReceipt): TxReceipt {
  const {status, blockNumber, blockHash, gasUsed, effectiveGasPrice} = receipt;
  return {status, block: blockNumber, blockHash, gasUsed, feeWei: gasUsed * effectiveGasPrice};
}

/**
 * How a node took a signed transaction. `taken` also when it has it already; `stale`: the nonce is used; `unknown`: no
 * answer, so it may have it or not; `refused`: it has it not, and says why.
 */
export type Broadcast =
  {state: 'taken'} | {state: 'stale'} | {state: 'unknown'} | {state: 'refused'; why: string};

/** Sends a signed transaction. Never throws for what the node says: the journal has it, and the wait looks again. */
export async function broadcast({client, endpoint}: TxNode, raw: Hex): Promise<Broadcast> {
  try {
    await client.request({method: 'eth_sendRawTransaction', params: [raw]}, {retryCount: 0});
    return {state: 'taken'};
  } catch (error) {
    const answer = rpcErrorOf(error);
    if (answer === null) return {state: 'unknown'};
    // Nodes agree on the words more than on the codes.
    const said = `${answer.details} ${answer.message}`;
    if (/already known|known transaction|already imported|already exists/i.test(said))
      return {state: 'taken'};
    if (/nonce.{0,4}too low|nonce has already been used/i.test(said)) return {state: 'stale'};
    return {state: 'refused', why: `${endpoint} refused it: ${reasonIn(said)}`};
  }
}

const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/underpriced|fee too low|gas price too low/i, 'the fees are too low for its pool'],
  [/less than block base fee|max fee per gas less/i, 'the fee bound is below the base fee'],
  [/insufficient funds/i, 'the balance does not cover gas and value'],
  [/intrinsic gas|exceeds block gas limit|gas limit/i, 'the gas limit does not fit'],
  [/transaction type not supported|unsupported.{0,20}type/i, 'it does not take EIP-1559 transactions'],
  [/chain ?id|invalid sender|replay/i, 'the transaction is for another chain'],
  [/txpool is full|pool full/i, 'its pool is full'],
];

/** Nodes' texts may quote anything, also URLs, so only known reasons are told in words. */
function reasonIn(said: string): string {
  return REFUSALS.find(([pattern]) => pattern.test(said))?.[1] ?? 'for a reason the toolkit does not know';
}
