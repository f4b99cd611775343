import {existsSync} from 'node:fs';
import {AosError} from '../lib/foundation/errors/error.ts';
import type {LlmPaths} from './llm/host.ts';
import {say} from '../lib/foundation/next-step/next-step.ts';

/**
 * Finds the language model's files. In a build: the nearest folder upwards with `devnet-assets/`, and the
 * thread in `devnet/llm-thread.js`. In the source tree: beside this file; its thread is TypeScript still, which
 * Node 20 cannot load, so a test brings its own.
 * @param from URL of the file to start from
 * @throws AosError DEVNET_FAILED when there is neither
 */
export function devnetPaths(from: string = import.meta.url): LlmPaths {
  for (let folder = new URL('./', from); ; folder = new URL('../', folder)) {
    const assetsDir = new URL('devnet-assets/', folder);
    if (existsSync(assetsDir)) return {assetsDir, threadUrl: new URL('devnet/llm-thread.js', folder)};
    if (folder.pathname === new URL('../', folder).pathname) break;
  }
  const assetsDir = new URL('./assets/', from);
  if (existsSync(assetsDir)) return {assetsDir, threadUrl: new URL('./llm/thread.ts', from)};
  throw new AosError('DEVNET_FAILED', 'the files of the language model are missing', {
    next: say('Install the program again; in a checkout, run npm run build.'),
  });
}
