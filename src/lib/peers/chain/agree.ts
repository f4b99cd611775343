import {keccak256, type Hex} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {resolveContracts} from './contracts.ts';
import type {ConfiguredContracts, ResolvedContracts} from './contract-types.ts';
import {chainRequest, isEndpointFailure} from './failure.ts';
import {withChain, type Chain, type OpenChainOptions} from './open.ts';

/** What every endpoint has to say alike before something is signed. */
const COMPARED = [
  'registry',
  'serviceManager',
  'delegationManager',
  'avsDirectory',
  'allocationManager',
  'keyRegistrar',
  'permissionController',
] as const satisfies readonly (keyof ResolvedContracts)[];

/**
 * Asks every further endpoint for the same chain, contracts and code. One that does not answer is left out: a note says so.
 * @throws AosError CHAIN_WRONG_ID | CHAIN_MISMATCH where one says something else
 */
export async function refuseDisagreement(
  chain: Chain,
  contracts: ResolvedContracts,
  {
    opening,
    configured,
    note,
  }: {opening: OpenChainOptions; configured: ConfiguredContracts; note: (line: string) => void},
): Promise<void> {
  if (opening.rpcUrls.length < 2) return;
  const own = await codeOf(chain, contracts.registry);
  await Promise.all(
    opening.rpcUrls.map(async (url) => {
      try {
        const [other, theirs] = await withChain(
          {...opening, rpcUrls: [url], chainId: chain.chainId},
          async (one) => [one, await resolveContracts(one, configured)] as const,
        );
        const different = COMPARED.filter((name) => !isSame(contracts[name], theirs[name]));
        const [name] = different;
        if (name !== undefined)
          throw disagree(
            chain,
            other,
            `${name} is ${contracts[name] ?? 'none'} and ${theirs[name] ?? 'none'}`,
          );
        if ((await codeOf(other, contracts.registry)) !== own)
          throw disagree(chain, other, `the registry ${contracts.registry} has different code`);
      } catch (error) {
        chain.signal.throwIfAborted();
        if (!isEndpointFailure(error)) throw error;
        note(`warning: ${error.message}; so it could not be compared with ${chain.endpoint}`);
      }
    }),
  );
}

async function codeOf({client, endpoint}: Chain, address: Hex): Promise<string> {
  const code = await chainRequest(endpoint, client.getCode({address, blockTag: 'latest'}));
  return code === undefined ? '' : keccak256(code);
}

function isSame(a: string | null, b: string | null): boolean {
  return a?.toLowerCase() === b?.toLowerCase();
}

function disagree(one: Chain, other: Chain, what: string): AosError {
  return new AosError(
    'CHAIN_MISMATCH',
    `${one.endpoint} and ${other.endpoint} disagree: ${what}; nothing was signed`,
    {
      next: say('Find out which one is right, and remove the other from chain.rpc_urls.'),
    },
  );
}
