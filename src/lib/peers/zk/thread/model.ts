import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {openFailure} from '../../../foundation/system/unfit-file.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {engineFor, KNOWN_EZKL_VERSIONS} from '../../../protocol/zk/engines.ts';
import {notBoundBy} from '../../../protocol/zk/judging/ezkl-proof.ts';
import {readEzklSettings, type EzklSettings} from '../../../protocol/zk/judging/ezkl-settings.ts';
import {GROTH16_NOT_BOUND, readGroth16Key, type Groth16Key} from '../../../protocol/zk/judging/groth16.ts';
import {ceremonySrs, readSrs} from '../../../protocol/zk/judging/srs.ts';
import type {ModelFacts, ModelFiles} from '../messages.ts';
import type {Engine, loadEngine} from './engine.ts';

/** A model that is ready to check proofs. */
export type Model = EzklModel | Groth16Model;

export type EzklModel = {
  readonly system: 'ezkl';
  readonly facts: ModelFacts;
  readonly settings: EzklSettings;
  readonly engine: Engine;
  readonly vk: Uint8ClampedArray;
  readonly settingsFile: Uint8ClampedArray;
  readonly srs: Uint8ClampedArray;
  /** How long a whole proof is, once a true one has shown it. */
  exactLength: number | null;
};

export type Groth16Model = {
  readonly system: 'groth16';
  readonly facts: ModelFacts;
  readonly key: Groth16Key;
};

/** The published keys have 0.3 MB; a circuit of 2^25 rows has one of some 70 MB. */
const MOST_VK = 128 * 1024 * 1024;
const MOST_SETTINGS = 1024 * 1024;
const MOST_SRS = 64 * 1024 * 1024;

/**
 * Reads the files of a model, each pinned by its hash.
 * @param engineOf gives an engine that is loaded already
 * @throws AosError PROOF_MODEL_FILES | PROOF_VERSION_UNKNOWN | PROOF_SETTINGS_UNTRIED | PROOF_ENGINE_*
 */
export function readModel(files: ModelFiles, engineOf: typeof loadEngine, dirs: readonly string[]): Model {
  const vk = readPinned(files.vk, files.vkSha256, MOST_VK);
  if (files.settings === null) {
    const facts: ModelFacts = {
      system: 'groth16',
      ezklVersion: null,
      engineVersion: null,
      vkSha256: vk.sha256,
      settingsSha256: null,
      srsSha256: null,
      notBound: GROTH16_NOT_BOUND,
    };
    return {system: 'groth16', facts, key: inFile(files.vk, () => readGroth16Key(vk.bytes))};
  }
  const path = files.settings;
  const settingsFile = readPinned(path, files.settingsSha256, MOST_SETTINGS);
  const settings = inFile(path, () => readEzklSettings(settingsFile.bytes));
  const release = engineFor(settings.version);
  if (release === null)
    throw new AosError(
      'PROOF_VERSION_UNKNOWN',
      `the model was made with ezkl ${settings.version}, and an engine is known for ${KNOWN_EZKL_VERSIONS.join(', ')}`,
    );
  const srs = srsOf(files);
  return {
    system: 'ezkl',
    facts: {
      system: 'ezkl',
      ezklVersion: settings.version,
      engineVersion: release.version,
      vkSha256: vk.sha256,
      settingsSha256: settingsFile.sha256,
      srsSha256: hashOf(srs),
      notBound: notBoundBy(settings),
    },
    settings,
    engine: engineOf(release, dirs),
    vk: new Uint8ClampedArray(vk.bytes),
    settingsFile: new Uint8ClampedArray(settingsFile.bytes),
    srs: new Uint8ClampedArray(srs),
    exactLength: null,
  };
}

function srsOf({srs, srsSha256}: ModelFiles): Uint8Array {
  if (srs === null) return ceremonySrs();
  const {bytes} = readPinned(srs, srsSha256, MOST_SRS);
  return inFile(srs, () => readSrs(bytes));
}

function readPinned(path: string, sha256: string | null, most: number): {bytes: Buffer; sha256: string} {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const {why, next} = openFailure(path, error);
    throw new AosError('PROOF_MODEL_FILES', `${safeText(path)} ${why}`, {
      cause: error,
      ...(next === null ? {} : {next}),
    });
  }
  if (bytes.length > most)
    throw new AosError('PROOF_MODEL_FILES', `${safeText(path)} has ${bytes.length} bytes, more than ${most}`);
  const found = hashOf(bytes);
  if (sha256 !== null && found !== sha256)
    throw new AosError(
      'PROOF_MODEL_FILES',
      `${safeText(path)} is not the file that is pinned: its SHA-256 is ${found}`,
    );
  return {bytes, sha256: found};
}

/** What is wrong with a file of the model is no fault of a proof. */
function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!isAosError(error) || error.code === 'PROOF_SETTINGS_UNTRIED') throw error;
    throw new AosError('PROOF_MODEL_FILES', `${safeText(path)}: ${error.message}`, {cause: error});
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
