/** Chain ids of networks without value: anvil and hardhat; `geth --dev` and ganache. */
const DEVELOPMENT_CHAINS: ReadonlySet<number> = new Set([31_337, 1_337]);

/**
 * Whether a chain id is that of a development network: published keys are normal there, its clock may be ahead on purpose,
 * and many of them have the same id. No network with stake has one of these ids.
 */
export const isDevelopmentChain = (chainId: number | null): boolean =>
  chainId !== null && DEVELOPMENT_CHAINS.has(chainId);
