import {zeroAddress, type Hex} from 'viem';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {rewardsCoordinatorAbi} from './abis-core.ts';
import type {Chain} from './open.ts';
import {call, readNamed, valueOf} from './read.ts';

/**
 * What an operator has claimed of EigenLayer's rewards. What it could claim is in no contract: EigenLayer's sidecar
 * computes it from the distribution roots.
 */
export type RewardFacts = {
  /** Who may claim for the operator; null: the operator itself, as long as it names no one. */
  claimer: Hex | null;
  /** All that was claimed of each token that was asked about, in its smallest unit. */
  claimed: readonly {token: Hex; amount: bigint}[];
};

/**
 * Reads the claimer, and what was claimed of each of `tokens`. One dependent step. Null when no RewardsCoordinator is
 * known, or that one does not answer.
 * @throws AosError as {@link Chain.read}
 */
export async function readRewards(
  chain: Chain,
  {coordinator, operator, tokens}: {coordinator: Hex | null; operator: Hex; tokens: readonly Hex[]},
): Promise<RewardFacts | null> {
  if (coordinator === null) return null;
  const [{claimer}, claimed] = await Promise.all([
    readNamed(chain, {claimer: call(rewardsCoordinatorAbi, coordinator, 'claimerFor', [operator])}),
    chain.read(
      tokens.map((token) => call(rewardsCoordinatorAbi, coordinator, 'cumulativeClaimed', [operator, token])),
    ),
  ]);
  if (claimer === null) return null;
  return {
    claimer: sameAddress(claimer, zeroAddress) || sameAddress(claimer, operator) ? null : claimer,
    claimed: tokens.flatMap((token, index) => {
      const amount = valueOf(claimed[index]);
      return amount === null ? [] : [{token, amount}];
    }),
  };
}
