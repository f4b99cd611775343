import {say} from '../../foundation/next-step/next-step.ts';
import type {Hex} from 'viem';
import {ecdsaStakeRegistryAbi} from './abis-avs.ts';
import type {EcdsaFlow} from './ecdsa-generation.ts';
import type {Chain} from './open.ts';
import {done, ok, REGISTRATION, unknown, warn, type Precondition} from './precondition.ts';
import {readNamed, call} from './read.ts';
import type {ResolvedContracts} from './contract-types.ts';

/**
 * The state of an operator at an ECDSAStakeRegistry (docs/eigenlayer.md#ecdsa-stake-registry); null where unknown.
 */
export type EcdsaFacts = {
  registered: boolean | null;
  /** The weight that the registry would record now; 0 below the minimum. */
  weight: bigint | null;
  minimumWeight: bigint | null;
  /** The last recorded weight. */
  recordedWeight: bigint | null;
  totalWeight: bigint | null;
  /** The key that signs for the operator; null in the first generation, which has none. */
  signingKey: Hex | null;
};

/** Reads the state of an operator at an ECDSAStakeRegistry. One dependent step. */
export async function readEcdsa(
  chain: Chain,
  {registry}: ResolvedContracts,
  operator: Hex,
): Promise<EcdsaFacts> {
  const abi = ecdsaStakeRegistryAbi;
  const {latest, lastest, ...facts} = await readNamed(chain, {
    registered: call(abi, registry, 'operatorRegistered', [operator]),
    weight: call(abi, registry, 'getOperatorWeight', [operator]),
    minimumWeight: call(abi, registry, 'minimumWeight', []),
    recordedWeight: call(abi, registry, 'getLastCheckpointOperatorWeight', [operator]),
    totalWeight: call(abi, registry, 'getLastCheckpointTotalWeight', []),
    latest: call(abi, registry, 'getLatestOperatorSigningKey', [operator]),
    lastest: call(abi, registry, 'getLastestOperatorSigningKey', [operator]),
  });
  const signingKey = latest ?? lastest;
  return {...facts, signingKey: signingKey === null || /^0x0*$/.test(signingKey) ? null : signingKey};
}

/**
 * Returns the preconditions of a registration at an ECDSAStakeRegistry.
 * @param signingKey the wanted signing key; null for the operator's own
 */
export function ecdsaPreconditions(
  facts: EcdsaFacts,
  {flow, operator, signingKey}: {flow: EcdsaFlow; operator: Hex; signingKey: Hex | null},
): Precondition[] {
  return [
    registration(facts.registered),
    weight(facts),
    ...(flow === 'ecdsa-b1' ? [] : [key(facts.signingKey, signingKey ?? operator)]),
  ];
}

function registration(registered: boolean | null): Precondition {
  if (registered === null) return unknown(REGISTRATION, 'the registry did not answer', 'registered');
  return registered
    ? done(REGISTRATION, 'registered', 'registered')
    : ok(REGISTRATION, 'not registered', 'registered');
}

/** Judges the weight: with too little the registration succeeds, but the registry records 0. */
function weight({weight: now, minimumWeight}: EcdsaFacts): Precondition {
  const id = 'weight';
  const needed = minimumWeight === null ? 'more than 0' : `more than 0, and ≥ ${minimumWeight}`;
  if (now === null) return unknown(id, 'the registry did not answer', needed);
  if (now > 0n && (minimumWeight === null || now >= minimumWeight)) return ok(id, String(now), needed);
  return warn(
    id,
    String(now),
    needed,
    say('Have more stake delegated: it would be registered with weight 0.'),
  );
}

function key(registered: Hex | null, wanted: Hex): Precondition {
  const [id, needed] = ['signing-key', wanted];
  if (registered === null) return ok(id, 'none yet', needed);
  if (registered.toLowerCase() === wanted.toLowerCase()) return done(id, registered, needed);
  return warn(id, registered, needed, say('Give the key that is registered, or change it on the chain.'));
}
