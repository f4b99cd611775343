import {getAbiItem, type Hex} from 'viem';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import {allocationManagerAbi} from '../abis-core.ts';
import type {Chain} from '../open.ts';

/** The ends of the time in which left sets may slash an operator, and refuse it. */
export type PendingSetExits = {
  /** Set id → last block; a missing set ends at `latest` or earlier. */
  until: ReadonlyMap<number, bigint>;
  latest: bigint;
  secondsPerBlock: number;
};

/** Ethereum's slot time, for a chain on which it cannot be measured. */
const SLOT_SECONDS = 12;
/** Blocks over which the block time is measured. */
const PACE_BLOCKS = 100n;

/**
 * Finds the blocks in which the operator left sets, by AllocationManager's OperatorRemovedFromOperatorSet of the last
 * DEALLOCATION_DELAY blocks. An RPC that does not serve so many blocks is no failure. One dependent step.
 */
export async function readPendingSetExits(
  chain: Chain,
  {manager, operator, avs, delay}: {manager: Hex; operator: Hex; avs: Hex; delay: number},
): Promise<PendingSetExits> {
  const {client, blockNumber} = chain;
  const first = blockNumber > BigInt(delay) ? blockNumber - BigInt(delay) : 0n;
  const [logs, secondsPerBlock] = await Promise.all([
    client
      .getLogs({
        address: manager,
        event: getAbiItem({abi: allocationManagerAbi, name: 'OperatorRemovedFromOperatorSet'}),
        args: {operator},
        fromBlock: first,
        toBlock: blockNumber,
        strict: true,
      })
      .catch(() => {
        chain.signal.throwIfAborted();
        return []; // too many blocks for this RPC; `latest` below is still an upper bound
      }),
    readSecondsPerBlock(chain),
  ]);
  const until = new Map(
    logs
      .filter(({args}) => sameAddress(args.operatorSet.avs, avs))
      .map((log) => [log.args.operatorSet.id, log.blockNumber + BigInt(delay)] as const),
  );
  return {until, latest: blockNumber + BigInt(delay), secondsPerBlock};
}

/** Seconds between two blocks, measured over the last ones. @throws the reason of the chain's signal */
export async function readSecondsPerBlock({client, blockNumber, timestamp, signal}: Chain): Promise<number> {
  const back = blockNumber > PACE_BLOCKS ? PACE_BLOCKS : blockNumber;
  if (back === 0n) return SLOT_SECONDS;
  try {
    const earlier = await client.getBlock({blockNumber: blockNumber - back});
    const seconds = Number(timestamp - earlier.timestamp) / Number(back);
    return seconds > 0 ? seconds : SLOT_SECONDS;
  } catch {
    signal.throwIfAborted();
    return SLOT_SECONDS; // an estimate either way
  }
}
