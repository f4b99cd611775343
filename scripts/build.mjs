/**
 * Builds dist/: one bundled entry a command (shared chunks between them), the entry point, worker threads,
 * assets, contract artefacts, and dist/help.json, from which bin/run.cjs answers --help without loading anything.
 */
import {cp, mkdir, readFile, readdir, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';
import {buildContracts} from './contracts.mjs';
import {renderHelp} from './help.mjs';
import {lazyTables} from './lazy-tables.mjs';
import {collectLicenses} from './licenses.mjs';
import {buildSqlite} from './sqlite.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const dist = path.join(root, 'dist');

/** Native and wasm packages stay outside the bundle; the others are bundled (docs/adr/0048-a-tarball-that-is-whole.md). */
const external = ['@photostructure/sqlite', 'libsodium-wrappers-sumo', '@foundry-rs/*', 'typescript'];

/** CommonJS packages inside an ESM bundle still ask for these. */
const banner = {
  js: [
    "import {createRequire as aosCreateRequire} from 'node:module';",
    "import {fileURLToPath as aosFileURLToPath} from 'node:url';",
    'const require = aosCreateRequire(import.meta.url);',
    'const __filename = aosFileURLToPath(import.meta.url);',
    "const __dirname = aosFileURLToPath(new URL('.', import.meta.url));",
  ].join(''),
};

/** One of the twenty hashes of the package; all of them are 260 kB more to read at each start. */
const keccakAlone = {
  'hash-wasm': path.join(root, 'node_modules/hash-wasm/dist/keccak.umd.min.js'),
};

async function commandFiles() {
  const entries = await readdir(path.join(root, 'src/commands'), {recursive: true});
  return entries.filter((name) => name.endsWith('.ts')).map((name) => name.replaceAll('\\', '/'));
}

async function main() {
  const pjson = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
  await rm(dist, {recursive: true, force: true});
  await mkdir(dist, {recursive: true});
  const entryPoints = Object.fromEntries(
    (await commandFiles()).map((name) => [
      `commands/${name.slice(0, -3)}`,
      path.join(root, 'src/commands', name),
    ]),
  );
  entryPoints['main'] = path.join(root, 'src/main.ts');
  entryPoints['build-info'] = path.join(root, 'src/build-info.ts');
  const result = await build({
    entryPoints,
    outdir: dist,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    external,
    banner,
    chunkNames: 'chunks/[name]-[hash]',
    define: {
      'process.env.NODE_ENV': '"production"',
      'process.env.DEV': '"false"',
      AOS_VERSION: JSON.stringify(pjson.version),
      AOS_SQLITE: '"#sqlite"',
    },
    alias: {
      ...keccakAlone,
      // Ink asks for it only with DEV=true, which a bundle for production never does.
      'react-devtools-core': path.join(root, 'scripts/no-devtools.mjs'),
      '@opentelemetry/api': path.join(root, 'scripts/no-opentelemetry.mjs'),
    },
    plugins: [lazyTables],
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  });
  const threads = await build({
    entryPoints: {
      'devnet/llm-thread': path.join(root, 'src/devnet/llm/thread.ts'),
      'attestation-thread': path.join(root, 'src/lib/node/attestation-thread/thread.ts'),
      'crypto-thread': path.join(root, 'src/lib/node/crypto-worker/thread.ts'),
      'log-thread': path.join(root, 'src/lib/node/log-thread/thread.ts'),
      'receipt-thread': path.join(root, 'src/lib/node/receipts/thread.ts'),
      'proof-thread': path.join(root, 'src/lib/peers/zk/thread/entry.ts'),
    },
    external,
    define: {AOS_SQLITE: '"#sqlite"'},
    alias: keccakAlone,
    outdir: dist,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'warning',
    metafile: true,
  });
  const sqlite = await buildSqlite(root, path.join(dist, 'sqlite'));
  await cp(path.join(root, 'src/devnet/assets'), path.join(dist, 'devnet-assets'), {recursive: true});
  await buildContracts(path.join(dist, 'contracts'));
  const inputs = {...result.metafile.inputs, ...threads.metafile.inputs, ...sqlite.inputs};
  await writeFile(path.join(dist, 'THIRD-PARTY-LICENSES.txt'), await collectLicenses(root, {inputs}));
  await writeFile(path.join(dist, 'meta.json'), JSON.stringify({inputs, outputs: result.metafile.outputs}));
  await writeFile(path.join(dist, 'help.json'), JSON.stringify(await renderHelp(root)));
}

await main();
