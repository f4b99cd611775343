import {devRpc} from './rpc.ts';

/**
 * From now on a transaction is mined when it arrives; a block comes every `blockTimeMs` all the same. For after the
 * deployment: anvil mislays some of a burst of transactions while it mines each at once.
 * @returns what ends the regular blocks
 * @throws AosError DEVNET_FAILED
 */
export async function mineOnArrival(url: string, blockTimeMs: number): Promise<() => void> {
  await devRpc(url, 'evm_setAutomine', [true]);
  const timer = setInterval(() => {
    // Every program that asks the chain notices when it is gone.
    devRpc(url, 'evm_mine').catch(() => {});
  }, blockTimeMs);
  return () => clearInterval(timer);
}
