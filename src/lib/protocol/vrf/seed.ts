import {AosError} from '../../foundation/errors/error.ts';

const SEED = /^[0-9a-f]{64}$/i;

/**
 * Reads the 32-byte VRF seed from `node.vrf_key` or its file: 64 hex digits, white space around them allowed.
 * @throws AosError VRF_KEY_INVALID; the text is a secret and never part of the message
 */
export function readSeed(text: string): Uint8Array {
  const digits = text.trim();
  if (!SEED.test(digits)) throw new AosError('VRF_KEY_INVALID', 'the VRF key is not 64 hex digits');
  return Uint8Array.from(Buffer.from(digits, 'hex'));
}
