import type {Hex} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {firstBlockSince} from './block-at.ts';
import {chainRequest} from './failure.ts';
import type {Chain} from './open.ts';
import type {Anchor} from './scan-cache.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/** Blocks below the latest that count as not final when the RPC has no `finalized`: two epochs of Ethereum. */
const FINAL_DEPTH = 64;
/** Reads a block; null when the RPC does not have it. @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER */
export async function blockOf(
  chain: Chain,
  number: number,
): Promise<{number: number; hash: Hex; timestamp: number} | null> {
  try {
    const block = await chain.client.getBlock({blockNumber: BigInt(number)});
    return {number: Number(block.number), hash: block.hash, timestamp: Number(block.timestamp)};
  } catch (error) {
    chain.signal.throwIfAborted();
    if (error instanceof Error && error.name === 'BlockNotFoundError') return null;
    return chainRequest(chain.endpoint, Promise.reject(error as Error));
  }
}

/** Reads the latest final block. @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER */
export async function finalBlock(chain: Chain, latest: number): Promise<Anchor> {
  try {
    const {number, hash} = await chain.client.getBlock({blockTag: 'finalized'});
    if (Number(number) <= latest) return {block: Number(number), hash};
  } catch {
    chain.signal.throwIfAborted(); // else: the RPC does not know the tag, or has no such block yet
  }
  const block = Math.max(0, latest - FINAL_DEPTH);
  const found = await blockOf(chain, block);
  if (found === null)
    throw new AosError('CHAIN_BAD_ANSWER', `${chain.endpoint} does not have block ${block}`);
  return {block, hash: found.hash};
}

/** Returns the last block to read. @throws AosError USAGE for a future block */
export function endBlock(wanted: number | null, latest: number): number {
  if (wanted !== null && wanted > latest)
    throw new AosError('USAGE', `block ${wanted} is not there yet; the latest is ${latest}`, {
      next: say('Leave --to-block out to read to the latest block.'),
    });
  return wanted ?? latest;
}

/** Returns the first block to read. @throws AosError USAGE for a first block after the last */
export async function startBlock(
  {fromBlock, toBlock, sinceMs}: {fromBlock: number | null; toBlock: number | null; sinceMs: number | null},
  chain: Chain,
  {latest, genesisTime}: {latest: number; genesisTime: number},
): Promise<number> {
  const from = sinceMs === null ? (fromBlock ?? 0) : await blockSince(chain, sinceMs, {latest, genesisTime});
  const to = toBlock ?? latest;
  if (from <= to) return from;
  const what = sinceMs === null ? `--from-block ${from}` : `the first block of --since, ${from},`;
  throw new AosError('USAGE', `${what} is after the last block to read, ${to}`);
}

function blockSince(
  chain: Chain,
  sinceMs: number,
  {latest, genesisTime}: {latest: number; genesisTime: number},
): Promise<number> {
  return firstBlockSince(
    Math.ceil(sinceMs / 1000),
    {
      first: {number: 0, timestamp: genesisTime},
      last: {number: latest, timestamp: Number(chain.timestamp)},
    },
    async (number) => {
      const block = await blockOf(chain, number);
      if (block === null)
        throw new AosError('CHAIN_BAD_ANSWER', `${chain.endpoint} does not have block ${number}`);
      return block.timestamp;
    },
  );
}
