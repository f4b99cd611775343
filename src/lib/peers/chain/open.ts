import type {Block, Hex, PublicClient} from 'viem';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {LAST_SECOND, type Time} from '../../foundation/time/time.ts';
import {createChainClient} from './client.ts';
import {firstEndpoint} from './endpoints.ts';
import {chainRequest, endpointName} from './failure.ts';
import {createReader} from './gathered-reads.ts';
import type {ReadCall, ReadResults} from './read.ts';
import {pauseAfter} from './rpc/patience.ts';
import {unwatched, type RpcWatch} from './rpc/watch.ts';
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
  /** Whether the caller asks another endpoint when all of `rpcUrls` fail [false]. */
  hasNext?: boolean;
  /** Sees what is waited for. */
  watch?: RpcWatch;
  /** For the pauses between tries [that of the machine]. */
  time?: Pick<Time, 'monotonic' | 'sleep'>;
  /** Shared by all openings of a command: what one has learned of an endpoint, the next one uses. */
  learned?: LearnedLags;
  /** A block that is known to exist, such as that of a receipt: an older latest one is of a node that is behind. */
  notBefore?: () => bigint;
};

/** How many blocks behind its latest one an endpoint is read, by URL: the nodes of some are not in step. */
export type LearnedLags = Map<string, bigint>;

/** One endpoint at one block, so that all its reads fit together. */
export type Chain = {
  client: PublicClient;
  /** Host only: RPC URLs contain secrets. */
  endpoint: string;
  chainId: number;
  blockNumber: bigint;
  /** Chain time of that block, unix seconds. */
  timestamp: bigint;
  /** Multicall3; null where the chain has none at its usual address. */
  multicall: Hex | null;
  signal: AbortSignal;
  /**
   * Reads all calls in ONE dependent step at {@link blockNumber}; a call that reverts is a result, not an error.
   * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER when the endpoint fails
   */
  read<const C extends readonly ReadCall[]>(calls: C): Promise<ReadResults<C>>;
};

/** Address of Multicall3 on every chain that has it (github.com/mds1/multicall). */
export const MULTICALL3: Hex = '0xcA11bde05977b3631167028862bE2a173976CA11';
/** Chains that have it for certain: mainnet and the test networks of EigenLayer. Others are asked for its code. */
const WITH_MULTICALL3: ReadonlySet<number> = new Set([1, 17_000, 560_048, 11_155_111]);

/** A node that lags more than this is no node to read from. */
const MOST_LAG = 2n;

/** Seconds that a block may be in the future: Ethereum's clients allow 15 s, the rest allows for a wrong wall clock. */
const MAX_AHEAD_SECONDS = 15 * 60;
/** The chain id of development chains, whose clock may be ahead on purpose. */
const DEV_CHAIN = 31337;

/**
 * Opens the first endpoint that answers, in one dependent step: chain id, latest block, and Multicall3 where it is not known.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_WRONG_ID | CHAIN_BAD_ANSWER, or the signal's reason
 */
export async function openChain(options: OpenChainOptions): Promise<Chain> {
  let isOpened = false;
  // Later requests have this endpoint alone, so they are as patient as with an only one.
  const chain = await workOn(
    options,
    () => !isOpened,
    (opened) => Promise.resolve(opened),
  );
  isOpened = true;
  return chain;
}

/**
 * Runs `work` on the first endpoint that serves all of it; when an endpoint fails, the work starts again on the next. When
 * the nodes behind an endpoint are not in step, it starts again there, one block behind.
 * @throws AosError as {@link openChain}, and what `work` throws
 */
export function withChain<T>(options: OpenChainOptions, work: (chain: Chain) => Promise<T>): Promise<T> {
  return workOn(options, () => true, work);
}

/** @param goesOn whether a failure of an endpoint leads to the next one now */
function workOn<T>(
  options: OpenChainOptions,
  goesOn: () => boolean,
  work: (chain: Chain) => Promise<T>,
): Promise<T> {
  const learned: LearnedLags = options.learned ?? new Map<string, bigint>();
  return firstEndpoint(options.rpcUrls, options.signal, async (url, isFollowed) => {
    const hasNext = (): boolean => (isFollowed && goesOn()) || options.hasNext === true;
    for (;;) {
      const lag = learned.get(url) ?? 0n;
      try {
        return await work(await openEndpoint(url, {...options, hasNext, learned}));
      } catch (error) {
        if (options.signal.aborted || !isAosError(error, 'CHAIN_BEHIND')) throw error;
        // Unless it has learned a larger one, the same reads would fail again.
        if ((learned.get(url) ?? 0n) <= lag) throw error;
      }
    }
  });
}

async function openEndpoint(
  url: string,
  options: Omit<OpenChainOptions, 'hasNext'> & {hasNext: () => boolean; learned: LearnedLags},
): Promise<Chain> {
  const {timeoutMs, signal, now, hasNext, learned, watch = unwatched, time} = options;
  const endpoint = endpointName(url);
  const lag = learned.get(url) ?? 0n;
  const watching: RpcWatch = {
    ...watch,
    pausing(pause) {
      if (pause.kind === 'behind' && lag < MOST_LAG) learned.set(url, lag + 1n);
      return watch.pausing(pause);
    },
  };
  const client = createChainClient({
    url,
    signal,
    timeoutMs,
    hasNext,
    ...(time === undefined ? {} : {time}),
    watch: watching,
  });
  const isKnownChain = options.chainId !== null && WITH_MULTICALL3.has(options.chainId);
  const [chainId, latest, code] = await chainRequest(
    endpoint,
    Promise.all([
      client.getChainId(),
      client.getBlock({blockTag: 'latest'}),
      isKnownChain ? MULTICALL3 : client.getCode({address: MULTICALL3, blockTag: 'latest'}),
    ]),
  );
  if (options.chainId !== null && chainId !== options.chainId)
    throw new AosError(
      'CHAIN_WRONG_ID',
      `${endpoint} serves chain ${chainId}, the configuration says ${options.chainId}`,
    );
  const block = await readableBlock(client, latest, {...options, endpoint, lag, watch: watching});
  const {number: blockNumber, timestamp} = block;
  if (!isBlock(block) || timestamp > LAST_SECOND || !Number.isSafeInteger(chainId))
    throw new AosError(
      'CHAIN_BAD_ANSWER',
      `${endpoint} gave a chain id or a latest block that makes no sense`,
    );
  if (now !== undefined && chainId !== DEV_CHAIN) refuseFuture(endpoint, blockNumber, timestamp, now());
  const multicall = code === undefined ? null : MULTICALL3;
  const read = createReader({
    client,
    endpoint,
    chainId,
    blockNumber,
    multicall,
    signal,
  });
  return {
    client,
    endpoint,
    chainId,
    blockNumber,
    timestamp,
    multicall,
    signal,
    // viem has decoded each value by the ABI that gave the call its type.
    read: async <const C extends readonly ReadCall[]>(calls: C) => (await read(calls)) as ReadResults<C>,
  };
}

/** viem's types promise these fields, but an endpoint may leave them out. */
function isBlock({number, timestamp}: {number: unknown; timestamp: unknown}): boolean {
  return typeof number === 'bigint' && typeof timestamp === 'bigint';
}

type LatestBlock = Block<bigint, false, 'latest'>;

/**
 * Returns the block to read at: the latest, or `lag` blocks behind it, and never before what is known to exist, which the node
 * is given time for.
 * @throws AosError CHAIN_BEHIND when it does not get there
 */
async function readableBlock(
  client: PublicClient,
  first: LatestBlock,
  options: Omit<OpenChainOptions, 'hasNext'> & {
    endpoint: string;
    lag: bigint;
    hasNext: () => boolean;
    watch: RpcWatch;
  },
): Promise<LatestBlock> {
  const {endpoint, lag, hasNext, watch, signal, time = systemTime} = options;
  const least = options.notBefore?.() ?? 0n;
  let latest = first;
  for (let tries = 1; isBlock(latest) && latest.number < least; tries += 1) {
    const facts = {
      method: 'eth_getBlockByNumber',
      tries,
      hasNext: hasNext(),
      retryAfterMs: null,
      random: () => 0,
    };
    const ms = pauseAfter('behind', facts);
    if (ms === null) throw behind(endpoint, latest.number, least);
    const isOver = watch.pausing({endpoint, kind: 'behind', ms});
    await time.sleep(ms, signal).finally(isOver);
    latest = await chainRequest(endpoint, client.getBlock({blockTag: 'latest'}));
  }
  if (!isBlock(latest) || lag === 0n || latest.number < lag) return latest;
  const wanted = latest.number - lag;
  const number = wanted < least ? least : wanted;
  return number >= latest.number ? latest : chainRequest(endpoint, client.getBlock({blockNumber: number}));
}

function behind(endpoint: string, latest: bigint, least: bigint): AosError {
  const message = `the nodes behind ${endpoint} are not in step: the one that answers is at block ${latest}, and block ${least} was seen`;
  return new AosError('CHAIN_BEHIND', message);
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
