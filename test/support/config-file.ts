import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {ConfigSource} from '../../src/lib/config/source.ts';

export const NODE_ID = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
/** A key of the public test vectors; nobody's. */
export const RAW_KEY = '8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63';

/** A directory that is removed when the block ends. */
export function tempDir(): {path: string; [Symbol.dispose](): void} {
  const path = mkdtempSync(join(tmpdir(), 'aos-config-'));
  return {path, [Symbol.dispose]: () => rmSync(path, {recursive: true, force: true})};
}

/** Runs `use` with the text written to `config.yaml` in a directory of its own. */
export function withConfig<T>(
  text: string | Uint8Array,
  use: (source: ConfigSource, dir: string) => T,
  env: ConfigSource['env'] = {},
): T {
  const dir = mkdtempSync(join(tmpdir(), 'aos-config-'));
  try {
    writeFileSync(join(dir, 'config.yaml'), text, {mode: 0o600});
    return use({file: 'config.yaml', cwd: dir, env: {HOME: dir, ...env}}, dir);
  } finally {
    rmSync(dir, {recursive: true, force: true});
  }
}

/** The error that `act` throws. */
export function thrown(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** A reference-style file that is complete; `node` and `more` are put in as they are. */
export function goodFile({node = '', more = ''}: {node?: string; more?: string} = {}): string {
  return `net:
  rest_url: "0.0.0.0:21001"
  outer_url: "http://127.0.0.1:8080"
  dispatcher_url: "127.0.0.1:8081"
  callback_url: "http://127.0.0.1:21001/api/opml_callback"
node:
  node_id: ${NODE_ID}
  signer_key: http://127.0.0.1:9000
  vrf_key_file: vrf.key
  heartbeat_interval: 10
${node}chain:
  chain_rpc_url: "https://rpc.example.org/v3/abc"
  vrf_range_contract: "0x27e4384ecc11810c2F49914390052b22c4e3CcC0"
  vrf_sort_precision: 6
${more}`;
}
