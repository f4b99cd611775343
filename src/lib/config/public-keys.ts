import {isAosError} from '../foundation/errors/error.ts';
import {refusePublicAddress, refusePublicSecret} from '../protocol/known-keys/known-keys.ts';
import type {Config, SignerConfig} from './config.ts';
import {FIELDS} from './schema.ts';
import {readVrfKey} from './vrf-key.ts';

/**
 * Refuses a configuration whose keys or addresses are those that documents publish, unless it is for a devnet.
 * @throws AosError KEY_PUBLIC
 */
export function refusePublicKeys(config: SignerConfig | Config): void {
  const {chainId, node} = config;
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
