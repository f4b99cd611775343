import {zeroAddress, zeroHash, type Hex} from 'viem';
import {blsApkRegistryAbi, registryCoordinatorAbi} from '../abis-avs.ts';
import {call, readNamed} from '../read.ts';
import {readQuorums, type QuorumFacts} from './bls-quorums.ts';
import type {FlowPlace} from './flow.ts';
import {readSets, type SetsFacts} from './sets-facts.ts';

/** The state of an operator at a SlashingRegistryCoordinator; null where unknown. */
export type CoordinatorFacts = {
  sets: SetsFacts;
  /** The quorum of each set has the number of the set. */
  quorums: readonly QuorumFacts[];
  registryPaused: boolean | null;
  /** Id of the BLS key registered for the operator. */
  keyId: Hex | null;
  /** The operator that has registered the wanted key. */
  wantedKeyOwner: Hex | null;
};

/** The pause bit of registrations. */
const PAUSED_REGISTER = 0;

/**
 * Reads the state of an operator at a SlashingRegistryCoordinator, in as many dependent steps as {@link readSets}.
 * @param wanted set ids; null for all
 * @param wantedKeyId id of the operator's own BLS key; null without one
 */
export async function readCoordinator(
  {chain, contracts, operator}: FlowPlace,
  wanted: readonly number[] | null,
  wantedKeyId: Hex | null,
): Promise<CoordinatorFacts> {
  const keys = contracts.blsApkRegistry ?? zeroAddress;
  const [said, sets, quorums] = await Promise.all([
    readNamed(chain, {
      paused: call(registryCoordinatorAbi, contracts.registry, 'paused', [PAUSED_REGISTER]),
      keyId: call(blsApkRegistryAbi, keys, 'getOperatorId', [operator]),
      owner: call(blsApkRegistryAbi, keys, 'pubkeyHashToOperator', [wantedKeyId ?? zeroHash]),
    }),
    readSets(chain, contracts, operator, wanted),
    readQuorums(chain, contracts, operator),
  ]);
  return {
    sets,
    quorums,
    registryPaused: said.paused,
    keyId: said.keyId === zeroHash ? null : said.keyId,
    wantedKeyOwner: wantedKeyId === null || said.owner === zeroAddress ? null : said.owner,
  };
}
