import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {isAosError} from '../../lib/foundation/errors/error.ts';
import type {Time} from '../../lib/foundation/time/time.ts';
import {isEngineThere} from '../../lib/peers/zk/engine-dirs.ts';
import type {ModelFiles} from '../../lib/peers/zk/messages.ts';
import {createProofThread} from '../../lib/peers/zk/proof-thread.ts';
import type {Proofs} from './proofs.ts';

/** A model with the files that its proofs are checked by, each pinned. */
export type PinnedModel = {readonly name: string; readonly files: ModelFiles};

/** What says of the devnet's proofs whether they are true. */
export type Verifier = {
  /** Those that it checks with the engine; none: it knows the true proofs by their hash. */
  readonly models: readonly PinnedModel[];
  /** @throws the signal's reason */
  isTrue(model: string, bytes: Uint8Array, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
};

/** Knows the true proofs by their hash, and verifies none. */
export function hashVerifier(proofs: Proofs): Verifier {
  return {
    models: [],
    isTrue: (model, bytes) => Promise.resolve(proofs.isTrue(model, bytes)),
    close: () => Promise.resolve(),
  };
}

/**
 * Checks proofs with the engine of ezkl in a thread, where it is installed; else it knows them by their hash. A file that is
 * no proof is false, as the published worker has it.
 */
export function openVerifier(options: {
  proofs: Proofs;
  /** With a slash at its end. */
  assetsDir: URL;
  engineDirs: readonly string[];
  /** The script of the thread; null: there is none. */
  threadUrl: URL | null;
  time: Pick<Time, 'after'>;
}): Verifier {
  const {proofs, assetsDir, engineDirs, threadUrl, time} = options;
  if (threadUrl === null || !isEngineThere(engineDirs)) return hashVerifier(proofs);
  const models = proofs.models.map((name) => ({
    name,
    files: pinnedFiles(new URL(`models/${name}/`, assetsDir)),
  }));
  const thread = createProofThread({threadUrl, time});
  return {
    models,
    async isTrue(model, bytes, signal) {
      const files = models.find(({name}) => name === model)?.files;
      if (files === undefined) return false;
      try {
        const {word, fault} = await thread.judge({files, engineDirs, proof: bytes, signals: null}, signal);
        if (word !== null) return word === 'true';
        if (fault?.code === 'PROOF_MALFORMED') return false;
      } catch (error) {
        signal.throwIfAborted();
        if (!isAosError(error)) throw error;
      }
      // The engine cannot be used after all, such as a release that was never tried.
      return proofs.isTrue(model, bytes);
    },
    close: () => thread.close(),
  };
}

function pinnedFiles(folder: URL): ModelFiles {
  const file = (name: string): string => fileURLToPath(new URL(name, folder));
  const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');
  const [vk, settings, srs] = [file('vk.key'), file('settings.json'), file('srs.bin')];
  const [vkSha256, settingsSha256, srsSha256] = [sha256(vk), sha256(settings), sha256(srs)];
  return {vk, vkSha256, settings, settingsSha256, srs, srsSha256};
}
