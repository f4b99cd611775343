/**
 * `npm run bench`: bundles the benches beside the built CLI (so that native packages are found) and runs them.
 * Options: `--only latency,throughput,backlog,startup,vrf,history,dashboard,metrics,receipts,zk,checks`, `--json FILE`; `--only hostile-frames` and
 * `--only backup` are not among those that run by themselves.
 */
import {rm} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';
import {build} from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const outdir = path.join(root, 'dist', 'bench');

const processes = ['dispatcher', 'signer', 'echo', 'flood', 'operator', 'attesting', 'ping'].map(
  (name) => `${name}-process`,
);
const options = {
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  external: [
    '@photostructure/sqlite',
    'tiny-secp256k1',
    'libsodium-wrappers-sumo',
    '@foundry-rs/*',
    '@lydell/node-pty*',
    'bufferutil',
    'utf-8-validate',
  ],
  banner: {
    js: "import {createRequire as benchCreateRequire} from 'node:module';const require = benchCreateRequire(import.meta.url);",
  },
  define: {'process.env.NODE_ENV': '"production"'},
  logLevel: 'warning',
};
await build({
  ...options,
  entryPoints: ['main', ...processes].map((name) => path.join(root, 'bench', `${name}.ts`)),
});
await build({
  ...options,
  entryPoints: {'unchecked-operator-process': path.join(root, 'bench', 'operator-process.ts')},
  plugins: [
    {
      name: 'no-checks',
      setup: ({onResolve}) =>
        onResolve({filter: /\/open-checks\.ts$/}, () => ({path: path.join(root, 'bench', 'no-checks.ts')})),
    },
  ],
});
try {
  const {main} = await import(pathToFileURL(path.join(outdir, 'main.js')).href);
  await main(root, process.argv.slice(2));
} finally {
  await rm(outdir, {recursive: true, force: true});
}
