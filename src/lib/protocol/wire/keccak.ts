import {createKeccak} from 'hash-wasm';
import type {Slices} from '../../foundation/async/slices.ts';

/** One instance for the process: creating one compiles WebAssembly, and neither a digest nor a slice leaves state in it. */
const hasher = await createKeccak(256);

/** So many bytes are hashed before the event loop may turn. */
const SLICE = 512 * 1024;

/**
 * Returns Ethereum's Keccak-256 (32 bytes). It is WebAssembly because every frame is hashed several times and
 * JavaScript takes ten times as long (docs/adr/0004-cryptography.md).
 */
export function keccak256(bytes: Uint8Array): Uint8Array {
  return hasher.init().update(bytes).digest('binary');
}

/** The same of several parts, one after the other, without joining them. */
export function* keccak256Of(parts: readonly Uint8Array[]): Slices<Uint8Array> {
  hasher.init();
  let left = SLICE;
  for (const part of parts)
    for (let at = 0; at < part.length;) {
      const piece = part.subarray(at, at + left);
      hasher.update(piece);
      at += piece.length;
      left -= piece.length;
      if (left > 0) continue;
      // Others hash meanwhile.
      const state = hasher.save();
      yield;
      hasher.load(state);
      left = SLICE;
    }
  return hasher.digest('binary');
}
