import type {Config, SignerConfig} from '../config/config.ts';
import {isAllHere, publicKeyIn, refusePublicKeys} from '../config/public-keys.ts';
import {AosError, isAosError} from '../foundation/errors/error.ts';
import {say} from '../foundation/next-step/next-step.ts';
import {deadline} from '../foundation/system/system-time.ts';

/** For all RPCs together. */
const ASK_MS = 5_000;

/**
 * Refuses keys that documents publish on a chain that is no devnet. Where the configuration does not say which chain, the RPC does:
 * it is asked only for such keys, so no other operator waits for it. When no RPC answers, a network on this machine alone may be a
 * devnet that is not up yet, and any other is refused.
 * @throws AosError KEY_PUBLIC
 */
export async function refusePublicKeysOnChain(
  config: SignerConfig | Config,
  signal?: AbortSignal,
): Promise<void> {
  if (config.chainId !== null) {
    refusePublicKeys(config);
    return;
  }
  const found = publicKeyIn(config, 'unknown');
  if (found === null) return;
  const {rpcUrls} = config.chain;
  const chainId = await chainIdBy(rpcUrls, signal);
  if (signal?.aborted === true) return;
  if (chainId !== null) {
    refusePublicKeys(config, chainId);
    return;
  }
  if (isAllHere(rpcUrls, 'net' in config ? config.net.dispatcherUrl : null)) return;
  throw new AosError('KEY_PUBLIC', `${found.message}; no RPC says which chain it is for`, {
    next: say(`${found.next.say} For a devnet, set chain.chain_id: 31337.`),
    details: found.details,
  });
}

/** The chain that the first RPC serves that answers; null when none does. */
async function chainIdBy(
  rpcUrls: readonly string[],
  signal: AbortSignal | undefined,
): Promise<number | null> {
  // Loaded for published keys only.
  const {openChain} = await import('../peers/chain/open.ts');
  const limit = deadline(signal, ASK_MS);
  try {
    const chain = await openChain({rpcUrls, chainId: null, timeoutMs: ASK_MS, signal: limit.signal});
    return chain.chainId;
  } catch (error) {
    if (!isAosError(error) && !limit.signal.aborted) throw error;
    return null;
  } finally {
    limit.done();
  }
}
