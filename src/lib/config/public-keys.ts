import {isAosError, type AosError} from '../foundation/errors/error.ts';
import {
  addressFault,
  refusePublicAddress,
  refusePublicSecret,
  type ChainOfKeys,
} from '../protocol/known-keys/known-keys.ts';
import type {Config, ConfigWarning, SignerConfig} from './config.ts';
import {isLoopbackUrl} from './loopback-url.ts';
import {FIELDS} from './schema.ts';
import {readVrfKey} from './vrf-key.ts';

/**
 * Refuses a configuration whose keys or addresses are those that documents publish, unless it is for a devnet.
 * @param chainId of the chain that the keys are for [as the configuration says]
 * @throws AosError KEY_PUBLIC
 */
export function refusePublicKeys(config: SignerConfig | Config, chainId: ChainOfKeys = config.chainId): void {
  const {node} = config;
  refusePublicAddress(FIELDS.nodeId.path, node.id, chainId);
  if (!('vrfKey' in node)) return;
  if (node.dispatcherAddress !== null)
    refusePublicAddress(FIELDS.dispatcherAddress.path, node.dispatcherAddress, chainId);
  const {vrfKey} = node;
  const what = vrfKey.kind === 'file' ? 'the VRF seed of node.vrf_key_file' : 'the VRF seed of node.vrf_key';
  try {
    const seed = readVrfKey(vrfKey);
    try {
      refusePublicSecret(what, seed, chainId);
    } finally {
      seed.fill(0);
    }
  } catch (error) {
    if (isAosError(error, 'KEY_PUBLIC') || !isAosError(error)) throw error;
    // A key that is missing or unsafe is reported where it is used.
  }
}

/** The refusal of {@link refusePublicKeys} on a chain; null for keys of one's own. */
export function publicKeyIn(
  config: SignerConfig | Config,
  chainId: ChainOfKeys = config.chainId,
): AosError | null {
  try {
    refusePublicKeys(config, chainId);
    return null;
  } catch (error) {
    if (isAosError(error, 'KEY_PUBLIC')) return error;
    throw error;
  }
}

/** Whether RPCs and dispatcher are all on this machine, as those of a devnet are. One that is not named is on no other machine. */
export function isAllHere(rpcUrls: readonly string[], dispatcherUrl: string | null): boolean {
  return [...rpcUrls, ...(dispatcherUrl === null ? [] : [dispatcherUrl])].every(isLoopbackUrl);
}

/** Warns of an address that documents publish where the configuration does not say that it is for a devnet. */
export function publicAddressWarning(config: SignerConfig | Config): ConfigWarning[] {
  const {chainId, node, chain} = config;
  if (chainId !== null || addressFault(node.id) === null) return [];
  if (isAllHere(chain.rpcUrls, 'net' in config ? config.net.dispatcherUrl : null)) return [];
  const {path} = FIELDS.nodeId;
  const message = `${path} is an address that documents publish: it is refused unless the RPC serves a devnet, and neither network nor chain.chain_id says so`;
  return [{code: 'PUBLISHED_ADDRESS', path, message}];
}
