import {isAddressEqual, zeroAddress, type Hex} from 'viem';
import type {Contracts} from '../../config/config.ts';
import {challengeManagerAbi} from './abis-aos.ts';
import {registryCoordinatorAbi} from './abis-avs.ts';
import {delegationManagerAbi} from './abis-core.ts';
import {readCode} from './code.ts';
import type {RegistryPlace} from './membership-cause.ts';
import type {Chain} from './open.ts';
import {readNamed, call} from './read.ts';
import {readUnanswering} from './slashing-kinds.ts';
import {wantedSources, type NoSource, type Source, type SourceId} from './slashing-filters.ts';

export type SourcePlan = {
  sources: Source[];
  without: NoSource[];
  /** The configured AllocationManager, else the one that DelegationManager names; null where there is none. */
  allocationManager: string | null;
  /** The operator in its registry. */
  place: RegistryPlace;
};

/** What the rows of a history are made from. */
export type FactsContext = {
  sources: readonly Source[];
  plan: SourcePlan;
  operator: string;
  contracts: Contracts;
  /** Look-ups in progress at most. */
  concurrency: number;
};

/**
 * Plans the scan set of one operator: contracts, filters and first blocks, and the sources without a contract. Two dependent
 * steps.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
 */
export async function planSources(
  chain: Chain,
  {operator, contracts: configured}: {operator: string; contracts: Contracts},
): Promise<SourcePlan> {
  const sources: Source[] = [];
  const without: NoSource[] = [];
  const [wrongKind, links] = await Promise.all([
    readUnanswering(chain, configured),
    readHistoryLinks(chain, configured, operator),
  ]);
  const {registry} = configured;
  const contracts = {...configured, allocationManager: configured.allocationManager ?? links.core};
  // A core that names no AllocationManager is older than slashing.
  const isBeforeSlashing =
    contracts.allocationManager === null &&
    contracts.delegationManager !== null &&
    !wrongKind.has('slashing');
  const wanted = wantedSources({
    chainId: chain.chainId,
    operator,
    contracts,
    ejector: links.ejector,
    blsApkRegistry: links.blsApkRegistry,
    isBeforeSlashing,
  });
  const named = wanted.filter(({contract}) => contract !== null);
  const codes = await readCode(
    chain,
    named.map(({contract}) => asHex(contract ?? zeroAddress)),
  );
  for (const {id, contract, otherwise, firstBlock, filter} of wanted) {
    if (contract === null) {
      const isLost = (id === 'ejection' || id === 'quorum-removal') && wrongKind.has('deregistration');
      without.push({id, contract, ...(isLost ? NO_REGISTRY[id] : otherwise)});
      continue;
    }
    const code = codes[named.findIndex((item) => item.id === id && item.contract === contract)];
    const problem = unreadableReason(id, code?.kind ?? 'none', {
      wrongKind: wrongKind.get(id) ?? null,
      challengesFor: links.challengesFor,
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
  const {operatorId, stakeRegistry, blsApkRegistry} = links;
  return {
    sources,
    without,
    allocationManager: contracts.allocationManager,
    place: {operator, operatorId, registry, stakeRegistry, blsApkRegistry},
  };
}

const asHex = (address: string): Hex => `0x${address.slice(2).toLowerCase()}`;

/** The contracts that others name, and the operator's id; null where there is none. */
async function readHistoryLinks(chain: Chain, contracts: Contracts, operator: string) {
  const {registry, challengeManager, delegationManager} = contracts;
  const abi = registryCoordinatorAbi;
  const at = asHex(registry ?? zeroAddress); // the zero address never answers
  const said = await readNamed(chain, {
    ejector: call(abi, at, 'ejector', []),
    operatorId: call(abi, at, 'getOperatorId', [asHex(operator)]),
    stakeRegistry: call(abi, at, 'stakeRegistry', []),
    blsApkRegistry: call(abi, at, 'blsApkRegistry', []),
    challengesFor: call(
      challengeManagerAbi,
      asHex(challengeManager ?? zeroAddress),
      'registryCoordinator',
      [],
    ),
    core: call(delegationManagerAbi, asHex(delegationManager ?? zeroAddress), 'allocationManager', []),
  });
  const named = (address: Hex | null): Hex | null =>
    address === null || isAddressEqual(address, zeroAddress) ? null : address;
  const {operatorId, challengesFor} = said;
  return {
    ejector: named(said.ejector),
    stakeRegistry: named(said.stakeRegistry),
    blsApkRegistry: named(said.blsApkRegistry),
    core: named(said.core),
    challengesFor,
    operatorId: operatorId !== null && /[1-9a-f]/.test(operatorId.slice(2)) ? operatorId : null,
  };
}

const NO_REGISTRY = {
  ejection: {kind: 'missing', reason: 'there is no valid registry, so its ejector is unknown'},
  'quorum-removal': {kind: 'missing', reason: 'there is no valid registry, so its BLSApkRegistry is unknown'},
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
    return {kind: 'absent', reason: 'the registry’s ejector is an account, without events of its own'};
  if (account) return {kind: 'missing', reason: 'there is no contract at this address'};
  if (wrongKind !== null) return {kind: 'missing', reason: `it does not answer as ${wrongKind}`};
  if (id === 'challenge' && challengesFor !== null && registry !== null) {
    if (challengesFor.toLowerCase() !== registry.toLowerCase())
      return {kind: 'missing', reason: `it belongs to another registry, ${challengesFor}`};
  }
  return null;
}
