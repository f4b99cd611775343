import {zeroAddress, type Hex} from 'viem';
import {avsRegistrarAbi, ecdsaStakeRegistryAbi, registryCoordinatorAbi} from '../abis-avs.ts';
import {readCode} from '../code.ts';
import type {Chain} from '../open.ts';
import {call, readNamed, type NamedAnswers} from '../read.ts';
import {
  generationByCode,
  generationByProbes,
  generationProbes,
  type EcdsaGenerationName,
} from './ecdsa-generation.ts';

/** A registry, and the address of the AVS in EigenLayer. */
export type AvsAddresses = {registry: Hex; serviceManager: Hex};

/** What a registry shows of its kind. */
export type RegistrySigns = {
  /** Null where it has no such function. */
  answers: SignAnswers;
  /** Of an ECDSAStakeRegistry; null for another registry, and when two are possible. */
  generation: EcdsaGenerationName | null;
};

type SignAnswers = NamedAnswers<ReturnType<typeof probesOf>>;

/**
 * Reads the signs of a registry: one dependent step, and two more for an ECDSAStakeRegistry whose generation only its code
 * shows.
 * @throws AosError as {@link Chain.read}
 */
export async function readSigns(chain: Chain, avs: AvsAddresses): Promise<RegistrySigns> {
  const [answers, probes] = await Promise.all([
    readNamed(chain, probesOf(avs)),
    chain.read(generationProbes(avs.registry)),
  ]);
  if (!hasWeights(answers)) return {answers, generation: null};
  return {answers, generation: generationByProbes(probes) ?? (await generationInCode(chain, avs.registry))};
}

const probesOf = ({registry, serviceManager}: AvsAddresses) => {
  const abi = registryCoordinatorAbi;
  return {
    quorumCount: call(abi, registry, 'quorumCount', []),
    blsApkRegistry: call(abi, registry, 'blsApkRegistry', []),
    stakeRegistry: call(abi, registry, 'stakeRegistry', []),
    indexRegistry: call(abi, registry, 'indexRegistry', []),
    serviceManager: call(abi, registry, 'serviceManager', []),
    avs: call(abi, registry, 'avs', []),
    allocationManager: call(abi, registry, 'allocationManager', []),
    isM2QuorumRegistrationDisabled: call(abi, registry, 'isM2QuorumRegistrationDisabled', []),
    quorum: call(ecdsaStakeRegistryAbi, registry, 'quorum', []),
    minimumWeight: call(ecdsaStakeRegistryAbi, registry, 'minimumWeight', []),
    operatorRegistered: call(ecdsaStakeRegistryAbi, registry, 'operatorRegistered', [zeroAddress]),
    supportsAVS: call(avsRegistrarAbi, registry, 'supportsAVS', [serviceManager]),
    keyRegistrar: call(avsRegistrarAbi, registry, 'keyRegistrar', []),
  };
};

/** Whether it has the registries of a coordinator, and names its AVS. */
export function isCoordinator({answers}: RegistrySigns): boolean {
  const {quorumCount, blsApkRegistry, stakeRegistry, indexRegistry} = answers;
  return ![quorumCount, blsApkRegistry, stakeRegistry, indexRegistry, ownerOf(answers)].includes(null);
}

/** Returns the AVS that a coordinator names; null without one. */
export function ownerOf({serviceManager, avs}: SignAnswers): Hex | null {
  return serviceManager ?? avs;
}

/** Returns the functions that the registry answered, e.g. `quorumCount()`. */
export function evidenceOf({answers}: RegistrySigns): string[] {
  return Object.entries(answers)
    .filter(([, value]) => value !== null)
    .map(([name]) => `${name}()`);
}

/** Whether it has the functions that all generations of ECDSAStakeRegistry share. */
function hasWeights({quorum, minimumWeight, operatorRegistered}: SignAnswers): boolean {
  return ![quorum, minimumWeight, operatorRegistered].includes(null);
}

async function generationInCode(chain: Chain, registry: Hex): Promise<EcdsaGenerationName | null> {
  const [at] = await readCode(chain, [registry]);
  const code = at !== undefined && 'code' in at ? at.code : null;
  return code === null ? null : generationByCode(code);
}
