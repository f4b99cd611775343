import {createHash} from 'node:crypto';
import {existsSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import type {ProofModel} from '../../src/lib/config/config.ts';
import type {ModelFiles, ProofRequest} from '../../src/lib/peers/zk/messages.ts';
import {engineAlias, USUAL_ENGINE} from '../../src/lib/protocol/zk/engines.ts';

const ROOT = new URL('../../', import.meta.url);
const ASSETS = new URL('src/devnet/assets/', ROOT);

/** Where the tests have the engine: it is a development dependency of this checkout alone. */
export const ENGINE_DIRS: readonly string[] = [fileURLToPath(ROOT)];

/** Why tests of the engine are skipped; false: it is installed. In CI it has to be. */
export const NO_ENGINE =
  process.env['CI'] === undefined &&
  !existsSync(new URL(`node_modules/${engineAlias(USUAL_ENGINE)}/nodejs/ezkl.js`, ROOT)) &&
  'the engine is not installed: npm ci';

/** The network's own proofs, beside the checkout: they are third-party data and not part of this project. */
export const NETWORK_PROOFS = fileURLToPath(new URL('../shared/vectors/ezkl/', ROOT));

export const proofFile = (name: string): Buffer => readFileSync(new URL(`proofs/${name}.json`, ASSETS));

const assetPath = (name: string): string => fileURLToPath(new URL(`models/${name}`, ASSETS));

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** The files of a model of the devnet, pinned. */
export function modelFiles(model: 'mean' | 'dense'): ModelFiles {
  const [vk, settings] = [assetPath(`${model}/vk.key`), assetPath(`${model}/settings.json`)];
  const srs = assetPath(`${model}/srs.bin`);
  return {
    vk,
    vkSha256: sha256(readFileSync(vk)),
    settings,
    settingsSha256: sha256(readFileSync(settings)),
    srs,
    srsSha256: sha256(readFileSync(srs)),
  };
}

/** The same as a configuration has them. @throws Error for files that are not pinned */
export function pinned(files: ModelFiles): ProofModel {
  const {vkSha256} = files;
  if (vkSha256 === null) throw new Error('the files are not pinned');
  return {...files, vkSha256};
}

export function proofRequest(files: ModelFiles, proof: Uint8Array): ProofRequest {
  return {files, engineDirs: ENGINE_DIRS, proof, signals: null};
}

/** A proof.json with something changed. */
export function changedProof(bytes: Uint8Array, change: (file: ProofJson) => void): Buffer {
  const file = JSON.parse(Buffer.from(bytes).toString()) as ProofJson;
  change(file);
  return Buffer.from(JSON.stringify(file));
}

export type ProofJson = {instances: string[][]; proof: number[]} & Record<string, unknown>;
