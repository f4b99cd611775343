import {readStrategies} from '../strategies.ts';
import type {Flow, FlowPlace} from './flow.ts';
import type {RegistrationStatus} from './registration-types.ts';

/**
 * Reads state, quorums, weights, stake and tokens of an operator at one block, in three dependent steps.
 * @param firstBlock block from which the registry can have logs; sockets of older registries are in logs alone
 * @throws AosError as {@link Chain.read}
 */
export async function readRegistrationStatus(
  flow: Flow,
  place: FlowPlace,
  firstBlock = 0n,
): Promise<RegistrationStatus> {
  const {chain, contracts, operator} = place;
  const parts = await flow.readMembership(place, firstBlock);
  const [membership, strategies] = await Promise.all([
    parts.membership,
    readStrategies(chain, contracts, operator, parts.strategies),
  ]);
  return {...membership, strategies};
}
