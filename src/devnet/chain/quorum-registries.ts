import {encodeAbiParameters, parseAbiParameters, type Address} from 'viem';
import type {ChainBatch} from './batch.ts';
import type {CoreContracts} from './core.ts';

export type QuorumOptions = {
  minimumStake?: bigint;
  maxOperators?: number;
};

/** The contracts behind a registry coordinator of any generation. */
export type QuorumRegistries = {
  stakeRegistry: Address;
  blsApkRegistry: Address;
  indexRegistry: Address;
  ejectionManager: Address;
};

/** The value of the published deployer. */
const MAX_OPERATORS = 10_000;
/** Multiplier of each strategy in each quorum: one unit of stake for each share. */
const MULTIPLIER = 10n ** 18n;
const NO_CHURN = 0;

const OWNER = parseAbiParameters('address');
const STAKES = parseAbiParameters('address coordinator, address delegation, bool customErrors');
const KEYS = parseAbiParameters('address coordinator, bool customErrors');

/** Adds the registries of a coordinator to the batch. @param customErrors as middleware v1.x refuses; else with texts */
export function deployRegistries(
  batch: ChainBatch,
  core: CoreContracts,
  coordinator: Address,
  customErrors: boolean,
): QuorumRegistries {
  const stakes = encodeAbiParameters(STAKES, [coordinator, core.delegationManager, customErrors]);
  const stakeRegistry = batch.deploy('StakeRegistry', stakes);
  const keys = encodeAbiParameters(KEYS, [coordinator, customErrors]);
  const blsApkRegistry = batch.deploy('BLSApkRegistry', keys);
  const ownedBy = encodeAbiParameters(OWNER, [coordinator]);
  const indexRegistry = batch.deploy('IndexRegistry', ownedBy);
  const ejectionManager = batch.deploy('EjectionManager', ownedBy);
  return {stakeRegistry, blsApkRegistry, indexRegistry, ejectionManager};
}

/** Adds the registry of sockets, since middleware v1.x. */
export function deploySockets(batch: ChainBatch, coordinator: Address): Address {
  return batch.deploy('SocketRegistry', encodeAbiParameters(OWNER, [coordinator]));
}

/** The arguments of the call that makes a quorum, in which every strategy counts. */
export function quorumArgs(
  {strategies}: CoreContracts,
  {minimumStake = 0n, maxOperators = MAX_OPERATORS}: QuorumOptions,
) {
  const params = {
    maxOperatorCount: maxOperators,
    kickBIPsOfOperatorStake: NO_CHURN,
    kickBIPsOfTotalStake: NO_CHURN,
  };
  return [params, minimumStake, strategies.map((strategy) => ({strategy, multiplier: MULTIPLIER}))] as const;
}
