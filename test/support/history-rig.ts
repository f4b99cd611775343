import {encodeFunctionData, parseAbi, type Address, type Hex} from 'viem';
import {
  readSlashingHistory,
  type HistoryOptions,
  type SlashingHistory,
} from '../../src/lib/peers/chain/slashing.ts';
import type {Contracts} from '../../src/lib/config/config.ts';
import type {AosContracts} from '../../src/devnet/chain/deploy.ts';
import {devRpc} from '../../src/devnet/chain/rpc.ts';
import {systemTime} from '../../src/lib/foundation/system/system-time.ts';
import type {LogShim} from './log-shim.ts';
import {fastTime} from './virtual-time.ts';

/** The configured contracts of a deployment. */
export function contractsOf(aos: AosContracts): Contracts {
  return {
    serviceManager: aos.service_manager,
    registry: aos.registry,
    rangeManager: aos.range_manager,
    challengeManager: aos.challenge_manager,
    delegationManager: aos.delegation_manager,
    avsDirectory: aos.avs_directory,
    allocationManager: aos.allocation_manager,
    strategyManager: aos.strategy_manager,
    rewardsCoordinator: aos.rewards_coordinator,
    penaltyLedger: aos.penalty_ledger,
    keyRegistrar: null,
    permissionController: null,
    slashers: aos.slashers,
  };
}

export type ReadOptions = Partial<HistoryOptions> &
  Pick<HistoryOptions, 'operator' | 'contracts' | 'rpcUrls'>;

/** Reads a history with a hundredfold faster clock for waits, unless told otherwise. */
export function readHistory(
  options: ReadOptions,
  signal: AbortSignal = AbortSignal.timeout(50_000),
): Promise<SlashingHistory> {
  return readSlashingHistory(
    {
      chainId: 31337,
      fromBlock: null,
      toBlock: null,
      sinceMs: null,
      cacheDir: null,
      fresh: false,
      concurrency: 8,
      maxRequests: 10_000,
      timeoutMs: 10_000,
      time: {...systemTime, sleep: fastTime(100).sleep},
      random: () => 0.5,
      ...options,
    },
    signal,
  );
}

/** Least requests for the spans that were asked for, at a cap, over the filters that were used. */
export function leastRequests({asked}: LogShim, cap: number): number {
  const spans = new Map<string, {from: number; to: number}>();
  for (const {key, from, to} of asked) {
    const span = spans.get(key) ?? {from, to};
    spans.set(key, {from: Math.min(span.from, from), to: Math.max(span.to, to)});
  }
  return [...spans.values()].reduce((sum, {from, to}) => sum + Math.ceil((to - from + 1) / cap), 0);
}

const LEDGER = parseAbi([
  'function record(address operator, uint8 kind, bytes32 ref, string description) returns (uint256 id)',
]);

/** Records penalties of an operator, `perBlock` in each block; the owner is unlocked. */
export async function recordMany(
  url: string,
  aos: Pick<AosContracts, 'penalty_ledger' | 'owner'>,
  {operator, count, perBlock}: {operator: Address; count: number; perBlock: number},
): Promise<void> {
  const ref: Hex = `0x${'ab'.repeat(32)}`;
  let nonce = Number(await devRpc(url, 'eth_getTransactionCount', [aos.owner, 'latest']));
  for (let done = 0; done < count; done += perBlock) {
    const size = Math.min(perBlock, count - done);
    await Promise.all(
      Array.from({length: size}, (_, index) =>
        devRpc(url, 'eth_sendTransaction', [
          {
            from: aos.owner,
            to: aos.penalty_ledger,
            gas: '0x7a120',
            nonce: `0x${(nonce + index).toString(16)}`,
            data: encodeFunctionData({
              abi: LEDGER,
              functionName: 'record',
              args: [operator, 0, ref, `probe ${done + index} unanswered`],
            }),
          },
        ]),
      ),
    );
    nonce += size;
    await devRpc(url, 'evm_mine');
  }
}
