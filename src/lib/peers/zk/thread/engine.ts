import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import * as util from 'node:util';
import {compileFunction} from 'node:vm';
import {AosError, errorText} from '../../../foundation/errors/error.ts';
import {engineAlias, type EngineRelease} from '../../../protocol/zk/engines.ts';

/** The engine, as its glue code exposes it. Bytes of whole files; it throws for whatever is not true. */
export type Engine = {
  verify(
    proof: Uint8ClampedArray,
    vk: Uint8ClampedArray,
    settings: Uint8ClampedArray,
    srs: Uint8ClampedArray,
  ): boolean;
  /** Bytes of its memory, which only grows. */
  memory(): number;
};

type Memory = {readonly buffer: {readonly byteLength: number}};
type MemoryWish = {initial: number; maximum?: number; shared?: boolean};

/** The types of Node have it as a name of types alone. */
declare const WebAssembly: {
  readonly Module: unknown;
  readonly Instance: unknown;
  readonly Memory: new (wish: MemoryWish) => Memory;
};

/** 64 KiB each: the engine gets at most 512 MiB; the published proofs need 110 MiB. */
const MOST_PAGES = 8_192;

/**
 * Loads the engine from the first folder that has it. Its two files are those that were tried, by their hashes, and what runs is
 * the text that was hashed; it is given its wasm and the codecs of text, and nothing else of Node.
 * @param dirs folders with a node_modules
 * @throws AosError PROOF_ENGINE_MISSING
 */
export function loadEngine(release: EngineRelease, dirs: readonly string[]): Engine {
  const alias = engineAlias(release);
  const looked: string[] = [];
  for (const dir of dirs) {
    const folder = join(dir, 'node_modules', alias, 'nodejs');
    const script = readOrNull(join(folder, 'ezkl.js'));
    const wasm = readOrNull(join(folder, 'ezkl_bg.wasm'));
    if (script === null || wasm === null) {
      looked.push(dir);
      continue;
    }
    requireHash(script, release.script, join(folder, 'ezkl.js'));
    requireHash(wasm, release.wasm, join(folder, 'ezkl_bg.wasm'));
    return run(script.toString('utf8'), wasm);
  }
  const where = looked.length === 0 ? 'no folder' : looked.join(', ');
  throw new AosError(
    'PROOF_ENGINE_MISSING',
    `the engine ${release.version} is not installed: it is not in ${where}`,
  );
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null; // the next folder may have it, and the error names all of them
  }
}

function requireHash(bytes: Uint8Array, wanted: string, path: string): void {
  if (createHash('sha256').update(bytes).digest('hex') !== wanted)
    throw new AosError('PROOF_ENGINE_MISSING', `${path} is not the file of the release that was tried`);
}

type Exports = {
  verify?: unknown;
  __wasm?: {memory?: unknown};
};

function run(script: string, wasm: Buffer): Engine {
  const module: {exports: Exports} = {exports: {}};
  const given: Readonly<Record<string, unknown>> = {
    util: {TextDecoder: util.TextDecoder, TextEncoder: util.TextEncoder},
    path: {join: () => ''},
    fs: {readFileSync: () => wasm},
    // Its own JSON, which checking does not use.
    './utils.js': {},
  };
  try {
    const load = compileFunction(script, ['module', 'require', '__dirname', 'WebAssembly', 'process']);
    const require = (name: string): unknown => given[name];
    Reflect.apply(load, undefined, [module, require, '', limitedWebAssembly(), undefined]);
  } catch (error) {
    throw new AosError('PROOF_ENGINE_FAILED', `the engine cannot be loaded: ${errorText(error)}`, {
      cause: error,
    });
  }
  const {verify, __wasm} = module.exports;
  const memory = __wasm?.memory;
  if (typeof verify !== 'function' || !(memory instanceof WebAssembly.Memory))
    throw new AosError('PROOF_ENGINE_FAILED', 'the engine cannot be loaded: it lacks verify or its memory');
  return {
    verify: (...files) => Reflect.apply(verify, undefined, files) === true,
    memory: () => memory.buffer.byteLength,
  };
}

/** The engine makes its own memory, of as much as there is: it gets less. */
function limitedWebAssembly(): typeof WebAssembly {
  class LimitedMemory extends WebAssembly.Memory {
    constructor(wish: MemoryWish) {
      super({...wish, maximum: Math.min(wish.maximum ?? MOST_PAGES, MOST_PAGES)});
    }
  }
  return {Module: WebAssembly.Module, Instance: WebAssembly.Instance, Memory: LimitedMemory};
}
