import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {buildSync} from 'esbuild';
import type {LlmPaths} from '../../src/devnet/llm/host.ts';

const SRC = new URL('../../src/', import.meta.url);

/** A thread of the source tree bundled into `folder` as JavaScript, since worker threads of Node 20 cannot load TypeScript. */
function bundled(entry: string, folder: string): URL {
  const outfile = join(folder, 'thread.mjs');
  buildSync({
    entryPoints: [fileURLToPath(new URL(entry, SRC))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    define: {AOS_SQLITE: JSON.stringify(fileURLToPath(import.meta.resolve('@photostructure/sqlite')))},
    logLevel: 'silent',
  });
  return pathToFileURL(outfile);
}

/** The paths that startOpmlWorker needs, from the source tree. */
export function bundleThread(folder: string): LlmPaths {
  return {assetsDir: new URL('devnet/assets/', SRC), threadUrl: bundled('devnet/llm/thread.ts', folder)};
}

/** The thread beside the operator's event loop. */
export const bundleAside = (folder: string): URL => bundled('lib/node/crypto-worker/thread.ts', folder);

/** The thread that checks proofs. */
export const bundleProofThread = (folder: string): URL => bundled('lib/peers/zk/thread/entry.ts', folder);

/** The thread that checks attestation documents. */
export const bundleAttestationThread = (folder: string): URL =>
  bundled('lib/node/attestation-thread/thread.ts', folder);

/** The thread that copies the journal's log. */
export const bundleLogThread = (folder: string): URL => bundled('lib/node/log-thread/thread.ts', folder);
