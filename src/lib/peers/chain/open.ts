import type {Hex, PublicClient} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {LAST_SECOND} from '../../foundation/time/time.ts';
import {createChainClient} from './client.ts';
import {firstEndpoint} from './endpoints.ts';
import {chainRequest, endpointName} from './failure.ts';
import {readCalls, type ReadCall, type ReadOptions, type ReadResults} from './read.ts';
import {say} from '../../foundation/next-step/next-step.ts';

export type OpenChainOptions = {
  /** Endpoints, tried in this order. */
  rpcUrls: readonly string[];
  /** Null accepts any chain. */
  chainId: number | null;
  /** Limit for one request. */
  timeoutMs: number;
  /** Ends the opening and every later request. */
  signal: AbortSignal;
  /** Wall clock in ms, to refuse a latest block in the future; absent for no check. */
  now?: () => number;
};

/** One endpoint at one block, so that all its reads fit together. */
export type Chain = {
  client: PublicClient;
  /** Host only: RPC URLs contain secrets. */
  endpoint: string;
  chainId: number;
  blockNumber: bigint;
  /** Chain time of that block, unix seconds. */
  timestamp: bigint;
  signal: AbortSignal;
  /**
   * Reads all calls in ONE dependent step at {@link blockNumber}; a call that reverts is a result, not an error.
   * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER when the endpoint fails
   */
  read<const C extends readonly ReadCall[]>(calls: C): Promise<ReadResults<C>>;
};

/** Address of Multicall3 on every chain that has it (github.com/mds1/multicall). */
export const MULTICALL3: Hex = '0xcA11bde05977b3631167028862bE2a173976CA11';

/** Seconds that a block may be in the future: Ethereum's clients allow 15 s, the rest allows for a wrong wall clock. */
const MAX_AHEAD_SECONDS = 15 * 60;
/** The chain id of development chains, whose clock may be ahead on purpose. */
const DEV_CHAIN = 31337;

/**
 * Opens the first endpoint that answers, in one dependent step: chain id, latest block, and Multicall3 if there is one.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_WRONG_ID | CHAIN_BAD_ANSWER, or the signal's reason
 */
export function openChain(options: OpenChainOptions): Promise<Chain> {
  return withChain(options, (chain) => Promise.resolve(chain));
}

/**
 * Runs `work` on the first endpoint that serves all of it; when an endpoint fails, the work starts again on the next.
 * @throws AosError as {@link openChain}, and what `work` throws
 */
export function withChain<T>(options: OpenChainOptions, work: (chain: Chain) => Promise<T>): Promise<T> {
  return firstEndpoint(options.rpcUrls, options.signal, async (url) =>
    work(await openEndpoint(url, options)),
  );
}

async function openEndpoint(url: string, options: OpenChainOptions): Promise<Chain> {
  const {timeoutMs, signal, now} = options;
  const endpoint = endpointName(url);
  const client = createChainClient({url, signal, timeoutMs});
  const [chainId, block, code] = await chainRequest(
    endpoint,
    Promise.all([
      client.getChainId(),
      client.getBlock({blockTag: 'latest'}),
      client.getCode({address: MULTICALL3, blockTag: 'latest'}),
    ]),
  );
  if (options.chainId !== null && chainId !== options.chainId)
    throw new AosError(
      'CHAIN_WRONG_ID',
      `${endpoint} serves chain ${chainId}, the configuration says ${options.chainId}`,
    );
  const {number: blockNumber, timestamp} = block;
  // viem's types promise these fields, but an endpoint may leave them out.
  if (
    ![blockNumber, timestamp].every((value: unknown) => typeof value === 'bigint') ||
    timestamp > LAST_SECOND ||
    !Number.isSafeInteger(chainId)
  )
    throw new AosError(
      'CHAIN_BAD_ANSWER',
      `${endpoint} gave a chain id or a latest block that makes no sense`,
    );
  if (now !== undefined && chainId !== DEV_CHAIN) refuseFuture(endpoint, blockNumber, timestamp, now());
  const multicall = code === undefined ? null : MULTICALL3;
  const reading: ReadOptions = {client, endpoint, chainId, blockNumber, multicall, signal};
  return {
    client,
    endpoint,
    chainId,
    blockNumber,
    timestamp,
    signal,
    // viem has decoded each value by the ABI that gave the call its type.
    read: async <const C extends readonly ReadCall[]>(calls: C) =>
      (await readCalls(calls, reading)) as ReadResults<C>,
  };
}

function refuseFuture(endpoint: string, block: bigint, timestamp: bigint, nowMs: number): void {
  const ahead = Number(timestamp) - Math.floor(nowMs / 1000);
  if (ahead <= MAX_AHEAD_SECONDS) return;
  throw new AosError(
    'CHAIN_BAD_ANSWER',
    `${endpoint} gives block ${block}, which is ${ahead} s in the future`,
    {
      next: say('Check the clock of this machine, or use another RPC.'),
    },
  );
}
