import {TransactionReceiptNotFoundError, type Hex, type PublicClient, type TransactionReceipt} from 'viem';
import {AosError} from '../../../foundation/errors/error.ts';
import {chainRequest} from '../failure.ts';
import type {FailureKind} from '../rpc/failure-kind.ts';
import {failureKindOf} from '../rpc/rpc-failure.ts';
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
  /** The block to simulate at, by the latest one: behind it where nodes are not in step, and never before a receipt. */
  readAt: (latest: bigint) => bigint;
};

/** Blocks whose tips are read when the node has no eth_maxPriorityFeePerGas. */
const TIP_BLOCKS = 10;
const TIP_PERCENTILE = 50;

/** Identifies the chain of an endpoint. @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER */
export async function txNode(
  opened: {client: PublicClient; endpoint: string; chainId: number; blockNumber: bigint},
  readAt: TxNode['readAt'] = (latest) => latest,
): Promise<TxNode> {
  const {client, endpoint, chainId, blockNumber} = opened;
  const first = await chainRequest(endpoint, client.getBlock({blockNumber: 0n}));
  return {client, endpoint, chain: {id: chainId, genesis: first.hash}, since: blockNumber, readAt};
}

/**
 * Reads the base fee of the next block (EIP-1559) and the node's advised tip; the median tip of the last blocks where it advises
 * none. A node without eth_feeHistory has the base fee in its latest block.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER (a chain without EIP-1559)
 */
export async function readFeeMarket({client, endpoint}: TxNode): Promise<FeeMarket> {
  const [history, advised] = await chainRequest(
    endpoint,
    Promise.all([
      readHistory(client),
      // Not every node has this method.
      client.request({method: 'eth_maxPriorityFeePerGas'}).catch(() => null),
    ]),
  );
  const {baseFee, tip} = history;
  if (baseFee === null || baseFee < 0n)
    throw new AosError('CHAIN_BAD_ANSWER', `${endpoint} gives no base fee; the chain has to know EIP-1559`);
  const advice = advised === null ? 0n : weiOf(advised, endpoint);
  // Some oracles advise 0 on a quiet chain, where the blocks say otherwise.
  return {baseFee, tip: advice > 0n ? advice : tip};
}

async function readHistory(client: PublicClient): Promise<{baseFee: bigint | null; tip: bigint}> {
  try {
    const {baseFeePerGas, reward} = await client.getFeeHistory({
      blockCount: TIP_BLOCKS,
      rewardPercentiles: [TIP_PERCENTILE],
    });
    const tips = (reward ?? []).flatMap(([tip]) => (tip === undefined ? [] : [tip])).sort(byValue);
    return {baseFee: baseFeePerGas.at(-1) ?? null, tip: tips[Math.floor(tips.length / 2)] ?? 0n};
  } catch {
    // Not every node has eth_feeHistory. A node that is away fails here again.
    const {baseFeePerGas} = await client.getBlock({blockTag: 'latest'});
    return {baseFee: baseFeePerGas, tip: 0n};
  }
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

/** Failures of an RPC that does not know the block `pending`. */
const NO_POOL: ReadonlySet<FailureKind> = new Set<FailureKind>(['method', 'node', 'other']);

/** Reads the next nonce by blocks, and with the node's mempool. @throws AosError CHAIN_UNREACHABLE */
export async function readNonces(
  {client, endpoint}: TxNode,
  address: string,
): Promise<{mined: number; withPool: number}> {
  const count = (blockTag: 'latest' | 'pending') =>
    client.getTransactionCount({address: address as Hex, blockTag});
  const pool = count('pending').catch((error: unknown) => {
    // Not every RPC shows its mempool; what is open in the journal counts all the same.
    if (NO_POOL.has(failureKindOf(error) ?? 'busy')) return 0;
    throw error;
  });
  const [mined, withPool] = await chainRequest(endpoint, Promise.all([count('latest'), pool]));
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
