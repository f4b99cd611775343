import {zeroAddress, zeroHash, type Hex} from 'viem';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {challengeManagerAbi, penaltyLedgerAbi, rangeManagerAbi, serviceManagerAbi} from './abis-aos.ts';
import {
  avsRegistrarAbi,
  ecdsaStakeRegistryAbi,
  registryCoordinatorAbi,
  stakeRegistryAbi,
} from './abis-avs.ts';
import {
  allocationManagerAbi,
  avsDirectoryAbi,
  delegationManagerAbi,
  keyRegistrarAbi,
  permissionControllerAbi,
  rewardsCoordinatorAbi,
  strategyManagerAbi,
} from './abis-core.ts';
import type {Configured} from './contract-names.ts';
import type {Chain} from './open.ts';
import {readNamed, call, valueOf, type ReadCall} from './read.ts';
import type {QuorumShape} from './contract-types.ts';

/** The references between the contracts, and one answer of each; null where a contract does not answer. */
export type Links = Awaited<ReturnType<typeof readLinks>>;
export type LateLinks = Awaited<ReturnType<typeof readLateLinks>>;

/**
 * Reads the references between the configured contracts, and one getter of each to check the kind of the contract. One
 * dependent step.
 */
export async function readLinks(chain: Chain, registry: Hex, configured: Configured) {
  const at = <T>(address: Hex | null, make: (address: Hex) => ReadCall<T>): ReadCall<T> =>
    make(address ?? zeroAddress); // the zero address never answers
  const coordinator = registryCoordinatorAbi;
  const said = await readNamed(chain, {
    quorumCount: call(coordinator, registry, 'quorumCount', []),
    stakeRegistry: call(coordinator, registry, 'stakeRegistry', []),
    blsApkRegistry: call(coordinator, registry, 'blsApkRegistry', []),
    indexRegistry: call(coordinator, registry, 'indexRegistry', []),
    socketRegistry: call(coordinator, registry, 'socketRegistry', []),
    registryServiceManager: call(coordinator, registry, 'serviceManager', []),
    registryAvs: call(coordinator, registry, 'avs', []),
    registryAllocationManager: call(coordinator, registry, 'allocationManager', []),
    keyRegistrar: call(avsRegistrarAbi, registry, 'keyRegistrar', []),
    // What every registrar has; one without keys has nothing else.
    isRegistrar: at(configured.service_manager, (sm) => call(avsRegistrarAbi, registry, 'supportsAVS', [sm])),
    minimumWeight: call(ecdsaStakeRegistryAbi, registry, 'minimumWeight', []),
    avsDirectory: at(configured.service_manager, (sm) => call(serviceManagerAbi, sm, 'avsDirectory', [])),
    delegationManager: at(configured.delegation_manager, (dm) =>
      call(delegationManagerAbi, dm, 'isOperator', [zeroAddress]),
    ),
    avsDirectoryDomain: at(configured.avs_directory, (ad) =>
      call(avsDirectoryAbi, ad, 'domainSeparator', []),
    ),
    allocationDelegation: at(configured.allocation_manager, (am) =>
      call(allocationManagerAbi, am, 'delegation', []),
    ),
    strategyDelegation: at(configured.strategy_manager, (sm) =>
      call(strategyManagerAbi, sm, 'delegation', []),
    ),
    rewards: at(configured.rewards_coordinator, (rc) =>
      call(rewardsCoordinatorAbi, rc, 'claimerFor', [zeroAddress]),
    ),
    globalKey: at(configured.key_registrar, (kr) =>
      call(keyRegistrarAbi, kr, 'isKeyGloballyRegistered', [zeroHash]),
    ),
    canCall: at(configured.permission_controller, (pc) =>
      call(permissionControllerAbi, pc, 'canCall', [zeroAddress, zeroAddress, zeroAddress, '0x00000000']),
    ),
    challengeRegistry: at(configured.challenge_manager, (cm) =>
      call(challengeManagerAbi, cm, 'registryCoordinator', []),
    ),
    penaltyWei: at(configured.penalty_ledger, (pl) => call(penaltyLedgerAbi, pl, 'penaltyWei', [])),
    managedRange: at(configured.range_manager, (rm) =>
      call(rangeManagerAbi, rm, 'operatorRanges', [zeroAddress]),
    ),
    vrfRange: at(configured.vrf_range_contract, (rc) =>
      call(rangeManagerAbi, rc, 'operatorRanges', [zeroAddress]),
    ),
  });
  return {...said, serviceManager: said.registryServiceManager ?? said.registryAvs};
}

/** Reads the references that depend on {@link readLinks}. One dependent step. */
export async function readLateLinks(
  chain: Chain,
  early: Links,
  {
    registry,
    serviceManager,
    allocationManager,
  }: {registry: Hex; serviceManager: Hex; allocationManager: Hex | null},
) {
  const stakeRegistry = early.stakeRegistry ?? zeroAddress;
  const manager = allocationManager ?? zeroAddress;
  const numbers = Array.from({length: early.quorumCount ?? 0}, (_, number) => number);
  const [said, lengths] = await Promise.all([
    readNamed(chain, {
      stakeDelegation: call(stakeRegistryAbi, stakeRegistry, 'delegation', []),
      avsDirectory: call(serviceManagerAbi, serviceManager, 'avsDirectory', []),
      managedStakeRegistry: call(serviceManagerAbi, serviceManager, 'stakeRegistry', []),
      registrar: call(allocationManagerAbi, manager, 'getAVSRegistrar', [serviceManager]),
      allocationDelegation: call(allocationManagerAbi, manager, 'delegation', []),
      permissionController: call(allocationManagerAbi, manager, 'permissionController', []),
      supported: call(avsRegistrarAbi, registry, 'supportsAVS', [serviceManager]),
      servesItself: call(avsRegistrarAbi, serviceManager, 'supportsAVS', [serviceManager]),
    }),
    chain.read(
      numbers.map((number) => call(stakeRegistryAbi, stakeRegistry, 'strategyParamsLength', [number])),
    ),
  ]);
  const quorums = numbers.map((number): QuorumShape => {
    const length = valueOf(lengths[number]) ?? 0n;
    return {number, strategies: Number(length)};
  });
  const {registrar} = said;
  // AllocationManager gives the AVS itself as registrar until the AVS names one; an AVS can be its own registrar.
  const isItself = registrar !== null && sameAddress(registrar, serviceManager);
  return {...said, registrar: isItself && said.servesItself !== true ? null : registrar, quorums};
}
