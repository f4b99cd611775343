import {resolveContracts} from '../../src/lib/peers/chain/contracts.ts';
import {detectFlow} from '../../src/lib/peers/chain/flows/detect.ts';
import type {KnownFlow} from '../../src/lib/peers/chain/flows/list.ts';
import {openChain, type Chain} from '../../src/lib/peers/chain/open.ts';
import type {AosContracts} from '../../src/devnet/chain/deploy.ts';
import type {ConfiguredContracts, ResolvedContracts} from '../../src/lib/peers/chain/contract-types.ts';

export const openAt = (url: string): Promise<Chain> =>
  openChain({rpcUrls: [url], chainId: 31337, timeoutMs: 10_000, signal: new AbortController().signal});

/** The configuration file's view of deployed contracts. */
export function configuredOf(
  aos: AosContracts,
  changes: Partial<ConfiguredContracts['contracts']> = {},
): ConfiguredContracts {
  return {
    contracts: {
      serviceManager: aos.service_manager,
      registry: aos.registry,
      rangeManager: aos.range_manager,
      challengeManager: aos.challenge_manager,
      delegationManager: aos.delegation_manager,
      avsDirectory: aos.avs_directory,
      allocationManager: aos.allocation_manager,
      strategyManager: aos.strategy_manager,
      rewardsCoordinator: aos.rewards_coordinator,
      penaltyLedger: aos.penalty_ledger,
      keyRegistrar: null,
      permissionController: null,
      slashers: aos.slashers,
      ...changes,
    },
    vrfRangeContract: aos.range_manager,
  };
}

/** The chain as it is now, seen through the configuration. */
export async function seen(
  url: string,
  aos: AosContracts,
): Promise<{chain: Chain; contracts: ResolvedContracts; flow: KnownFlow}> {
  const chain = await openAt(url);
  const [contracts, {flow}] = await Promise.all([
    resolveContracts(chain, configuredOf(aos)),
    detectFlow(chain, {registry: aos.registry, serviceManager: aos.service_manager}),
  ]);
  return {chain, contracts, flow};
}
