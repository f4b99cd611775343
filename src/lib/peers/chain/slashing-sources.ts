import {isAddressEqual, zeroAddress, type Hex} from 'viem';
import type {Contracts} from '../../config/config.ts';
import {challengeManagerAbi} from './abis-aos.ts';
import {registryCoordinatorAbi} from './abis-avs.ts';
import {readCode} from './code.ts';
import type {Chain} from './open.ts';
import {readNamed, call} from './read.ts';
import {readUnanswering} from './slashing-kinds.ts';
import {wantedSources, type NoSource, type Source, type SourceId} from './slashing-filters.ts';

export type SourcePlan = {
  sources: Source[];
  without: NoSource[];
  /** The operator's id in the registry; null when it never had one. */
  operatorId: Hex | null;
};

/**
 * Plans the scan set of one operator: contracts, filters and first blocks, and the sources without a contract. Two dependent
 * steps.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
 */
export async function planSources(
  chain: Chain,
  {operator, contracts}: {operator: string; contracts: Contracts},
): Promise<SourcePlan> {
  const sources: Source[] = [];
  const without: NoSource[] = [];
  const {registry, challengeManager} = contracts;
  const asHex = (address: string): Hex => `0x${address.slice(2).toLowerCase()}`;

  const [wrongKind, registered, challenged] = await Promise.all([
    readUnanswering(chain, contracts),
    registry === null
      ? null
      : readNamed(chain, {
          ejector: call(registryCoordinatorAbi, asHex(registry), 'ejector', []),
          operatorId: call(registryCoordinatorAbi, asHex(registry), 'getOperatorId', [asHex(operator)]),
        }),
    challengeManager === null
      ? null
      : readNamed(chain, {
          registry: call(challengeManagerAbi, asHex(challengeManager), 'registryCoordinator', []),
        }),
  ]);
  const ejector = registered?.ejector ?? null;
  const operatorId = registered?.operatorId ?? null;

  const hasEjector = ejector !== null && !isAddressEqual(ejector, zeroAddress);
  const wanted = wantedSources({
    chainId: chain.chainId,
    operator,
    contracts,
    ejector: hasEjector ? ejector : null,
  });
  const named = wanted.filter(({contract}) => contract !== null);
  const codes = await readCode(
    chain,
    named.map(({contract}) => asHex(contract ?? zeroAddress)),
  );
  for (const {id, contract, otherwise, firstBlock, filter} of wanted) {
    if (contract === null) {
      const isLost = id === 'ejection' && wrongKind.has('deregistration');
      without.push({id, contract, ...(isLost ? NO_REGISTRY : otherwise)});
      continue;
    }
    const code = codes[named.findIndex((item) => item.id === id && item.contract === contract)];
    const problem = unreadableReason(id, code?.kind ?? 'none', {
      wrongKind: wrongKind.get(id) ?? null,
      challengesFor: challenged?.registry ?? null,
      registry,
    });
    if (problem !== null) without.push({id, contract, ...problem});
    else
      sources.push({
        key: `${id} ${contract.toLowerCase()}`,
        id,
        contract,
        filter: filter(contract),
        firstBlock,
      });
  }
  return {
    sources,
    without,
    operatorId: operatorId !== null && /[1-9a-f]/.test(operatorId.slice(2)) ? operatorId : null,
  };
}

const NO_REGISTRY = {
  kind: 'missing',
  reason: 'there is no valid registry, so its ejector is unknown',
} as const;

/** Returns the reason why a named contract cannot be a source; null when it can. */
function unreadableReason(
  id: SourceId,
  code: 'none' | 'contract' | 'proxy' | 'delegated',
  {
    wrongKind,
    challengesFor,
    registry,
  }: {wrongKind: string | null; challengesFor: Hex | null; registry: string | null},
): Pick<NoSource, 'kind' | 'reason'> | null {
  const account = code === 'none' || code === 'delegated';
  if (account && id === 'ejection')
    return {kind: 'absent', reason: 'the registry’s ejector is an account, not a contract'};
  if (account) return {kind: 'missing', reason: 'there is no contract at this address'};
  if (wrongKind !== null) return {kind: 'missing', reason: `it does not answer as ${wrongKind}`};
  if (id === 'challenge' && challengesFor !== null && registry !== null) {
    if (challengesFor.toLowerCase() !== registry.toLowerCase())
      return {kind: 'missing', reason: `it belongs to another registry, ${challengesFor}`};
  }
  return null;
}
