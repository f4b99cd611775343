import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {buildSync} from 'esbuild';
import type {LlmPaths} from '../../src/lib/devnet/llm-host.ts';

const LIB = new URL('../../src/lib/', import.meta.url);

/** A thread of the source tree bundled into `folder` as JavaScript, since worker threads of Node 20 cannot load TypeScript. */
function bundled(entry: string, folder: string): URL {
  const outfile = join(folder, 'thread.mjs');
  buildSync({
    entryPoints: [fileURLToPath(new URL(entry, LIB))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  return pathToFileURL(outfile);
}

/** The paths that startOpmlWorker needs, from the source tree. */
export function bundleThread(folder: string): LlmPaths {
  return {assetsDir: new URL('devnet/assets/', LIB), threadUrl: bundled('devnet/llm-thread.ts', folder)};
}

/** The thread beside the operator's event loop. */
export const bundleAside = (folder: string): URL => bundled('aside/thread.ts', folder);
