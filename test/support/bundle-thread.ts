import {join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {buildSync} from 'esbuild';
import type {LlmPaths} from '../../src/lib/devnet/llm-host.ts';

/**
 * The paths that startOpmlWorker needs, from the source tree: the inference thread bundled into `folder` as JavaScript,
 * since worker threads of Node 20 cannot load TypeScript.
 */
export function bundleThread(folder: string): LlmPaths {
  const devnet = new URL('../../src/lib/devnet/', import.meta.url);
  const outfile = join(folder, 'llm-thread.mjs');
  buildSync({
    entryPoints: [fileURLToPath(new URL('llm-thread.ts', devnet))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  });
  return {assetsDir: new URL('assets/', devnet), threadUrl: pathToFileURL(outfile)};
}
