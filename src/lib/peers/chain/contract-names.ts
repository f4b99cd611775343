import type {Hex} from 'viem';

/** Configured addresses by their names in the configuration file. */
export type Configured = Readonly<Record<ContractName, Hex | null>>;
export type ContractName =
  | 'registry'
  | 'service_manager'
  | 'delegation_manager'
  | 'avs_directory'
  | 'allocation_manager'
  | 'strategy_manager'
  | 'rewards_coordinator'
  | 'challenge_manager'
  | 'penalty_ledger'
  | 'range_manager'
  | 'key_registrar'
  | 'permission_controller'
  | 'vrf_range_contract';

/** Returns the config path of a contract. */
export function contractPath(name: ContractName): string {
  return name === 'vrf_range_contract' ? `chain.${name}` : `chain.contracts.${name}`;
}
