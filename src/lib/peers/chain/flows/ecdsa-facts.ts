import type {Hex} from 'viem';
import {ecdsaStakeRegistryAbi} from '../abis-avs.ts';
import type {Chain} from '../open.ts';
import {readNamed, call} from '../read.ts';
import type {ResolvedContracts} from '../contract-types.ts';

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
