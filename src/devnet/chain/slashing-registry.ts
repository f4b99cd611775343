import {
  encodeAbiParameters,
  encodeFunctionData,
  parseAbi,
  parseAbiParameters,
  toFunctionSelector,
  type Address,
  type Hex,
} from 'viem';
import type {ChainBatch} from './batch.ts';
import {placePlain, type CoreContracts} from './core.ts';
import {
  deployRegistries,
  deploySockets,
  quorumArgs,
  type QuorumOptions,
  type QuorumRegistries,
} from './quorum-registries.ts';
import {namingRegistrar} from './set-calls.ts';

/** An AVS whose operator sets are the quorums of its registrar. */
export type SlashingRegistryContracts = QuorumRegistries & {
  serviceManager: Address;
  registry: Address;
  socketRegistry: Address;
};

const ABI = parseAbi([
  'function execute(address target, bytes data)',
  'function initialize(address ejector)',
  'function setAppointee(address account, address appointee, address target, bytes4 selector)',
  'function createTotalDelegatedStakeQuorum((uint32 maxOperatorCount, uint16 kickBIPsOfOperatorStake, uint16 kickBIPsOfTotalStake) params, uint96 minimumStake, (address strategy, uint96 multiplier)[] strategies)',
]);
const REGISTRIES = parseAbiParameters(
  '(address avs, address allocationManager, address stakes, address keys, address indices, address sockets) r',
);

/** What the registrar does for the AVS at AllocationManager. */
const APPOINTED: readonly Hex[] = [
  toFunctionSelector(
    'function createOperatorSets(address avs, (uint32 operatorSetId, address[] strategies)[] params)',
  ),
  toFunctionSelector(
    'function deregisterFromOperatorSets((address operator, address avs, uint32[] operatorSetIds) params)',
  ),
];

/** Adds an AVS with a SlashingRegistryCoordinator to the batch. */
export function deploySlashingRegistry(
  batch: ChainBatch,
  core: CoreContracts,
  quorums: readonly QuorumOptions[],
): SlashingRegistryContracts {
  const registry = batch.proxiedSlot();
  const manager = batch.proxiedSlot();
  const [coordinator, avs] = [registry.address, manager.address];
  placePlain(batch, manager, 'OperatorSetsServiceManager');
  const deployed = deployRegistries(batch, core, coordinator, true);
  const socketRegistry = deploySockets(batch, coordinator);
  batch.place(registry, {
    contract: 'SlashingRegistryCoordinator',
    args: encodeAbiParameters(REGISTRIES, [
      {
        avs,
        allocationManager: core.allocationManager,
        stakes: deployed.stakeRegistry,
        keys: deployed.blsApkRegistry,
        indices: deployed.indexRegistry,
        sockets: socketRegistry,
      },
    ]),
    setUp: encodeFunctionData({abi: ABI, functionName: 'initialize', args: [deployed.ejectionManager]}),
  });

  const asAvs = (target: Address, data: Hex): void =>
    batch.call(avs, encodeFunctionData({abi: ABI, functionName: 'execute', args: [target, data]}));
  for (const selector of APPOINTED) {
    const args = [avs, coordinator, core.allocationManager, selector] as const;
    asAvs(core.permissionController, encodeFunctionData({abi: ABI, functionName: 'setAppointee', args}));
  }
  asAvs(core.allocationManager, namingRegistrar(avs, coordinator));
  for (const quorum of quorums) {
    const args = quorumArgs(core, quorum);
    batch.call(
      coordinator,
      encodeFunctionData({abi: ABI, functionName: 'createTotalDelegatedStakeQuorum', args}),
    );
  }
  return {serviceManager: avs, registry: coordinator, ...deployed, socketRegistry};
}
