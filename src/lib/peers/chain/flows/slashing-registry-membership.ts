import {zeroAddress, zeroHash, type Hex} from 'viem';
import {blsApkRegistryAbi, stakeRegistryAbi} from '../abis-avs.ts';
import {call, readNamed, valueOf, type ReadCall} from '../read.ts';
import {readBlsSocket} from './bls-membership.ts';
import {readQuorums} from './bls-quorums.ts';
import type {FlowPlace} from './flow.ts';
import type {Membership, MembershipParts} from './registration-types.ts';
import {readSetsMembership} from './sets-membership.ts';

/**
 * Reads the membership in the operator sets of a SlashingRegistryCoordinator, with the weights of its stake registry. One
 * dependent step, and one more in the returned promise.
 */
export async function readCoordinatorMembership(
  place: FlowPlace,
  firstBlock: bigint,
): Promise<MembershipParts> {
  const {chain, contracts, operator} = place;
  const [sets, {operatorId}, quorums] = await Promise.all([
    readSetsMembership(chain, contracts, operator),
    readNamed(chain, {
      operatorId: call(blsApkRegistryAbi, contracts.blsApkRegistry ?? zeroAddress, 'getOperatorId', [
        operator,
      ]),
    }),
    readQuorums(chain, contracts, operator),
  ]);
  const id = operatorId === zeroHash ? null : operatorId;
  const readWeights = async (): Promise<Membership> => {
    const [base, recorded, totals, socket] = await Promise.all([
      sets.membership,
      readEach(place, (stakes, quorum) =>
        call(stakeRegistryAbi, stakes, 'getCurrentStake', [id ?? zeroHash, quorum]),
      ),
      readEach(place, (stakes, quorum) => call(stakeRegistryAbi, stakes, 'getCurrentTotalStake', [quorum])),
      id === null ? ({state: 'none'} as const) : readBlsSocket(chain, contracts, id, firstBlock),
    ]);
    return {
      ...base,
      operatorId: id,
      socket,
      quorums: base.quorums.map((set) => {
        const quorum = quorums.find(({number}) => number === set.number);
        if (quorum === undefined) return set;
        const {weight, minimumStake: minimum, operators, maxOperators} = quorum;
        return {
          ...set,
          weight,
          recorded: id === null ? 0n : (recorded.get(set.number) ?? null),
          total: totals.get(set.number) ?? null,
          minimum,
          operators,
          maxOperators,
        };
      }),
    };
  };
  return {membership: readWeights(), strategies: sets.strategies};
}

/** Reads one value of the stake registry for each quorum. */
async function readEach(
  {chain, contracts: {stakeRegistry, quorums}}: FlowPlace,
  make: (stakes: Hex, quorum: number) => ReadCall<bigint>,
): Promise<ReadonlyMap<number, bigint | null>> {
  const numbers = quorums.map(({number}) => number);
  const answers = await chain.read(numbers.map((number) => make(stakeRegistry ?? zeroAddress, number)));
  return new Map(numbers.map((number, index) => [number, valueOf(answers[index])]));
}
