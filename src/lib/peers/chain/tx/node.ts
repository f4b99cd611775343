import {TransactionReceiptNotFoundError, type Hex, type PublicClient, type TransactionReceipt} from 'viem';
import {AosError} from '../../../foundation/errors/error.ts';
import {chainRequest} from '../failure.ts';
import type {FailureKind} from '../rpc/failure-kind.ts';
import {failureKindOf, rpcErrorOf} from '../rpc/rpc-failure.ts';
import type {FeeMarket} from './fees.ts';
import type {AttemptFacts, NonceFacts} from './judge.ts';
import type {ChainIdentity, TxAttempt, TxReceipt} from './port.ts';

/** The endpoint that transactions go through. */
export type TxNode = {
  client: PublicClient;
  /** Host only. */
  endpoint: string;
  chain: ChainIdentity;
  /** The latest block when the command started. */
  since: bigint;
};

/** Blocks whose tips are read when the node has no eth_maxPriorityFeePerGas. */
const TIP_BLOCKS = 10;
const TIP_PERCENTILE = 50;

/** Identifies the chain of an endpoint. @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER */
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
 * Reads the base fee of the next block (EIP-1559) and the node's advised tip, else the median tip of the last blocks.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER (a chain without EIP-1559)
 */
export async function readFeeMarket({client, endpoint}: TxNode): Promise<FeeMarket> {
  const [history, advised] = await chainRequest(
    endpoint,
    Promise.all([
      client.getFeeHistory({blockCount: TIP_BLOCKS, rewardPercentiles: [TIP_PERCENTILE]}),
      // Not every node has this method.
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

/** Reads the balance of an account in wei. @throws AosError CHAIN_UNREACHABLE */
export function readBalance({client, endpoint}: TxNode, address: string): Promise<bigint> {
  return chainRequest(endpoint, client.getBalance({address: address as Hex}));
}

/** Reads the next nonce by blocks, and with the node's mempool. @throws AosError CHAIN_UNREACHABLE */
export async function readNonces(
  {client, endpoint}: TxNode,
  address: string,
): Promise<{mined: number; withPool: number}> {
  const count = (blockTag: 'latest' | 'pending') =>
    client.getTransactionCount({address: address as Hex, blockTag});
  const [mined, withPool] = await chainRequest(endpoint, Promise.all([count('latest'), count('pending')]));
  return {mined, withPool: Math.max(mined, withPool)};
}

/** Reads the number of the latest block. @throws AosError CHAIN_UNREACHABLE */
export function readHead({client, endpoint}: TxNode): Promise<bigint> {
  return chainRequest(endpoint, client.getBlockNumber({cacheTime: 0}));
}

/** Reads the node's facts about attempts with one nonce. @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER */
export async function readNonceFacts(
  node: TxNode,
  attempts: readonly [TxAttempt, ...TxAttempt[]],
): Promise<NonceFacts> {
  const {client, endpoint} = node;
  const [{sender}] = attempts;
  // Reads the count first: an attempt mined between the reads then has a receipt, and never seems replaced.
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
 * A node's reaction to a signed transaction. `taken`: accepted, or already known; `stale`: the nonce is used; `unknown`:
 * no answer; `refused`: not accepted, with the reason.
 */
export type Broadcast =
  {state: 'taken'} | {state: 'stale'} | {state: 'unknown'} | {state: 'refused'; why: string};

/** Refusals of a provider, which say nothing of the transaction: it is sent again in the wait. */
const NOT_A_NODE: ReadonlySet<FailureKind> = new Set<FailureKind>(['busy', 'quota', 'key', 'gateway']);

/** Sends a signed transaction. It does not throw: the journal has the bytes, and the wait retries. */
export async function broadcast({client, endpoint}: TxNode, raw: Hex): Promise<Broadcast> {
  try {
    await client.request({method: 'eth_sendRawTransaction', params: [raw]}, {retryCount: 0});
    return {state: 'taken'};
  } catch (error) {
    const answer = rpcErrorOf(error);
    if (answer === null || NOT_A_NODE.has(failureKindOf(error) ?? 'other')) return {state: 'unknown'};
    // Nodes differ more in the error codes than in the texts.
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

/** Describes a refusal. Only known reasons appear in messages, because a node's text may contain a URL with a key. */
function reasonIn(said: string): string {
  return REFUSALS.find(([pattern]) => pattern.test(said))?.[1] ?? 'for a reason the toolkit does not know';
}
