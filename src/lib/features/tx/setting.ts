import type {Config} from '../../config/config.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {contractPath, type ContractName} from '../../peers/chain/contract-names.ts';
import type {ResolvedContracts} from '../../peers/chain/contract-types.ts';
import type {TxPlan} from '../../peers/chain/tx/plan.ts';
import {checksumAddress} from '../../protocol/wire/ethereum.ts';

/** Where what is signed counts: everything that a person agrees to beside the call itself. */
export type Setting = {
  /** As the configuration names it. */
  network: string;
  chainId: number;
  /** Whether the configuration or a preset names the chain id; else the RPC alone does. */
  isChainPinned: boolean;
  sender: string;
  contracts: readonly NamedContract[];
};

export type NamedContract = {
  name: ContractName;
  address: string;
  /** Whether the configuration or a preset names the address; else the RPC alone does. */
  isPinned: boolean;
};

/** How people know the contracts. */
export const CONTRACT_LABELS: Readonly<Record<ContractName, string>> = {
  registry: 'registry',
  service_manager: 'AVS',
  delegation_manager: 'DelegationManager',
  avs_directory: 'AVSDirectory',
  allocation_manager: 'AllocationManager',
  strategy_manager: 'StrategyManager',
  rewards_coordinator: 'RewardsCoordinator',
  challenge_manager: 'challenge manager',
  penalty_ledger: 'penalty ledger',
  range_manager: 'range manager',
  key_registrar: 'KeyRegistrar',
  permission_controller: 'PermissionController',
  vrf_range_contract: 'range contract',
};

type Named = {
  chainId: Config['chainId'];
  network: string;
  node: {id: string};
  chain: Pick<Config['chain'], 'contracts'>;
};

/**
 * @param chainId of the chain that the RPC serves
 * @param resolved the contracts as the chain and the configuration name them; null where the command has looked for none
 */
export function settingOf(config: Named, chainId: number, resolved: ResolvedContracts | null): Setting {
  const {contracts: own} = config.chain;
  const rows: readonly (readonly [ContractName, string | null, string | null])[] = [
    ['registry', own.registry, resolved?.registry ?? null],
    ['service_manager', own.serviceManager, resolved?.serviceManager ?? null],
    ['delegation_manager', own.delegationManager, resolved?.delegationManager ?? null],
    ['avs_directory', own.avsDirectory, resolved?.avsDirectory ?? null],
    ['allocation_manager', own.allocationManager, resolved?.allocationManager ?? null],
    ['key_registrar', own.keyRegistrar, resolved?.keyRegistrar ?? null],
    ['permission_controller', own.permissionController, resolved?.permissionController ?? null],
  ];
  return {
    network: config.network,
    chainId,
    isChainPinned: config.chainId !== null,
    sender: config.node.id,
    contracts: rows.flatMap(([name, configured, found]) => {
      const address = found ?? configured;
      if (address === null) return [];
      return [{name, address: checksumAddress(address), isPinned: configured !== null}];
    }),
  };
}

/** A key of the configuration that is not set, and what the RPC says in its place. */
export type Unpinned = {path: string; value: string; label: string};

/** What a plan relies on and the RPC alone says. */
export function unpinnedOf({relies}: Pick<TxPlan, 'relies'>, setting: Setting): Unpinned[] {
  const {chainId, isChainPinned, contracts} = setting;
  const chain = {path: 'chain.chain_id', value: String(chainId), label: 'chain'};
  return [
    ...(isChainPinned ? [] : [chain]),
    ...contracts.flatMap(({name, address, isPinned}) =>
      isPinned || !relies.includes(name)
        ? []
        : [{path: contractPath(name), value: address, label: CONTRACT_LABELS[name]}],
    ),
  ];
}

/**
 * Refuses to sign without an answer what the configuration does not name: an RPC could choose it.
 * @throws AosError NOT_PINNED
 */
export function refuseUnpinned(plan: TxPlan, setting: Setting): void {
  const unpinned = unpinnedOf(plan, setting);
  if (unpinned.length === 0) return;
  const list = unpinned.map(({path, value}) => `${path}: ${value}`).join(', ');
  throw new AosError('NOT_PINNED', `${plan.title}: the RPC alone says ${list}; nothing was signed`, {
    next:
      unpinned.length === 1 && unpinned[0]?.path === 'chain.chain_id'
        ? say(`If the chain is right, set network, or chain.chain_id: ${unpinned[0].value}`)
        : run('config show', [], `If it is right, set ${list}, or network; what is set now says`),
    details: {unpinned: unpinned.map(({path, value}) => ({path, value}))},
  });
}
