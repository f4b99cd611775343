import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {say} from '../../../foundation/next-step/next-step.ts';
import {sameAddress} from '../../../protocol/wire/ethereum.ts';
import {requireCode} from '../code.ts';
import type {Chain} from '../open.ts';
import {FLOW_NAMES, FLOWS, flowNamed, type FlowName, type KnownFlow} from './list.ts';
import {
  evidenceOf,
  isCoordinator,
  ownerOf,
  readSigns,
  type AvsAddresses,
  type RegistrySigns,
} from './registry-signs.ts';

export type Detected = {
  flow: KnownFlow;
  /** The functions that the registry answered. */
  evidence: readonly string[];
};

/**
 * Detects the flow of a registry by the functions that it answers, in as many dependent steps as {@link readSigns}.
 * @throws AosError CHAIN_NO_CODE, CHAIN_MISMATCH when the registry belongs to another service manager,
 *   CHAIN_FLOW_UNKNOWN with the functions that answered, and as {@link Chain.read}
 */
export async function detectFlow(chain: Chain, avs: AvsAddresses): Promise<Detected> {
  const signs = await readSigns(chain, avs);
  return detectedBy(chain, avs, signs);
}

async function detectedBy(chain: Chain, avs: AvsAddresses, signs: RegistrySigns): Promise<Detected> {
  refuseOtherOwner(avs, signs);
  const evidence = evidenceOf(signs);
  const flow = FLOWS.find((one) => one.matches(signs));
  if (flow !== undefined) return {flow, evidence};
  await requireCode(chain, {'chain.contracts.registry': avs.registry});
  throw unknownFlow(avs, evidence);
}

/**
 * Returns the named flow if the registry can have it: an unrecognised registry can have any flow, and a coordinator with
 * an AllocationManager can have M2 quorums and operator sets at once.
 * @throws AosError USAGE with the detected flow, and as {@link detectFlow} but for CHAIN_FLOW_UNKNOWN
 */
export async function namedFlow(chain: Chain, avs: AvsAddresses, name: FlowName): Promise<KnownFlow> {
  const signs = await readSigns(chain, avs);
  const named = flowNamed(name);
  const found = await detectedBy(chain, avs, signs).catch((error: unknown) => {
    if (isAosError(error, 'CHAIN_FLOW_UNKNOWN')) return null;
    throw error;
  });
  if (found === null || found.flow === named || named.canServe(signs)) return named;
  throw new AosError(
    'USAGE',
    `--flow ${name}: the contract at ${avs.registry} is of the flow ${found.flow.name}`,
    {
      next: say(
        `Use --flow ${found.flow.name}, or leave --flow away; another registry goes into chain.contracts.registry.`,
      ),
    },
  );
}

/** @throws AosError CHAIN_MISMATCH with both addresses */
function refuseOtherOwner({registry, serviceManager}: AvsAddresses, signs: RegistrySigns): void {
  const owner = ownerOf(signs.answers);
  if (!isCoordinator(signs) || owner === null || sameAddress(owner, serviceManager)) return;
  throw new AosError(
    'CHAIN_MISMATCH',
    `the registry ${registry} belongs to the service manager ${owner}, the configuration says ${serviceManager}`,
    {next: say('Check chain.contracts.service_manager and chain.contracts.registry.')},
  );
}

function unknownFlow({registry}: AvsAddresses, evidence: readonly string[]): AosError {
  const answered = evidence.length === 0 ? 'none of the functions of a registry' : evidence.join(', ');
  return new AosError('CHAIN_FLOW_UNKNOWN', `the contract at ${registry} answers ${answered}`, {
    next: say(`Check chain.contracts.registry, or name the kind: --flow ${FLOW_NAMES.join('|')}`),
  });
}
