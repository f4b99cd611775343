import {MAX_WHEN_ABSENT} from '../../protocol/vrf/share.ts';
import {
  decodeFunctionResult,
  encodeFunctionData,
  numberToHex,
  parseAbi,
  type Hex,
  type PublicClient,
} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {deadline, systemTime} from '../../foundation/system/system-time.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {SamplingRange} from '../../protocol/vrf/sampling.ts';
import {createChainClient} from './client.ts';
import {firstEndpoint} from './endpoints.ts';
import {chainRequest, endpointName, isRevert, requestFailure} from './failure.ts';
import type {RpcWatch} from './rpc/watch.ts';

export type RangeReaderOptions = {
  /** Endpoints, tried in this order; a read comes from one of them. */
  rpcUrls: readonly string[];
  /** The contract with `operatorRanges(address)`: OperatorRangeManager, or a service manager. */
  contract: string;
  /** node_id. */
  nodeId: string;
  /** Null accepts any chain. */
  chainId: number | null;
  /** Limit of one endpoint for the whole read. */
  timeoutMs: number;
  /** For the pauses between tries [that of the machine]. */
  time?: Pick<Time, 'monotonic' | 'sleep'>;
  /** Sees the requests. */
  watch?: RpcWatch | undefined;
};

const RANGE_ABI = parseAbi([
  'function operatorRanges(address operator) view returns (uint256 start, uint256 end)',
  'function MAX_RANGE() view returns (uint256)',
]);

/**
 * Creates a reader of (start, end) of node_id and MAX, all at one block of one endpoint (docs/protocol.md#sampling-range).
 * A failure leads to the next endpoint. An unset range is (0, 0). `read` throws AosError CHAIN_UNREACHABLE when no
 * endpoint answers, CHAIN_BAD_ANSWER, CHAIN_NO_CODE, CHAIN_WRONG_ID, or the signal's reason.
 */
export function createRangeReader(options: RangeReaderOptions): {
  read(signal: AbortSignal): Promise<SamplingRange>;
} {
  return {
    read: (signal) =>
      firstEndpoint(options.rpcUrls, signal, (url, hasNext) => readFrom({url, hasNext}, options, signal)),
  };
}

type Place = {url: string; hasNext: boolean};

async function readFrom(
  place: Place,
  options: RangeReaderOptions,
  signal: AbortSignal,
): Promise<SamplingRange> {
  const limit = deadline(signal, options.timeoutMs);
  try {
    return await readBefore(place, options, limit.signal);
  } finally {
    limit.done();
  }
}

async function readBefore(
  {url, hasNext}: Place,
  options: RangeReaderOptions,
  signal: AbortSignal,
): Promise<SamplingRange> {
  const endpoint = endpointName(url);
  const {time = systemTime, watch} = options;
  const client = createChainClient({url, signal, hasNext: () => hasNext, time, watch});
  // Lower case, because viem refuses a wrong checksum, which the configuration has judged.
  const contract = hexOf(options.contract.toLowerCase(), endpoint);
  const args = [hexOf(options.nodeId.toLowerCase(), endpoint)] as const;

  const [chainId, block] = await chainRequest(
    endpoint,
    Promise.all([client.getChainId(), client.getBlockNumber({cacheTime: 0})]),
  );
  if (options.chainId !== null && chainId !== options.chainId) {
    throw new AosError(
      'CHAIN_WRONG_ID',
      `${endpoint} serves chain ${chainId}, the configuration says ${options.chainId}`,
    );
  }
  const code = await chainRequest(endpoint, client.getCode({address: contract, blockNumber: block}));
  if (code === undefined) {
    throw new AosError(
      'CHAIN_NO_CODE',
      `${endpoint} has no contract at ${options.contract} on chain ${chainId}`,
    );
  }
  const [range, max] = await Promise.all([
    call(
      client,
      endpoint,
      {to: contract, data: encodeFunctionData({abi: RANGE_ABI, functionName: 'operatorRanges', args})},
      block,
    ),
    call(
      client,
      endpoint,
      {to: contract, data: encodeFunctionData({abi: RANGE_ABI, functionName: 'MAX_RANGE'})},
      block,
    ),
  ]);
  if (range === null)
    throw new AosError(
      'CHAIN_BAD_ANSWER',
      `the contract at ${options.contract} has no operatorRanges(address)`,
    );
  const [start, end] = decoded(options.contract, 'operatorRanges(address)', () =>
    decodeFunctionResult({abi: RANGE_ABI, functionName: 'operatorRanges', data: range}),
  );
  if (max === null) return {start, end, max: MAX_WHEN_ABSENT, block};
  const limit = decoded(options.contract, 'MAX_RANGE()', () =>
    decodeFunctionResult({abi: RANGE_ABI, functionName: 'MAX_RANGE', data: max}),
  );
  if (limit === 0n)
    throw new AosError('CHAIN_BAD_ANSWER', `MAX_RANGE() of the contract at ${options.contract} is 0`);
  return {start, end, max: limit, block};
}

/**
 * Calls a view function; null when the contract has no such function: it reverts, or returns nothing. viem's readContract
 * would report every internal error of the node as a revert.
 */
async function call(
  client: PublicClient,
  endpoint: string,
  request: {to: Hex; data: Hex},
  block: bigint,
): Promise<Hex | null> {
  try {
    const result: unknown = await client.request({method: 'eth_call', params: [request, numberToHex(block)]});
    return result === '0x' ? null : hexOf(result, endpoint);
  } catch (error) {
    if (isRevert(error)) return null;
    throw requestFailure(error, endpoint);
  }
}

/** @throws AosError CHAIN_BAD_ANSWER, which names the contract: the RPC has only passed its answer on */
function decoded<T>(contract: string, what: string, decode: () => T): T {
  try {
    return decode();
  } catch {
    throw new AosError(
      'CHAIN_BAD_ANSWER',
      `${what} of the contract at ${contract} returns a value of the wrong length`,
      {next: say('Check chain.vrf_range_contract: the contract there is of another kind.')},
    );
  }
}

function hexOf(value: unknown, endpoint: string): Hex {
  if (isHex(value)) return value;
  throw new AosError('CHAIN_BAD_ANSWER', `${endpoint} returned something that is not hex data`);
}

function isHex(value: unknown): value is Hex {
  return typeof value === 'string' && /^0x[0-9a-fA-F]*$/.test(value);
}
