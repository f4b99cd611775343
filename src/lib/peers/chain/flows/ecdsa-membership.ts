import type {Hex} from 'viem';
import {ecdsaStakeRegistryAbi} from '../abis-avs.ts';
import {readEcdsa} from './ecdsa-facts.ts';
import type {Chain} from '../open.ts';
import {readNamed, call} from '../read.ts';
import type {ResolvedContracts} from '../contract-types.ts';
import type {MembershipParts} from './registration-types.ts';

/** Reads the membership in the ECDSA flow. One dependent step. */
export async function readEcdsaMembership(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
): Promise<MembershipParts> {
  const [facts, {quorum}] = await Promise.all([
    readEcdsa(chain, contracts, operator),
    readNamed(chain, {quorum: call(ecdsaStakeRegistryAbi, contracts.registry, 'quorum', [])}),
  ]);
  const strategies = quorum?.strategies ?? [];
  const membership = {
    state: facts.registered === null ? 'unknown' : facts.registered ? 'registered' : 'not_registered',
    operatorId: null,
    // An ECDSAStakeRegistry has no sockets.
    socket: {state: 'none'},
    quorums: [
      {
        number: 0,
        member: facts.registered,
        weight: facts.weight,
        recorded: facts.recordedWeight,
        total: facts.totalWeight,
        minimum: facts.minimumWeight,
        operators: null,
        maxOperators: null,
        strategies,
      },
    ],
  } as const;
  return {membership: Promise.resolve(membership), strategies: strategies.map(({strategy}) => strategy)};
}
