import {createKeccak} from 'hash-wasm';

/** One instance for the process: creating one compiles WebAssembly, and a digest leaves no state in it. */
const hasher = await createKeccak(256);

/**
 * Returns Ethereum's Keccak-256 (32 bytes). It is WebAssembly because every frame is hashed several times and
 * JavaScript takes ten times as long (docs/adr/0004-cryptography.md).
 */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return hasher.init().update(bytes).digest('binary');
}
