import type {Hex} from 'viem';
import type {Flow} from './detect.ts';
import type {Chain} from './open.ts';
import {readBlsStanding} from './registration-bls.ts';
import {readEcdsaStanding} from './registration-ecdsa.ts';
import {readSetsStanding} from './registration-sets.ts';
import {readStrategies} from './strategies.ts';
import type {ResolvedContracts} from './contract-types.ts';
import type {Stake, StandingParts, StakeOptions} from './registration-types.ts';

/**
 * Standing, quorums, weights, stake and tokens, at one block: three dependent steps.
 * @throws AosError as {@link Chain.read}
 */
export async function readStake(
  chain: Chain,
  contracts: ResolvedContracts,
  flow: Flow,
  operator: Hex,
  {firstBlock = 0n}: StakeOptions = {},
): Promise<Stake> {
  const {standing, strategies} = await readParts(chain, contracts, flow, operator, firstBlock);
  const [stands, stakes] = await Promise.all([
    standing,
    readStrategies(chain, contracts, operator, strategies),
  ]);
  return {...stands, strategies: stakes};
}

function readParts(
  chain: Chain,
  contracts: ResolvedContracts,
  flow: Flow,
  operator: Hex,
  firstBlock: bigint,
): Promise<StandingParts> {
  switch (flow) {
    case 'bls':
      return readBlsStanding(chain, contracts, operator, firstBlock);
    case 'ecdsa-b1':
    case 'ecdsa-b2':
    case 'ecdsa-b3':
      return readEcdsaStanding(chain, contracts, operator);
    case 'operator-sets':
      return readSetsStanding(chain, contracts, operator);
  }
}
