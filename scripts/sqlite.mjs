import {cp, mkdir} from 'node:fs/promises';
import path from 'node:path';
import {build} from 'esbuild';

/** The platforms aos runs on; glibc and musl of each are in the folder. */
const PLATFORMS = ['linux-x64', 'linux-arm64'];

/**
 * Puts SQLite for Node 20 and 22 into dist/sqlite: the binding as one file, and the prebuilt libraries of Linux. The npm package
 * has them too, beside 18 MB of SQLite's source and of other systems, and an install script that npm asks about
 * (docs/adr/0048-a-tarball-that-is-whole.md).
 * @returns the metafile of esbuild
 */
export async function buildSqlite(root, folder) {
  const from = path.join(root, 'node_modules/@photostructure/sqlite');
  const {metafile} = await build({
    entryPoints: [path.join(from, 'dist/index.cjs')],
    // The binding looks for prebuilds/ in the folder above its own.
    outfile: path.join(folder, 'dist/index.cjs'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  for (const platform of PLATFORMS) {
    const to = path.join(folder, 'prebuilds', platform);
    await mkdir(to, {recursive: true});
    await cp(path.join(from, 'prebuilds', platform), to, {recursive: true});
  }
  return metafile;
}
