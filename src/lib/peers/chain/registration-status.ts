import type {Chain} from './open.ts';
import {readBlsMembership} from './registration-bls.ts';
import {readEcdsaMembership} from './registration-ecdsa.ts';
import {readSetsMembership} from './registration-sets.ts';
import {readStrategies} from './strategies.ts';
import type {ResolvedContracts} from './contract-types.ts';
import type {RegistrationStatus, MembershipParts, RegistrationStatusOptions} from './registration-types.ts';

/**
 * Reads state, quorums, weights, stake and tokens of an operator at one block, in three dependent steps.
 * @throws AosError as {@link Chain.read}
 */
export async function readRegistrationStatus(
  chain: Chain,
  contracts: ResolvedContracts,
  {flow, operator, firstBlock = 0n}: RegistrationStatusOptions,
): Promise<RegistrationStatus> {
  const parts = await readMembershipParts(chain, contracts, {flow, operator, firstBlock});
  const [membership, strategyStakes] = await Promise.all([
    parts.membership,
    readStrategies(chain, contracts, operator, parts.strategies),
  ]);
  return {...membership, strategies: strategyStakes};
}

function readMembershipParts(
  chain: Chain,
  contracts: ResolvedContracts,
  {flow, operator, firstBlock}: Required<RegistrationStatusOptions>,
): Promise<MembershipParts> {
  switch (flow) {
    case 'bls':
      return readBlsMembership(chain, contracts, operator, firstBlock);
    case 'ecdsa-b1':
    case 'ecdsa-b2':
    case 'ecdsa-b3':
      return readEcdsaMembership(chain, contracts, operator);
    case 'operator-sets':
      return readSetsMembership(chain, contracts, operator);
  }
}
