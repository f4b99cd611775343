import type {Hex} from 'viem';
import {indexRegistryAbi, registryCoordinatorAbi, stakeRegistryAbi} from '../abis-avs.ts';
import type {Chain} from '../open.ts';
import {call, valueOf} from '../read.ts';
import type {ResolvedContracts} from '../contract-types.ts';

/** A quorum of a registry coordinator from the operator's view; null where unknown. */
export type QuorumFacts = {
  number: number;
  /** Stake weights, 1e18 for one unit of the strategy's token. */
  minimumStake: bigint | null;
  weight: bigint | null;
  operators: number | null;
  maxOperators: number | null;
};

/** Reads every quorum. One dependent step. */
export async function readQuorums(
  chain: Chain,
  {registry, stakeRegistry, indexRegistry, quorums}: ResolvedContracts,
  operator: Hex,
): Promise<QuorumFacts[]> {
  if (stakeRegistry === null || indexRegistry === null) return [];
  const numbers = quorums.map(({number}) => number);
  const [minima, weights, counts, params] = await Promise.all([
    chain.read(numbers.map((q) => call(stakeRegistryAbi, stakeRegistry, 'minimumStakeForQuorum', [q]))),
    chain.read(
      numbers.map((q) => call(stakeRegistryAbi, stakeRegistry, 'weightOfOperatorForQuorum', [q, operator])),
    ),
    chain.read(numbers.map((q) => call(indexRegistryAbi, indexRegistry, 'totalOperatorsForQuorum', [q]))),
    chain.read(numbers.map((q) => call(registryCoordinatorAbi, registry, 'getOperatorSetParams', [q]))),
  ]);
  return numbers.map((number, index) => ({
    number,
    minimumStake: valueOf(minima[index]),
    weight: valueOf(weights[index]),
    operators: valueOf(counts[index]),
    maxOperators: valueOf(params[index])?.maxOperatorCount ?? null,
  }));
}

/** Returns the quorum numbers in a bitmap, ascending. */
export function quorumsOf(bitmap: bigint): number[] {
  const numbers: number[] = [];
  for (let number = 0, rest = bitmap; rest > 0n; number++, rest >>= 1n)
    if ((rest & 1n) === 1n) numbers.push(number);
  return numbers;
}
