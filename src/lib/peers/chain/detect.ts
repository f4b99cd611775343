import {zeroAddress, type Hex} from 'viem';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {avsRegistrarAbi, ecdsaStakeRegistryAbi, registryCoordinatorAbi} from './abis-avs.ts';
import {readCode, requireCode} from './code.ts';
import {generationByCode, generationByProbes, generationProbes, type EcdsaFlow} from './ecdsa-generation.ts';
import type {Chain} from './open.ts';
import {readNamed, call, type NamedAnswers} from './read.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/**
 * The kinds of registration with an AVS: BLS RegistryCoordinator (M2 quorums), one of three generations of
 * ECDSAStakeRegistry, or operator sets of AllocationManager.
 */
export const FLOWS = ['bls', 'ecdsa-b1', 'ecdsa-b2', 'ecdsa-b3', 'operator-sets'] as const;
export type Flow = (typeof FLOWS)[number];

export type Detected = {
  flow: Flow;
  /** The functions that the registry answered. */
  evidence: readonly string[];
};

export type AvsAddresses = {registry: Hex; serviceManager: Hex};

/**
 * Detects the flow of a registry by the functions that it answers: one dependent step, and two more for an
 * ECDSAStakeRegistry whose generation only its code shows.
 * @throws AosError CHAIN_NO_CODE, CHAIN_MISMATCH when the registry belongs to another service manager,
 *   CHAIN_FLOW_UNKNOWN with the functions that answered, and as {@link Chain.read}
 */
export async function detectFlow(chain: Chain, avs: AvsAddresses): Promise<Detected> {
  const [answers, probes] = await Promise.all([
    readNamed(chain, probesOf(avs)),
    chain.read(generationProbes(avs.registry)),
  ]);
  const evidence = Object.entries(answers)
    .filter(([, value]) => value !== null)
    .map(([name]) => `${name}()`);
  const flow =
    coordinatorFlow(answers, avs) ??
    (isEcdsa(answers) ? (generationByProbes(probes) ?? (await generationInCode(chain, avs))) : null) ??
    (answers.supportsAVS === true ? 'operator-sets' : null);
  if (flow !== null) return {flow, evidence};
  await requireCode(chain, {'chain.contracts.registry': avs.registry});
  throw unknownFlow(avs, evidence);
}

/**
 * Returns the named flow if the registry can have it: an unrecognised registry can have any flow, and a coordinator with
 * an AllocationManager can have M2 quorums and operator sets at once.
 * @throws AosError USAGE with the detected flow, and as {@link detectFlow} but for CHAIN_FLOW_UNKNOWN
 */
export async function namedFlow(chain: Chain, avs: AvsAddresses, named: Flow): Promise<Flow> {
  const found = await detectFlow(chain, avs).catch((error: unknown) => {
    if (isAosError(error, 'CHAIN_FLOW_UNKNOWN')) return null;
    throw error;
  });
  if (found === null || found.flow === named || hasBoth(found, named)) return named;
  throw new AosError(
    'USAGE',
    `--flow ${named}: the contract at ${avs.registry} is of the flow ${found.flow}`,
    {
      next: say(
        `Use --flow ${found.flow}, or leave --flow away; another registry goes into chain.contracts.registry.`,
      ),
    },
  );
}

function hasBoth({flow, evidence}: Detected, named: Flow): boolean {
  const both: readonly Flow[] = ['bls', 'operator-sets'];
  const signs = ['quorumCount()', 'serviceManager()', 'allocationManager()'];
  return both.includes(flow) && both.includes(named) && signs.every((sign) => evidence.includes(sign));
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

type ProbeAnswers = NamedAnswers<ReturnType<typeof probesOf>>;

/** Returns the flow of a coordinator: M2 quorums when they are open, else operator sets; null when it is none. */
function coordinatorFlow(answers: ProbeAnswers, avs: AvsAddresses): Flow | null {
  const {quorumCount, blsApkRegistry, stakeRegistry, indexRegistry} = answers;
  if ([quorumCount, blsApkRegistry, stakeRegistry, indexRegistry].includes(null)) return null;
  const owner = answers.serviceManager ?? answers.avs;
  if (owner === null) return null;
  if (!sameAddress(owner, avs.serviceManager))
    throw new AosError(
      'CHAIN_MISMATCH',
      `the registry ${avs.registry} belongs to the service manager ${owner}, the configuration says ${avs.serviceManager}`,
      {next: say('Check chain.contracts.service_manager and chain.contracts.registry.')},
    );
  if (answers.serviceManager !== null && answers.isM2QuorumRegistrationDisabled !== true) return 'bls';
  return answers.allocationManager === null ? null : 'operator-sets';
}

const isEcdsa = ({quorum, minimumWeight, operatorRegistered}: ProbeAnswers): boolean =>
  ![quorum, minimumWeight, operatorRegistered].includes(null);

async function generationInCode(chain: Chain, {registry}: AvsAddresses): Promise<EcdsaFlow | null> {
  const [at] = await readCode(chain, [registry]);
  const code = at !== undefined && 'code' in at ? at.code : null;
  return code === null ? null : generationByCode(code);
}

function unknownFlow({registry}: AvsAddresses, evidence: readonly string[]): AosError {
  const answered = evidence.length === 0 ? 'none of the functions of a registry' : evidence.join(', ');
  return new AosError('CHAIN_FLOW_UNKNOWN', `the contract at ${registry} answers ${answered}`, {
    next: say(
      'Check chain.contracts.registry, or name the kind: --flow bls|ecdsa-b1|ecdsa-b2|ecdsa-b3|operator-sets',
    ),
  });
}
