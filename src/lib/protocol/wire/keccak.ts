import {createKeccak} from 'hash-wasm';

/** One instance for the process: making one compiles WebAssembly, and a digest leaves nothing behind in it. */
const hasher = await createKeccak(256);

/**
 * Keccak-256 (32 bytes) as Ethereum has it. In WebAssembly, since every frame is hashed several times and JavaScript
 * takes ten times as long (docs/adr/0004-cryptography.md).
 */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return hasher.init().update(bytes).digest('binary');
}
