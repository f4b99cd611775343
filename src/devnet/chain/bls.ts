import {encodeAbiParameters, encodeFunctionData, parseAbi, parseAbiParameters, type Address} from 'viem';
import type {ChainBatch} from './batch.ts';
import type {CoreContracts} from './core.ts';
import {
  deployRegistries,
  deploySockets,
  quorumArgs,
  type QuorumOptions,
  type QuorumRegistries,
} from './quorum-registries.ts';

/** Options of flow (a). */
export type BlsOptions = {
  generation: 'm2' | 'v1';
  quorums: readonly QuorumOptions[];
  /** Whether an operator that has left may register again; false in the published contract. */
  mayReturn: boolean;
};

/** The AVS behind a BLS registry coordinator. */
export type BlsContracts = QuorumRegistries & {
  serviceManager: Address;
  registry: Address;
  /** Since middleware v1.x. */
  socketRegistry: Address | null;
};

const CREATE_QUORUM = parseAbi([
  'function createQuorum((uint32 maxOperatorCount, uint16 kickBIPsOfOperatorStake, uint16 kickBIPsOfTotalStake) params, uint96 minimumStake, (address strategy, uint96 multiplier)[] strategies)',
]);
const M2_ARGS = parseAbiParameters(
  '(address sm, address stakes, address keys, address indices) r, bool customErrors',
);
const V1_ARGS = parseAbiParameters(
  '(address sm, address stakes, address keys, address indices) r, address allocationManager, address socketRegistry',
);

/** Adds the contracts of flow (a) to the batch. */
export function deployBls(batch: ChainBatch, core: CoreContracts, options: BlsOptions): BlsContracts {
  const {generation, quorums, mayReturn} = options;
  const registry = batch.proxiedSlot();
  const manager = batch.proxiedSlot();
  const coordinator = registry.address;
  const later = generation === 'v1';

  const deployed = deployRegistries(batch, core, coordinator, later);
  const {stakeRegistry, blsApkRegistry, indexRegistry, ejectionManager} = deployed;
  const socketRegistry = later ? deploySockets(batch, coordinator) : null;

  const registries = {
    sm: manager.address,
    stakes: stakeRegistry,
    keys: blsApkRegistry,
    indices: indexRegistry,
  };
  const setUp = encodeFunctionData({
    abi: parseAbi(['function initialize(address)']),
    args: [ejectionManager],
  });
  batch.place(
    registry,
    socketRegistry === null
      ? {
          contract: 'RegistryCoordinator',
          args: encodeAbiParameters(M2_ARGS, [registries, false]),
          setUp,
        }
      : {
          contract: 'RegistryCoordinatorV1',
          args: encodeAbiParameters(V1_ARGS, [registries, core.allocationManager, socketRegistry]),
          setUp,
        },
  );
  batch.place(manager, {
    contract: 'AOSServiceManager',
    args: encodeAbiParameters(parseAbiParameters('address, address, address, bool'), [
      core.avsDirectory,
      coordinator,
      stakeRegistry,
      mayReturn,
    ]),
    setUp: encodeFunctionData({abi: parseAbi(['function initialize()'])}),
  });
  for (const quorum of quorums) {
    const args = quorumArgs(core, quorum);
    batch.call(coordinator, encodeFunctionData({abi: CREATE_QUORUM, args}));
  }
  return {serviceManager: manager.address, registry: coordinator, ...deployed, socketRegistry};
}
