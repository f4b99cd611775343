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
import type {QuorumOptions} from './bls.ts';
import {placePlain, type CoreContracts} from './core.ts';

/** An AVS whose operator sets are the quorums of its registrar. */
export type SlashingRegistryContracts = {
  serviceManager: Address;
  registry: Address;
  stakeRegistry: Address;
  blsApkRegistry: Address;
  indexRegistry: Address;
  ejectionManager: Address;
  socketRegistry: Address;
};

const MAX_OPERATORS = 10_000;
/** One unit of stake for each share. */
const MULTIPLIER = 10n ** 18n;
const NO_CHURN = 0;

const ABI = parseAbi([
  'function execute(address target, bytes data)',
  'function initialize(address ejector)',
  'function setAVSRegistrar(address avs, address registrar)',
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
  const ownedBy = encodeAbiParameters(parseAbiParameters('address'), [coordinator]);
  const stakeRegistry = batch.deploy(
    'StakeRegistry',
    encodeAbiParameters(parseAbiParameters('address, address, bool'), [
      coordinator,
      core.delegationManager,
      true,
    ]),
  );
  const blsApkRegistry = batch.deploy(
    'BLSApkRegistry',
    encodeAbiParameters(parseAbiParameters('address, bool'), [coordinator, true]),
  );
  const indexRegistry = batch.deploy('IndexRegistry', ownedBy);
  const ejectionManager = batch.deploy('EjectionManager', ownedBy);
  const socketRegistry = batch.deploy('SocketRegistry', ownedBy);
  batch.place(registry, {
    contract: 'SlashingRegistryCoordinator',
    args: encodeAbiParameters(REGISTRIES, [
      {
        avs,
        allocationManager: core.allocationManager,
        stakes: stakeRegistry,
        keys: blsApkRegistry,
        indices: indexRegistry,
        sockets: socketRegistry,
      },
    ]),
    setUp: encodeFunctionData({abi: ABI, functionName: 'initialize', args: [ejectionManager]}),
  });

  const asAvs = (target: Address, data: Hex): void =>
    batch.call(avs, encodeFunctionData({abi: ABI, functionName: 'execute', args: [target, data]}));
  for (const selector of APPOINTED) {
    const args = [avs, coordinator, core.allocationManager, selector] as const;
    asAvs(core.permissionController, encodeFunctionData({abi: ABI, functionName: 'setAppointee', args}));
  }
  asAvs(
    core.allocationManager,
    encodeFunctionData({abi: ABI, functionName: 'setAVSRegistrar', args: [avs, coordinator]}),
  );
  for (const {minimumStake = 0n, maxOperators = MAX_OPERATORS} of quorums) {
    const params = {
      maxOperatorCount: maxOperators,
      kickBIPsOfOperatorStake: NO_CHURN,
      kickBIPsOfTotalStake: NO_CHURN,
    };
    const strategies = core.strategies.map((strategy) => ({strategy, multiplier: MULTIPLIER}));
    const args = [params, minimumStake, strategies] as const;
    batch.call(
      coordinator,
      encodeFunctionData({abi: ABI, functionName: 'createTotalDelegatedStakeQuorum', args}),
    );
  }
  return {
    serviceManager: avs,
    registry: coordinator,
    stakeRegistry,
    blsApkRegistry,
    indexRegistry,
    ejectionManager,
    socketRegistry,
  };
}
