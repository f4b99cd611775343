import {zeroAddress, type Hex} from 'viem';
import type {Contracts} from '../../config/config.ts';
import {challengeManagerAbi, penaltyLedgerAbi} from './abis-aos.ts';
import {avsRegistrarAbi, ecdsaStakeRegistryAbi, registryCoordinatorAbi} from './abis-avs.ts';
import {allocationManagerAbi, avsDirectoryAbi, delegationManagerAbi} from './abis-core.ts';
import type {Chain} from './open.ts';
import {call, type ReadCall} from './read.ts';
import type {SourceId} from './slashing-filters.ts';

type Probe = {
  id: SourceId;
  at: string | null;
  what: string;
  /** Getters of which one answers in every release of such a contract. */
  calls: (at: Hex) => readonly ReadCall[];
};

/**
 * Finds sources whose contract is of the wrong kind, with the expected kind: the missing events of such a contract prove
 * nothing. One dependent step.
 * @throws AosError as {@link Chain.read}
 */
export async function readUnanswering(
  chain: Chain,
  contracts: Contracts,
): Promise<ReadonlyMap<SourceId, string>> {
  const asked = probesOf(contracts).flatMap(({id, at, what, calls}) =>
    at === null ? [] : calls(`0x${at.slice(2)}`).map((one) => ({id, what, one})),
  );
  const results = await chain.read(asked.map(({one}) => one));
  const answered = new Set(asked.flatMap(({id}, index) => (results[index]?.ok === true ? [id] : [])));
  return new Map(asked.flatMap(({id, what}) => (answered.has(id) ? [] : [[id, what] as const])));
}

function probesOf(contracts: Contracts): Probe[] {
  return [
    {
      id: 'slashing',
      at: contracts.delegationManager,
      what: 'a DelegationManager',
      calls: (at) => [call(delegationManagerAbi, at, 'isOperator', [zeroAddress])],
    },
    {
      id: 'zero-slash',
      at: contracts.allocationManager,
      what: 'an AllocationManager',
      calls: (at) => [call(allocationManagerAbi, at, 'delegation', [])],
    },
    {
      id: 'set-changes',
      at: contracts.allocationManager,
      what: 'an AllocationManager',
      calls: (at) => [call(allocationManagerAbi, at, 'delegation', [])],
    },
    {
      id: 'deregistration',
      at: contracts.registry,
      what: 'a registry',
      calls: (at) => [
        call(registryCoordinatorAbi, at, 'quorumCount', []),
        call(ecdsaStakeRegistryAbi, at, 'minimumWeight', []),
        call(avsRegistrarAbi, at, 'keyRegistrar', []),
      ],
    },
    {
      id: 'avs-registration',
      at: contracts.avsDirectory,
      what: 'an AVSDirectory',
      calls: (at) => [call(avsDirectoryAbi, at, 'domainSeparator', [])],
    },
    {
      id: 'challenge',
      at: contracts.challengeManager,
      what: 'a challenge manager',
      calls: (at) => [
        call(challengeManagerAbi, at, 'latestChallengeNum', []),
        call(challengeManagerAbi, at, 'challengeNumber', []),
      ],
    },
    {
      id: 'penalty-ledger',
      at: contracts.penaltyLedger,
      what: 'a penalty ledger',
      calls: (at) => [call(penaltyLedgerAbi, at, 'penaltyWei', [])],
    },
  ];
}
