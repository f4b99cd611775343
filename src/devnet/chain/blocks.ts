import {devRpc} from './rpc.ts';

/**
 * Makes the chain mine each transaction when it arrives, and a block every `blockTimeMs`. Call it after the deployment:
 * anvil loses some of many simultaneous transactions while it mines each at once.
 * @returns a function that ends the regular blocks
 * @throws AosError DEVNET_FAILED
 */
export async function mineOnArrival(url: string, blockTimeMs: number): Promise<() => void> {
  await devRpc(url, 'evm_setAutomine', [true]);
  const timer = setInterval(() => {
    // Every reader of the chain notices when it is gone.
    devRpc(url, 'evm_mine').catch(() => {});
  }, blockTimeMs);
  return () => clearInterval(timer);
}
