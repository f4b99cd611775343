import type {Hex} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {isAddress} from '../../protocol/wire/ethereum.ts';
import {refuseMismatches, refuseSilent} from './contract-checks.ts';
import {readLateLinks, readLinks} from './contract-links.ts';
import {contractPath, type Configured, type ContractName} from './contract-names.ts';
import type {Chain} from './open.ts';
import type {ConfiguredContracts, ResolvedContracts} from './contract-types.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/**
 * Resolves the contracts of the AVS from the configuration, else from one another, and compares every reference between
 * them. Two dependent steps, and more only for an error message.
 * @throws AosError CONFIG_INVALID when neither names a required contract; CHAIN_NO_CODE; CHAIN_MISMATCH with both values;
 *   as {@link Chain.read}
 */
export async function resolveContracts(
  chain: Chain,
  {contracts, vrfRangeContract}: ConfiguredContracts,
): Promise<ResolvedContracts> {
  const configured: Configured = {
    registry: hexAddress(contracts.registry),
    service_manager: hexAddress(contracts.serviceManager),
    delegation_manager: hexAddress(contracts.delegationManager),
    avs_directory: hexAddress(contracts.avsDirectory),
    allocation_manager: hexAddress(contracts.allocationManager),
    strategy_manager: hexAddress(contracts.strategyManager),
    rewards_coordinator: hexAddress(contracts.rewardsCoordinator),
    challenge_manager: hexAddress(contracts.challengeManager),
    penalty_ledger: hexAddress(contracts.penaltyLedger),
    range_manager: hexAddress(contracts.rangeManager),
    key_registrar: hexAddress(contracts.keyRegistrar),
    permission_controller: hexAddress(contracts.permissionController),
    vrf_range_contract: hexAddress(vrfRangeContract),
  };
  const registry = needed('registry', configured.registry);
  const early = await readLinks(chain, registry, configured);
  await refuseSilent(chain, configured, early);
  const serviceManager = needed('service_manager', configured.service_manager ?? early.serviceManager);
  const allocationManager = configured.allocation_manager ?? early.registryAllocationManager;
  const links = {
    ...early,
    ...(await readLateLinks(chain, early, {registry, serviceManager, allocationManager})),
  };
  refuseMismatches(configured, {...links, registry});
  const delegation = links.stakeDelegation ?? links.allocationDelegation ?? links.strategyDelegation;
  return {
    registry,
    serviceManager,
    delegationManager: needed('delegation_manager', configured.delegation_manager ?? delegation),
    avsDirectory: configured.avs_directory ?? links.avsDirectory,
    allocationManager,
    permissionController: links.permissionController,
    strategyManager: configured.strategy_manager,
    rewardsCoordinator: configured.rewards_coordinator,
    rangeContract: configured.vrf_range_contract ?? configured.range_manager,
    challengeManager: configured.challenge_manager,
    penaltyLedger: configured.penalty_ledger,
    slashers: contracts.slashers.flatMap((address) => hexAddress(address) ?? []),
    stakeRegistry: links.stakeRegistry,
    blsApkRegistry: links.blsApkRegistry,
    indexRegistry: links.indexRegistry,
    socketRegistry: links.socketRegistry,
    quorums: links.quorums,
    registrar: links.registrar,
    keyRegistrar: links.keyRegistrar,
  };
}

function needed(name: ContractName, address: Hex | null): Hex {
  if (address !== null) return address;
  throw new AosError('CONFIG_INVALID', `${contractPath(name)} is not set, and no contract names it`, {
    next: say(`Set ${contractPath(name)} in the configuration file.`),
  });
}

function hexAddress(text: string | null): Hex | null {
  return text !== null && isAddress(text) ? `0x${text.slice(2)}` : null;
}
