import {zeroAddress, type Hex} from 'viem';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {serviceManagerAbi} from './abis-aos.ts';
import {allocationManagerAbi, rewardsCoordinatorAbi, strategyAbi} from './abis-core.ts';
import {unique} from './addresses.ts';
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

/** The first operator sets of an AVS, whose strategies are asked for. */
const SETS = [0, 1, 2, 3];
/** Tokens that are asked about, more than EigenLayer takes strategies for in all of these sets. */
const MOST_TOKENS = 256;

/**
 * Reads the claimer, and what was claimed in the tokens of the strategies that the AVS counts. Three dependent steps. Null
 * when no RewardsCoordinator is known, or that one does not answer.
 * @throws AosError as {@link Chain.read}
 */
export async function readRewards(
  chain: Chain,
  contracts: {coordinator: Hex | null; avs: Hex; manager: Hex | null},
  operator: Hex,
): Promise<RewardFacts | null> {
  const {coordinator, avs, manager} = contracts;
  if (coordinator === null) return null;
  const abi = rewardsCoordinatorAbi;
  const [{claimer, restakeable}, sets] = await Promise.all([
    readNamed(chain, {
      claimer: call(abi, coordinator, 'claimerFor', [operator]),
      restakeable: call(serviceManagerAbi, avs, 'getRestakeableStrategies', []),
    }),
    chain.read(
      SETS.map((id) =>
        call(allocationManagerAbi, manager ?? zeroAddress, 'getStrategiesInOperatorSet', [{avs, id}]),
      ),
    ),
  ]);
  if (claimer === null) return null;
  const strategies = unique([...(restakeable ?? []), ...sets.flatMap((set) => valueOf(set) ?? [])]);
  const found = await chain.read(
    strategies.slice(0, MOST_TOKENS).map((strategy) => call(strategyAbi, strategy, 'underlyingToken', [])),
  );
  const tokens = unique(found.flatMap((token) => valueOf(token) ?? []));
  const claimed = await chain.read(
    tokens.map((token) => call(abi, coordinator, 'cumulativeClaimed', [operator, token])),
  );
  return {
    claimer: sameAddress(claimer, zeroAddress) || sameAddress(claimer, operator) ? null : claimer,
    claimed: tokens.flatMap((token, index) => {
      const amount = valueOf(claimed[index]);
      return amount === null ? [] : [{token, amount}];
    }),
  };
}
