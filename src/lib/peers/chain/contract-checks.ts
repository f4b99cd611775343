import type {Hex} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {requireCode} from './code.ts';
import type {LateLinks, Links} from './contract-links.ts';
import {contractPath, type Configured, type ContractName} from './contract-names.ts';
import type {Chain} from './open.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/**
 * Refuses configured addresses that do not answer like the contract of their name.
 * @throws AosError CHAIN_NO_CODE without a contract, or for a proxy without implementation; else CHAIN_MISMATCH
 */
export async function refuseSilent(chain: Chain, configured: Configured, links: Links): Promise<void> {
  const answers: Record<ContractName, readonly unknown[]> = {
    registry: [links.quorumCount, links.minimumWeight, links.keyRegistrar, links.isRegistrar],
    // In the operator-set flow the AVS may be any address, so a missing answer proves nothing.
    service_manager: [links.avsDirectory, links.keyRegistrar, links.registryAvs, links.isRegistrar || null],
    delegation_manager: [links.delegationManager],
    avs_directory: [links.avsDirectoryDomain],
    allocation_manager: [links.allocationDelegation],
    strategy_manager: [links.strategyDelegation],
    rewards_coordinator: [links.rewards],
    challenge_manager: [links.challengeRegistry],
    penalty_ledger: [links.penaltyWei],
    range_manager: [links.managedRange],
    key_registrar: [links.globalKey],
    permission_controller: [links.canCall],
    vrf_range_contract: [links.vrfRange],
  };
  const unanswered = Object.entries(configured).flatMap(([name, address]): [string, Hex][] =>
    address !== null && isContractName(name, answers) && answers[name].every((answer) => answer === null)
      ? [[contractPath(name), address]]
      : [],
  );
  if (unanswered.length === 0) return;
  await requireCode(chain, Object.fromEntries(unanswered));
  const list = unanswered.map(([name, address]) => `${name} ${address}`).join(', ');
  const names = unanswered.map(([name]) => name).join(', ');
  throw new AosError('CHAIN_MISMATCH', `not the kind of contract they should be: ${list}`, {
    next: say(`Check ${names}, and that the RPC serves the right chain.`),
  });
}

function isContractName(name: string, all: Record<ContractName, unknown>): name is ContractName {
  return name in all;
}

/**
 * Refuses a configuration that contradicts the chain.
 * @throws AosError CHAIN_MISMATCH with every differing pair
 */
export function refuseMismatches(
  configured: Configured,
  links: Omit<Links, keyof LateLinks> & LateLinks & {registry: Hex},
): void {
  const isEcdsa = links.quorumCount === null && links.minimumWeight !== null;
  const isRegistrar = links.supported === true && links.registryServiceManager === null;
  const pairs: (readonly [who: string, says: Hex | null, name: ContractName])[] = [
    ['registry.serviceManager()', links.registryServiceManager, 'service_manager'],
    ['registry.avs()', links.registryAvs, 'service_manager'],
    ['registry.allocationManager()', links.registryAllocationManager, 'allocation_manager'],
    ['serviceManager.avsDirectory()', links.avsDirectory, 'avs_directory'],
    ['serviceManager.stakeRegistry()', isEcdsa ? links.managedStakeRegistry : null, 'registry'],
    ['stakeRegistry.delegation()', links.stakeDelegation, 'delegation_manager'],
    ['allocationManager.delegation()', links.allocationDelegation, 'delegation_manager'],
    ['allocationManager.getAVSRegistrar()', isRegistrar ? links.registrar : null, 'registry'],
    ['registry.keyRegistrar()', links.keyRegistrar, 'key_registrar'],
    ['allocationManager.permissionController()', links.permissionController, 'permission_controller'],
    ['strategyManager.delegation()', links.strategyDelegation, 'delegation_manager'],
    ['challengeManager.registryCoordinator()', links.challengeRegistry, 'registry'],
  ];
  const different = pairs.flatMap(([who, says, name]) => {
    const own = configured[name];
    if (says === null || own === null || sameAddress(says, own)) return [];
    return [{who, says, path: contractPath(name), configured: own}];
  });
  if (different.length === 0) return;
  const list = different.map(({who, says, path, configured: own}) => `${who} is ${says}, ${path} ${own}`);
  throw new AosError('CHAIN_MISMATCH', list.join('; '), {details: {mismatches: different}});
}
