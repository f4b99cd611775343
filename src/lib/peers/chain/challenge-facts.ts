import {getAbiItem, zeroHash, type Hex} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {challengeManagerAbi} from './abis-aos.ts';
import {blocksLeft, deadlineOf, firstOpenBlock} from './challenge-window.ts';
import type {Chain} from './open.ts';
import {readNamed, call, valueOf} from './read.ts';

/** The newest challenges of the AVS, those that can be open, and those that are followed. No argument of one names an operator. */
export type ChallengeFacts = {
  total: number;
  /** Blocks after its creation in which a challenge can be answered. */
  windowBlocks: bigint;
  /** Unanswered challenges that can still be answered, by number; `createdBlock` is the contract's. */
  open: readonly OpenChallenge[];
  /** How many of these challenges have no answer, and their numbers. */
  unanswered: number;
  unansweredIndices: readonly number[];
  /** False when the RPC does not serve the logs of the window, so that `open` lacks some or all. */
  windowKnown: boolean;
};

/** What an earlier reading has seen. */
export type FollowedChallenges = {
  /** Those that were open: each is read by its own number, however old it is. */
  open: readonly number[];
  /** The number of the first that was not there yet; null: there was no reading. */
  from: number | null;
};

const NONE: FollowedChallenges = {open: [], from: null};

export type OpenChallenge = {index: number; createdBlock: bigint; deadlineBlock: bigint; blocksLeft: bigint};

/** Newest challenges that are read in any case; `aos slashing-history` reads all. */
const NEWEST = 50;
/** Blocks of one eth_getLogs where the RPC refuses the whole window: the smallest limit of a free RPC. */
const LOG_BLOCKS = 10n;
/** Most requests for the logs of a window. */
const MAX_REQUESTS = 60n;

/**
 * Reads the newest challenges in two dependent steps, and older ones that can be open in a third; null when no challenge
 * manager is configured.
 * @throws AosError CHAIN_NO_CODE for a contract of another kind; as {@link Chain.read}
 */
export async function readChallengeFacts(
  chain: Chain,
  manager: string | null,
  followed: FollowedChallenges = NONE,
): Promise<ChallengeFacts | null> {
  if (manager === null) return null;
  const address: Hex = `0x${manager.slice(2)}`;
  const abi = challengeManagerAbi;
  const said = await readNamed(chain, {
    latest: call(abi, address, 'latestChallengeNum', []),
    number: call(abi, address, 'challengeNumber', []),
    window: call(abi, address, 'getChallengeResponseWindowBlock', []),
    constant: call(abi, address, 'CHALLENGE_RESPONSE_WINDOW_BLOCK', []),
  });
  const total = said.latest ?? said.number;
  const window = said.window ?? said.constant;
  if (total === null || window === null)
    throw new AosError('CHAIN_NO_CODE', `the contract at ${manager} is no challenge manager`, {
      next: say('Check chain.contracts.challenge_manager.'),
    });
  const windowBlocks = BigInt(window);
  const first = Math.max(0, total - NEWEST);
  const newest = Array.from({length: total - first}, (_, i) => first + i);
  const older = followed.open.filter((index) => index < first);
  const [near, created] = await Promise.all([
    readUnanswered(chain, address, [...older, ...newest]),
    total === 0 ? [] : readCreated(chain, address, windowBlocks),
  ]);
  // Anyone may open challenges: one that is open need not be among the newest.
  const others = (created ?? [])
    .map(({index}) => index)
    .filter((index) => index < first && !older.includes(index));
  const far = await readUnanswered(chain, address, [...new Set(others)]);
  const unansweredIndices = [...near, ...far].sort((a, b) => a - b);
  const open = (created ?? []).flatMap(({index, createdBlock}): OpenChallenge[] => {
    const deadlineBlock = deadlineOf(createdBlock, windowBlocks);
    const left = blocksLeft(deadlineBlock, chain.blockNumber);
    const isOpen = left > 0n && unansweredIndices.includes(index);
    return isOpen ? [{index, createdBlock, deadlineBlock, blocksLeft: left}] : [];
  });
  const unanswered = unansweredIndices.length;
  const lost = unansweredIndices.filter(
    (index) => isRecent(index, followed) && !(created ?? []).some((one) => one.index === index),
  );
  const windowKnown = created !== null && (await servesLogs(chain, address, lost.at(-1)));
  return {total, windowBlocks, open, unanswered, unansweredIndices, windowKnown};
}

/** Whether a challenge was open, or not there yet, at the earlier reading. */
function isRecent(index: number, {open, from}: FollowedChallenges): boolean {
  return open.includes(index) || (from !== null && index >= from);
}

/**
 * Whether the RPC has the log of a challenge that is not in the window of answers. An RPC that has pruned its logs, or lacks the
 * newest, answers with none and without an error: an open challenge must not pass for one whose time is over.
 * @param index undefined: all are in the window
 */
async function servesLogs(
  {client, signal}: Chain,
  address: Hex,
  index: number | undefined,
): Promise<boolean> {
  if (index === undefined) return true;
  try {
    const logs = await client.getLogs({
      address,
      event: getAbiItem({abi: challengeManagerAbi, name: 'NewChallengeCreated'}),
      args: {challengeIndex: index},
      fromBlock: 0n,
      toBlock: 'latest',
    });
    return logs.length > 0;
  } catch {
    signal.throwIfAborted();
    // Many RPCs refuse so long a range: then nothing more is known.
    return true;
  }
}

/**
 * Reads which of these challenges have no answer. One dependent step.
 * @throws AosError CHAIN_NO_CODE when one cannot be read: it must not pass for an answered one
 */
async function readUnanswered(chain: Chain, address: Hex, indices: readonly number[]): Promise<number[]> {
  const abi = challengeManagerAbi;
  const [hashes, responses] = await Promise.all([
    chain.read(indices.map((i) => call(abi, address, 'allChallengeHashes', [i]))),
    chain.read(indices.map((i) => call(abi, address, 'allChallengeResponses', [i]))),
  ]);
  return indices.filter((index, place) => {
    const [hash, response] = [valueOf(hashes[place]), valueOf(responses[place])];
    if (hash === null || response === null)
      throw new AosError(
        'CHAIN_NO_CODE',
        `the challenge manager at ${address} does not say whether challenge ${index} is answered`,
      );
    return hash !== zeroHash && response === zeroHash;
  });
}

type Created = {index: number; createdBlock: bigint};

/** Reads the challenges that can still be answered by their time; null when the RPC does not serve their logs. */
async function readCreated(chain: Chain, address: Hex, window: bigint): Promise<Created[] | null> {
  const span = {from: firstOpenBlock(chain.blockNumber, window), to: chain.blockNumber};
  if (span.from > span.to) return [];
  const whole = await createdIn(chain, address, span);
  const pieces = piecesOf(span);
  if (whole !== null || BigInt(pieces.length) > MAX_REQUESTS) return whole;
  const parts = await Promise.all(pieces.map((piece) => createdIn(chain, address, piece)));
  return parts.includes(null) ? null : parts.flatMap((part) => part ?? []);
}

type BlockSpan = {from: bigint; to: bigint};

function piecesOf({from, to}: BlockSpan): BlockSpan[] {
  const pieces: BlockSpan[] = [];
  for (let start = from; start <= to; start += LOG_BLOCKS) {
    const last = start + LOG_BLOCKS - 1n;
    pieces.push({from: start, to: last < to ? last : to});
  }
  return pieces;
}

async function createdIn(chain: Chain, address: Hex, {from, to}: BlockSpan): Promise<Created[] | null> {
  try {
    const logs = await chain.client.getLogs({
      address,
      event: getAbiItem({abi: challengeManagerAbi, name: 'NewChallengeCreated'}),
      fromBlock: from,
      toBlock: to,
    });
    // A challenge whose data cannot be decoded is one all the same: its number is a topic, and its block that of the log.
    return logs.flatMap(({topics, args, blockNumber}) => {
      const number = topics.at(1);
      if (number === undefined) return [];
      const createdBlock = BigInt(args.challenge?.challengeCreatedBlock ?? blockNumber);
      return [{index: Number(BigInt(number)), createdBlock}];
    });
  } catch {
    chain.signal.throwIfAborted();
    return null;
  }
}
