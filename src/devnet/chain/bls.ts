import {encodeAbiParameters, encodeFunctionData, parseAbi, parseAbiParameters, type Address} from 'viem';
import type {ChainBatch} from './batch.ts';
import type {CoreContracts} from './core.ts';

export type QuorumOptions = {
  minimumStake?: bigint;
  maxOperators?: number;
};

/** Options of flow (a). */
export type BlsOptions = {
  generation: 'm2' | 'v1';
  quorums: readonly QuorumOptions[];
  /** Whether an operator that has left may register again; false in the published contract. */
  mayReturn: boolean;
};

/** The AVS behind a BLS registry coordinator. */
export type BlsContracts = {
  serviceManager: Address;
  registry: Address;
  stakeRegistry: Address;
  blsApkRegistry: Address;
  indexRegistry: Address;
  ejectionManager: Address;
  /** Since middleware v1.x. */
  socketRegistry: Address | null;
};

/** The value of the published deployer. */
const MAX_OPERATORS = 10_000;
/** Multiplier of each strategy in each quorum: one unit of stake for each share. */
const MULTIPLIER = 10n ** 18n;
const NO_CHURN = 0;

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

  const stakeRegistry = batch.deploy(
    'StakeRegistry',
    encodeAbiParameters(parseAbiParameters('address, address, bool'), [
      coordinator,
      core.delegationManager,
      later,
    ]),
  );
  const blsApkRegistry = batch.deploy(
    'BLSApkRegistry',
    encodeAbiParameters(parseAbiParameters('address, bool'), [coordinator, later]),
  );
  const ownedBy = encodeAbiParameters(parseAbiParameters('address'), [coordinator]);
  const indexRegistry = batch.deploy('IndexRegistry', ownedBy);
  const ejectionManager = batch.deploy('EjectionManager', ownedBy);
  const socketRegistry = later ? batch.deploy('SocketRegistry', ownedBy) : null;

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
  for (const {minimumStake = 0n, maxOperators = MAX_OPERATORS} of quorums) {
    const params = {
      maxOperatorCount: maxOperators,
      kickBIPsOfOperatorStake: NO_CHURN,
      kickBIPsOfTotalStake: NO_CHURN,
    };
    const strategies = core.strategies.map((strategy) => ({strategy, multiplier: MULTIPLIER}));
    batch.call(
      coordinator,
      encodeFunctionData({abi: CREATE_QUORUM, args: [params, minimumStake, strategies]}),
    );
  }
  return {
    serviceManager: manager.address,
    registry: coordinator,
    stakeRegistry,
    blsApkRegistry,
    indexRegistry,
    ejectionManager,
    socketRegistry,
  };
}
