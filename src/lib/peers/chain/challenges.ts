import {zeroHash, type Hex} from 'viem';
import {linkedAbort} from '../../foundation/async/abort.ts';
import type {Contracts} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {challengeManagerAbi} from './abis-aos.ts';
import {readCode} from './code.ts';
import {firstEndpoint} from './endpoints.ts';
import {challengesIn, type Challenge} from './challenge-rows.ts';
import {createLogRpc} from './log-rpc.ts';
import {scanLogs, type ScanProgress} from './logs.ts';
import {withChain, type Chain, type OpenChainOptions} from './open.ts';
import {readNamed, call, valueOf} from './read.ts';
import type {RpcWatch} from './rpc/watch.ts';
import {openScanStore} from './scan-store.ts';
import {blockOf, finalBlock} from './slashing-blocks.ts';
import {challengeSource} from './slashing-filters.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/** Options of {@link readChallenges}. */
export type ChallengeOptions = {
  /** Endpoints, tried in this order. */
  rpcUrls: readonly string[];
  /** Null accepts any chain. */
  chainId: number | null;
  contracts: Contracts;
  /** The folder of the cache, which `slashing-history` shares; null for none. */
  cacheDir: string | null;
  /** Reads all blocks anew; what is read is kept for the next run. */
  fresh: boolean;
  concurrency: number;
  maxRequests: number;
  /** Limit for one request. */
  timeoutMs: number;
  time: Time;
  /** Uniform in [0, 1). */
  random: () => number;
  onProgress?: (progress: ScanProgress) => void;
  /** Sees what is waited for outside the scan. */
  watch?: RpcWatch;
};

/** All challenges of an AVS, which name no operator. */
export type Challenges = {
  contract: string;
  chainId: number;
  /** Host of the RPC. */
  endpoint: string;
  latestBlock: number;
  /** Blocks after its creation in which a challenge can be answered; null when the contract does not answer. */
  windowBlocks: number | null;
  /** Measured over the latest blocks; null on a chain with too few. */
  msPerBlock: number | null;
  /** All challenges, in the order of their numbers. */
  challenges: Challenge[];
  /** The contract's own count, greater than the number of rows when the RPC omits logs. Null when it does not answer. */
  count: number | null;
  /** Transactions with an event of the manager that cannot be decoded; its challenge has no row. */
  unreadable: readonly string[];
};

/** Blocks over which the block time is measured. */
const PACE_BLOCKS = 1_000;

/**
 * Reads all challenges of the configured manager and their states, up to the latest block.
 * @throws AosError CONFIG_INVALID without a manager; CHAIN_NO_CODE, CHAIN_*, LOGS_REFUSED, SCAN_TOO_LARGE; the signal's
 *   reason. The cache keeps what was read for the next run.
 */
export async function readChallenges(options: ChallengeOptions, stop: AbortSignal): Promise<Challenges> {
  const {rpcUrls, chainId, timeoutMs, time} = options;
  const contract = options.contracts.challengeManager;
  if (contract === null)
    throw new AosError('CONFIG_INVALID', 'chain.contracts.challenge_manager is not set', {
      next: say('Set it in the configuration file, or choose a network that has one by --network.'),
    });
  // Every request in progress listens to it.
  const {controller, unlink} = linkedAbort(stop);
  const {signal} = controller;
  try {
    return await firstEndpoint(rpcUrls, signal, (url, hasNext) => {
      const opening: OpenChainOptions = {
        rpcUrls: [url],
        chainId,
        timeoutMs,
        signal,
        now: () => time.now(),
        hasNext,
        time,
        ...(options.watch === undefined ? {} : {watch: options.watch}),
      };
      return withChain(opening, (chain) => readFrom(chain, url, {...options, contract}, signal));
    });
  } finally {
    unlink();
  }
}

async function readFrom(
  chain: Chain,
  url: string,
  options: ChallengeOptions & {contract: string},
  signal: AbortSignal,
): Promise<Challenges> {
  const {contract, cacheDir, concurrency, maxRequests, timeoutMs, time, random} = options;
  const address: Hex = `0x${contract.slice(2).toLowerCase()}`;
  const latest = Number(chain.blockNumber);
  const [[code], facts, anchor, genesis, past] = await Promise.all([
    readCode(chain, [address]),
    readNamed(chain, {
      window: call(challengeManagerAbi, address, 'getChallengeResponseWindowBlock', []),
      constant: call(challengeManagerAbi, address, 'CHALLENGE_RESPONSE_WINDOW_BLOCK', []),
      count: call(challengeManagerAbi, address, 'latestChallengeNum', []),
      number: call(challengeManagerAbi, address, 'challengeNumber', []),
    }),
    finalBlock(chain, latest),
    blockOf(chain, 0),
    blockOf(chain, Math.max(0, latest - PACE_BLOCKS)),
  ]);
  if (code === undefined || code.kind === 'none' || code.kind === 'delegated')
    throw new AosError('CHAIN_NO_CODE', `there is no contract at ${contract} on chain ${chain.chainId}`, {
      next: say('Check chain.contracts.challenge_manager and that the RPC serves the right chain.'),
    });
  if (Object.values(facts).every((fact) => fact === null))
    throw new AosError('CHAIN_MISMATCH', `the contract at ${contract} is no challenge manager`, {
      next: say('Check chain.contracts.challenge_manager.'),
    });
  if (genesis === null) throw new AosError('CHAIN_BAD_ANSWER', `${chain.endpoint} does not have block 0`);
  const {filter, firstBlock} = challengeSource(chain.chainId);
  const id = 'challenges';
  const span = {from: Math.min(firstBlock, latest), to: latest};
  const filterHere = filter(contract);
  const store = await openScanStore([{id, filter: filterHere, span}], {
    dir: cacheDir,
    chainId: chain.chainId,
    genesisHash: genesis.hash,
    endpoint: chain.endpoint,
    fresh: options.fresh,
    anchor,
    hashAt: async (block) => (await blockOf(chain, block))?.hash ?? null,
  });
  const {onProgress} = options;
  const scan = () =>
    scanLogs(
      [
        {
          filter: filterHere,
          spans: store.missing(id),
          take: (part, logs) => store.take(id, part, logs),
        },
      ],
      {
        getLogs: createLogRpc({url, endpoint: chain.endpoint, timeoutMs}),
        time,
        random,
        concurrency,
        maxRequests,
        ...(onProgress === undefined ? {} : {onProgress}),
      },
      signal,
    );
  const count = facts.count ?? facts.number;
  // One event at least for each: what an RPC without old logs has once answered is no proof.
  const lacksLogs = (): boolean => store.logs(id).length < (count ?? 0);
  try {
    await scan();
    if (lacksLogs()) {
      store.forget(id);
      await scan();
      if (lacksLogs()) store.distrust(id);
    }
  } finally {
    await store.save();
  }
  const windowBlocks = facts.window ?? facts.constant;
  const {challenges, unreadable} = challengesIn(store.logs(id), {
    windowBlocks,
    latest,
    finalBlock: anchor.block,
  });
  return {
    contract,
    chainId: chain.chainId,
    endpoint: chain.endpoint,
    latestBlock: latest,
    windowBlocks,
    msPerBlock:
      past === null || past.number >= latest
        ? null
        : ((Number(chain.timestamp) - past.timestamp) * 1000) / (latest - past.number),
    challenges: await withAnswers(chain, address, challenges),
    count,
    unreadable: unreadable.map(({txHash}) => txHash),
  };
}

/** Marks the challenges that are answered in the contract, also when the RPC omits the log of the answer. */
async function withAnswers(
  chain: Chain,
  address: Hex,
  challenges: readonly Challenge[],
): Promise<Challenge[]> {
  const waiting = challenges.filter(({state}) => state !== 'answered');
  const answers = await chain.read(
    waiting.map(({index}) => call(challengeManagerAbi, address, 'allChallengeResponses', [index])),
  );
  const answered = new Set(
    waiting.filter((_, at) => (valueOf(answers[at]) ?? zeroHash) !== zeroHash).map(({index}) => index),
  );
  return challenges.map((challenge) =>
    answered.has(challenge.index) ? {...challenge, state: 'answered', blocksLeft: null} : challenge,
  );
}
