import {BlockNotFoundError, type Block, type PublicClient} from 'viem';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {LAST_SECOND, type Time} from '../../foundation/time/time.ts';
import {isDevelopmentChain} from '../../protocol/development-chain.ts';
import {createChainClient} from './client.ts';
import {firstEndpoint} from './endpoints.ts';
import {chainRequest, endpointName} from './failure.ts';
import {createReader, wrongChain} from './gathered-reads.ts';
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
  watch?: RpcWatch | undefined;
  /** For the pauses between tries [that of the machine]. */
  time?: Pick<Time, 'monotonic' | 'sleep'>;
  /** Shared by all openings of a command: what one has learned of an endpoint, the next one uses. */
  learned?: LearnedLags;
  /** A block that is known to exist, such as that of a receipt: an older latest one is of a node that is behind. */
  notBefore?: () => bigint;
  /** Checks `chainId` by the first read, and asks for it only where `chainId` is null: for what reads before it believes [false]. */
  isCheckedByRead?: boolean;
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
  signal: AbortSignal;
  /**
   * Reads all calls in ONE dependent step at {@link blockNumber}; a call that reverts is a result, not an error.
   * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER when the endpoint fails
   */
  read<const C extends readonly ReadCall[]>(calls: C): Promise<ReadResults<C>>;
};

/** A node that lags more than this is no node to read from. */
const MOST_LAG = 2n;

/** Seconds that a block may be in the future: Ethereum's clients allow 15 s, the rest allows for a wrong wall clock. */
const MAX_AHEAD_SECONDS = 15 * 60;

/**
 * Opens the first endpoint that answers, in one dependent step: chain id and latest block.
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
  const assumed = options.isCheckedByRead === true ? options.chainId : null;
  const [chainId, latest] = await chainRequest(
    endpoint,
    Promise.all([assumed ?? client.getChainId(), client.getBlock({blockTag: 'latest'})]),
  );
  if (options.chainId !== null && chainId !== options.chainId)
    throw wrongChain(endpoint, chainId, options.chainId);
  const block = await readableBlock(client, latest, {...options, endpoint, lag, watch: watching});
  const {number: blockNumber, timestamp} = block;
  if (!isBlock(block) || timestamp > LAST_SECOND || !Number.isSafeInteger(chainId))
    throw new AosError(
      'CHAIN_BAD_ANSWER',
      `${endpoint} gave a chain id or a latest block that makes no sense`,
    );
  if (now !== undefined && !isDevelopmentChain(chainId))
    refuseFuture(endpoint, blockNumber, timestamp, now());
  const isAssumed = assumed !== null;
  const read = createReader({client, endpoint, chainId, isAssumed, blockNumber, signal});
  return {
    client,
    endpoint,
    chainId,
    blockNumber,
    timestamp,
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
type Pooled = Omit<OpenChainOptions, 'hasNext'> & {
  endpoint: string;
  lag: bigint;
  hasNext: () => boolean;
  watch: RpcWatch;
};

/**
 * Returns the block to read at: the latest, or `lag` blocks behind it, and never before what is known to exist, which the node
 * is given time for.
 * @throws AosError CHAIN_BEHIND when it does not get there
 */
async function readableBlock(
  client: PublicClient,
  first: LatestBlock,
  options: Pooled,
): Promise<LatestBlock> {
  const {endpoint, lag} = options;
  const least = options.notBefore?.() ?? 0n;
  let latest = first;
  for (let tries = 1; isBlock(latest) && latest.number < least; tries += 1) {
    await pauseBehind(options, tries, {has: latest.number, seen: least});
    latest = await chainRequest(endpoint, client.getBlock({blockTag: 'latest'}));
  }
  if (!isBlock(latest) || lag === 0n || latest.number < lag) return latest;
  const wanted = latest.number - lag;
  const number = wanted < least ? least : wanted;
  if (number >= latest.number) return latest;
  for (let tries = 1; ; tries += 1) {
    const block = await chainRequest(endpoint, blockOrNull(client, number));
    if (block !== null) return block;
    // The node that named the latest block is another one than this.
    await pauseBehind(options, tries, {has: number - 1n, seen: number});
  }
}

/** A block by its number; null where the node does not have it. */
async function blockOrNull(client: PublicClient, blockNumber: bigint): Promise<LatestBlock | null> {
  try {
    return await client.getBlock({blockNumber});
  } catch (error) {
    if (error instanceof BlockNotFoundError) return null;
    throw error;
  }
}

/** Gives a node that is behind time. @throws AosError CHAIN_BEHIND when it had enough */
async function pauseBehind(
  {endpoint, hasNext, watch, signal, time = systemTime}: Pooled,
  tries: number,
  {has, seen}: {has: bigint; seen: bigint},
): Promise<void> {
  const facts = {
    method: 'eth_getBlockByNumber',
    tries,
    hasNext: hasNext(),
    retryAfterMs: null,
    random: () => 0,
  };
  const ms = pauseAfter('behind', facts);
  if (ms === null) throw behind(endpoint, has, seen);
  const isOver = watch.pausing({endpoint, kind: 'behind', ms});
  await time.sleep(ms, signal).finally(isOver);
}

function behind(endpoint: string, has: bigint, seen: bigint): AosError {
  const message = `the nodes behind ${endpoint} are not in step: the one that answers is at block ${has} or before, and block ${seen} was seen`;
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
