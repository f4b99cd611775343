import type {Address} from 'viem';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {say} from '../../lib/foundation/next-step/next-step.ts';
import type {ChainBatch} from './batch.ts';
import {deployBls} from './bls.ts';
import type {QuorumOptions} from './quorum-registries.ts';
import type {CoreContracts} from './core.ts';
import {deployEcdsa} from './ecdsa.ts';
import {deployIdentifier, deploySets} from './sets.ts';
import {deploySlashingRegistry} from './slashing-registry.ts';

/** The contracts of an AVS that differ between the flows; those that a flow lacks are absent. */
export type AvsContracts = {
  serviceManager: Address;
  registry: Address;
  stakeRegistry?: Address;
  blsApkRegistry?: Address;
  indexRegistry?: Address;
  ejectionManager?: Address;
  socketRegistry?: Address | null;
  keyRegistrar?: Address;
};

type SetOptions = {quorums: readonly QuorumOptions[]; mayReturn: boolean};
type DeploySet = (batch: ChainBatch, core: CoreContracts, options: SetOptions) => AvsContracts;

/** One line for each kind of registry. */
const CONTRACT_SETS = {
  bls: (batch, core, options) => deployBls(batch, core, {generation: 'm2', ...options}),
  'bls-v1': (batch, core, options) => deployBls(batch, core, {generation: 'v1', ...options}),
  'ecdsa-b1': (batch, core) => deployEcdsa(batch, core, 'B1'),
  'ecdsa-b2': (batch, core) => deployEcdsa(batch, core, 'B2'),
  'ecdsa-b3': (batch, core) => deployEcdsa(batch, core, 'B3'),
  'slashing-registry': (batch, core, {quorums}) => deploySlashingRegistry(batch, core, quorums),
  'operator-sets': (batch, core) => deploySets(batch, core),
  /** Operator sets whose registrar is the AVS itself. */
  'operator-sets-identifier': (batch, core) => deployIdentifier(batch, core),
} as const satisfies Readonly<Record<string, DeploySet>>;

/** The registries that the devnet can have. */
export type DevFlow = keyof typeof CONTRACT_SETS;

/** Adds the contracts of an AVS to a batch. */
export function deployAvs(
  flow: DevFlow,
  batch: ChainBatch,
  core: CoreContracts,
  options: SetOptions,
): AvsContracts {
  return CONTRACT_SETS[flow](batch, core, options);
}

/** The registry of the AOS network as published. */
const PUBLISHED_FLOW: DevFlow = 'bls';

const isDevFlow = (name: string): name is DevFlow => Object.hasOwn(CONTRACT_SETS, name);

/**
 * The registry of a name; null: the one of the AOS network.
 * @throws AosError USAGE for a name that is none
 */
export function devFlowNamed(name: string | null): DevFlow {
  if (name === null) return PUBLISHED_FLOW;
  if (isDevFlow(name)) return name;
  throw new AosError('USAGE', `--flow ${name}: the devnet has no such registry`, {
    next: say(`Name one of these: ${Object.keys(CONTRACT_SETS).join(', ')}`),
  });
}
