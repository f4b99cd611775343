// Compiles Solidity to dist/contracts/<Name>.json. The compiler is loaded only when a source has changed.
import {createHash} from 'node:crypto';
import {mkdir, readFile, readdir, rename, writeFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cacheDir = join(root, 'node_modules/.cache/aos-contracts');

const settings = {
  // All passes but the one over Yul: it takes nearly half of the time and saves nothing here.
  optimizer: {
    enabled: true,
    runs: 200,
    details: {orderLiterals: true, deduplicate: true, cse: true, constantOptimizer: true, yul: false},
  },
  viaIR: false,
  evmVersion: 'cancun',
  metadata: {bytecodeHash: 'none'},
  outputSelection: {'*': {'*': ['abi', 'evm.bytecode.object']}},
};

/**
 * Compiles every .sol file of `sourceDir` and its folders and writes `<outDir>/<Contract>.json` with `{abi, bytecode}`
 * for each contract that can be deployed.
 * Throws with the compiler's messages; its warnings count as errors.
 */
export async function buildContracts(outDir, sourceDir = join(root, 'contracts')) {
  const sources = await readSources(sourceDir);
  const contracts = await cached(sources);
  await mkdir(outDir, {recursive: true});
  await Promise.all(
    Object.entries(contracts).map(([name, contract]) => writeWhole(join(outDir, `${name}.json`), contract)),
  );
}

async function readSources(sourceDir) {
  const found = await readdir(sourceDir, {recursive: true});
  // Source names are paths with `/` on every system: imports are resolved by them.
  const names = found
    .filter((name) => name.endsWith('.sol'))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
  const texts = await Promise.all(names.map((name) => readFile(join(sourceDir, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, {content: texts[index]}]));
}

async function cached(sources) {
  const {version} = createRequire(import.meta.url)('solc/package.json');
  const key = createHash('sha256')
    .update(JSON.stringify([version, settings, sources]))
    .digest('hex');
  const path = join(cacheDir, `${key}.json`);
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    // Not compiled yet, or half a file of an interrupted run.
  }
  const contracts = await compile(sources);
  await mkdir(cacheDir, {recursive: true});
  await writeWhole(path, contracts);
  return contracts;
}

async function compile(sources) {
  const {default: solc} = await import('solc');
  const output = JSON.parse(solc.compile(JSON.stringify({language: 'Solidity', sources, settings})));
  const messages = output.errors ?? [];
  if (messages.length > 0)
    throw new Error(
      `the contracts do not compile:\n${messages.map((message) => message.formattedMessage).join('\n')}`,
    );
  const contracts = Object.values(output.contracts)
    .flatMap((file) => Object.entries(file))
    .filter(([, {evm}]) => evm.bytecode.object !== '');
  return Object.fromEntries(
    contracts.map(([name, {abi, evm}]) => [name, {abi, bytecode: `0x${evm.bytecode.object}`}]),
  );
}

/** Readers, and other builds at the same time, see the old file or the new one, never half of it. */
async function writeWhole(path, value) {
  const draft = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  await writeFile(draft, `${JSON.stringify(value)}\n`);
  await rename(draft, path);
}
