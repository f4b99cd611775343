import {encodeEventTopics, zeroAddress, type AbiEvent} from 'viem';
import type {Contracts} from '../../config/config.ts';
import {avsSlasherAbi, challengeManagerAbi, penaltyLedgerAbi} from './abis-aos.ts';
import {
  avsRegistrarAbi,
  blsApkRegistryAbi,
  ecdsaStakeRegistryAbi,
  ejectionManagerAbi,
  registryCoordinatorAbi,
} from './abis-avs.ts';
import {allocationManagerAbi, avsDirectoryAbi, delegationManagerAbi} from './abis-core.ts';
import {firstBlocks} from './first-blocks.ts';
import type {LogFilter} from './log-port.ts';

/** The sources of an operator's slashing history. */
export const SOURCES = [
  'slashing',
  'zero-slash',
  'deregistration',
  'ejection',
  'quorum-removal',
  'set-changes',
  'avs-registration',
  'challenge',
  'avs-slasher',
  'penalty-ledger',
] as const;
export type SourceId = (typeof SOURCES)[number];

/** One contract with one filter. */
export type Source = {
  /** Unique: the source's id, with the contract where there may be several. */
  key: string;
  id: SourceId;
  /** Checksummed. */
  contract: string;
  filter: LogFilter;
  firstBlock: number;
};

/** A source that cannot be read. `missing` weakens the answer; `absent` does not: this AVS has no such contract. */
export type NoSource = {id: SourceId; contract: string | null; kind: 'missing' | 'absent'; reason: string};

/** A source to read if its contract exists. */
export type WantedSource = {
  id: SourceId;
  contract: string | null;
  /** The reason for a missing contract, and whether it weakens the answer. */
  otherwise: Pick<NoSource, 'kind' | 'reason'>;
  firstBlock: number;
  filter: (contract: string) => LogFilter;
};

/** Builds a filter for one event, or for several with the same indexed arguments. */
function filterOf(
  contract: string,
  events: readonly {abi: readonly unknown[]; name: string}[],
  indexed: readonly (string | null)[] = [],
): LogFilter {
  const ids = events.map(
    ({abi, name}) => encodeEventTopics({abi: abi as readonly AbiEvent[], eventName: name})[0],
  );
  const [first = null] = ids;
  const id = ids.length === 1 ? first : ids;
  return {address: contract.toLowerCase(), topics: [id, ...indexed]};
}

const topicOf = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;

/** Returns the source of the AVS's challenges, which name no operator. */
export function challengeSource(chainId: number): Pick<WantedSource, 'firstBlock' | 'filter'> {
  return {
    firstBlock: firstBlocks(chainId).avsDirectory,
    filter: (to) =>
      filterOf(to, [
        {abi: challengeManagerAbi, name: 'NewChallengeCreated'},
        {abi: challengeManagerAbi, name: 'ChallengeResponded'},
      ]),
  };
}

/** Whose history is read, and from which contracts. */
type Wanted = {
  chainId: number;
  operator: string;
  contracts: Contracts;
  /** As the registry names them; null where it has none. */
  ejector: string | null;
  blsApkRegistry: string | null;
  /** Whether EigenLayer's core is older than operator sets and slashing. */
  isBeforeSlashing: boolean;
};

/** Returns the scan set of one operator, in the order of the report. */
export function wantedSources(wanted: Wanted): WantedSource[] {
  const {chainId, operator, contracts} = wanted;
  const {avsDirectory: avsStart, allocationManager: slashStart} = firstBlocks(chainId);
  const who = topicOf(operator);
  const {challengeManager, serviceManager} = contracts;
  const noManager: WantedSource['otherwise'] = wanted.isBeforeSlashing
    ? {
        kind: 'absent',
        reason: 'EigenLayer’s core here is older than 1.0: it has no operator sets and cannot slash',
      }
    : unset('allocation_manager', 'missing');
  return [
    {
      id: 'slashing',
      contract: contracts.delegationManager,
      otherwise: unset('delegation_manager', 'missing'),
      firstBlock: slashStart,
      filter: (to) => filterOf(to, [{abi: delegationManagerAbi, name: 'OperatorSharesSlashed'}], [who]),
    },
    {
      id: 'zero-slash',
      contract: contracts.allocationManager,
      otherwise: noManager,
      firstBlock: slashStart,
      // Its operator is not indexed, so this reads all slashes of EigenLayer, which are few.
      filter: (to) => filterOf(to, [{abi: allocationManagerAbi, name: 'OperatorSlashed'}]),
    },
    ...membershipSources(wanted, noManager),
    {
      id: 'avs-registration',
      contract: serviceManager === null ? null : contracts.avsDirectory,
      otherwise: unset(serviceManager === null ? 'service_manager' : 'avs_directory', 'missing'),
      firstBlock: avsStart,
      filter: (to) =>
        filterOf(
          to,
          [{abi: avsDirectoryAbi, name: 'OperatorAVSRegistrationStatusUpdated'}],
          [who, topicOf(serviceManager ?? zeroAddress)],
        ),
    },
    {
      id: 'challenge',
      contract: challengeManager,
      otherwise: unset('challenge_manager', 'absent'),
      ...challengeSource(chainId),
    },
    ...(contracts.slashers.length === 0 ? [null] : contracts.slashers).map((contract): WantedSource => ({
      id: 'avs-slasher',
      contract,
      otherwise: unset('slashers', 'absent'),
      firstBlock: slashStart,
      filter: (to) =>
        filterOf(
          to,
          ['OperatorSlashed', 'SlashingRequested', 'SlashingRequestCancelled'].map((name) => ({
            abi: avsSlasherAbi,
            name,
          })),
        ),
    })),
    {
      id: 'penalty-ledger',
      contract: contracts.penaltyLedger,
      otherwise: unset('penalty_ledger', 'absent'),
      firstBlock: avsStart,
      filter: (to) =>
        filterOf(
          to,
          [
            {abi: penaltyLedgerAbi, name: 'PenaltyRecorded'},
            {abi: penaltyLedgerAbi, name: 'PenaltyExecuted'},
          ],
          [null, who],
        ),
    },
  ];
}

/** The sources of how an operator came into and out of the registry, its quorums, and operator sets. */
function membershipSources(
  {chainId, operator, contracts, ejector, blsApkRegistry}: Wanted,
  noManager: WantedSource['otherwise'],
): WantedSource[] {
  const {avsDirectory: avsStart, allocationManager: slashStart} = firstBlocks(chainId);
  const who = topicOf(operator);
  const {registry, serviceManager, allocationManager} = contracts;
  const ofRegistry = (reason: string): WantedSource['otherwise'] =>
    registry === null ? unset('registry', 'missing') : {kind: 'absent', reason};
  return [
    {
      id: 'deregistration',
      contract: registry,
      otherwise: unset('registry', 'missing'),
      firstBlock: avsStart,
      // The kinds of registry have an event of this name with different second arguments.
      filter: (to) =>
        filterOf(
          to,
          [
            {abi: registryCoordinatorAbi, name: 'OperatorDeregistered'},
            {abi: ecdsaStakeRegistryAbi, name: 'OperatorDeregistered'},
            {abi: avsRegistrarAbi, name: 'OperatorDeregistered'},
          ],
          [who],
        ),
    },
    {
      id: 'ejection',
      contract: ejector,
      // Without a registry the ejector is unknown.
      otherwise: ofRegistry('the registry has no ejector'),
      firstBlock: avsStart,
      filter: (to) => filterOf(to, [{abi: ejectionManagerAbi, name: 'OperatorEjected'}]),
    },
    {
      id: 'quorum-removal',
      contract: blsApkRegistry,
      otherwise: ofRegistry('the registry has no quorums'),
      firstBlock: avsStart,
      // Its operator is not indexed, so this reads the removals of all operators of the AVS.
      filter: (to) => filterOf(to, [{abi: blsApkRegistryAbi, name: 'OperatorRemovedFromQuorums'}]),
    },
    {
      id: 'set-changes',
      contract: serviceManager === null ? null : allocationManager,
      otherwise: serviceManager === null ? unset('service_manager', 'missing') : noManager,
      firstBlock: slashStart,
      filter: (to) =>
        filterOf(
          to,
          [
            {abi: allocationManagerAbi, name: 'OperatorAddedToOperatorSet'},
            {abi: allocationManagerAbi, name: 'OperatorRemovedFromOperatorSet'},
          ],
          [who],
        ),
    },
  ];
}

const unset = (key: string, kind: NoSource['kind']): WantedSource['otherwise'] => ({
  kind,
  reason: `chain.contracts.${key} is not set`,
});
