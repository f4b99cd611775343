import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {checkConfig} from '../../../../src/lib/config/load.ts';
import {draftMigration, type Draft} from '../../../../src/lib/features/config/migrate-file.ts';
import {NODE_ID, RAW_KEY, tempDir, thrown} from '../../../support/config-file.ts';

const CONTRACT = `0x${'12'.repeat(20)}`;
const OTHER_KEY = '4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318';

/** The newest file of the reference operator; `more` goes to its end. */
const newest = ({
  type = 'opml',
  worker = '127.0.0.1:8081',
  more = '',
  rpc = 'https://rpc.example.org',
} = {}) => `db:
  storage_root_path: ./data
  pg_db_url: "postgres://user:pg-secret@0.0.0.0:5432"
queue: {queue_url: "redis://:@127.0.0.1:6379", topic: task}
net:
  rest_url: "0.0.0.0:21001"
  callback_url: "http://127.0.0.1:21001"
  worker_url: "${worker}"
  metrics_url: "0.0.0.0:9000"
node:
  node_type: "${type}"
  node_id: "${NODE_ID}"
  signer_key: "http://10.0.0.9:9000"
  vrf_key: "${OTHER_KEY}"
  cache_msg_maximum: 500
  heartbeat_interval: 10
chain:
  chain_rpc_url: "${rpc}"
  vrf_range_contract: "${CONTRACT}"
  vrf_sort_precision: 6
api: {read_maximum: 20}
dispatcher:
  dispatcher_url: "127.0.0.1:8082"
  dispatcher_address: "0x95E5AF9405Ed18094baEb3911a5fD90Ea2be032C"
${more}`;

const draftOf = (dir: string, network: string | null = 'hoodi'): Draft =>
  draftMigration({
    file: 'config.yaml',
    signerUrl: 'http://127.0.0.1:9000',
    newVrfKey: false,
    network,
    cwd: dir,
    today: '2026-01-02',
  });

async function migrated(text: string, network: string | null = 'hoodi') {
  using dir = tempDir();
  const file = join(dir.path, 'config.yaml');
  writeFileSync(file, text);
  const draft = draftOf(dir.path, network);
  await draft.write(null);
  const source = {file, env: {HOME: dir.path}, cwd: dir.path};
  return {draft, text: readFileSync(file, 'utf8'), checked: checkConfig(source, {need: 'run'})};
}

function drafted<T>(text: string, use: (draft: () => Draft) => T, network: string | null = 'hoodi'): T {
  using dir = tempDir();
  writeFileSync(join(dir.path, 'config.yaml'), text);
  return use(() => draftOf(dir.path, network));
}

describe('aos config migrate of the newest reference file', () => {
  it('keeps the models of zkml with their files', async () => {
    const hash = 'ab'.repeat(32);
    const more = `workers:
  zkml:
    url: http://127.0.0.1:3721
    models:
      v1.2: {vk: ./vk.key, vk_sha256: ${hash}, settings: /s.json, settings_sha256: ${hash}}
      yes: {vk: vk.json, vk_sha256: ${hash}}
`;
    const {draft, checked} = await migrated(newest({type: 'zkml', worker: '127.0.0.1:3721', more}));
    expect(draft.report.keys.filter(({path}) => path.startsWith('workers.zkml.models'))).toEqual([
      {path: 'workers.zkml.models.v1.2', became: 'kept', note: ''},
      {path: 'workers.zkml.models.yes', became: 'kept', note: ''},
    ]);
    expect(checked.problems).toEqual([]);
    const models = checked.run?.workers.kinds.zkml?.proofs?.models;
    expect([...(models?.keys() ?? [])]).toEqual(['v1.2', 'yes']);
    expect(models?.get('v1.2')).toMatchObject({vkSha256: hash, settings: '/s.json', srs: null});
  });

  it('keeps every key that aos knows, under its own name', async () => {
    const {draft, text, checked} = await migrated(newest());
    expect(draft.report.keys.map(({path, became, note}) => `${path} ${became} ${note}`.trim()))
      .toMatchInlineSnapshot(`
      [
        "node.node_id kept",
        "node.signer_key kept",
        "node.vrf_key moved goes into ./vrf.key, mode 0600",
        "dispatcher.dispatcher_address kept is node.dispatcher_address now",
        "node.node_type kept",
        "node.heartbeat_interval kept",
        "node.cache_msg_maximum left out Not needed: the journal keeps every message.",
        "net.rest_url kept",
        "dispatcher.dispatcher_url kept is net.dispatcher_url now",
        "net.callback_url kept",
        "net.worker_url kept is workers.opml.url now",
        "net.metrics_url kept",
        "chain.chain_rpc_url kept",
        "chain.vrf_range_contract kept",
        "chain.vrf_sort_precision kept",
        "db.storage_root_path left out Not used: the journal is in store.dir.",
        "db.pg_db_url left out Not used yet: aos keeps its journal in SQLite.",
        "queue.queue_url left out Not needed: the journal is the queue.",
        "queue.topic left out Not needed.",
        "api.read_maximum left out Not needed.",
      ]
    `);
    expect(checked.problems).toEqual([]);
    expect(checked.startProblems).toEqual([]);
    expect(checked.warnings.map(({code, path}) => `${code} ${path}`)).toEqual([
      'METRICS_OPEN net.metrics_url',
      'LOOPBACK_PEER net.dispatcher_url',
    ]);
    expect(checked.run).toMatchObject({
      network: 'hoodi',
      chainId: 560_048,
      node: {
        id: NODE_ID,
        signerUrl: 'http://10.0.0.9:9000',
        dispatcherAddress: '0x95E5AF9405Ed18094baEb3911a5fD90Ea2be032C',
      },
      net: {dispatcherUrl: 'ws://127.0.0.1:8082/ws'},
      workers: {kinds: {opml: {urls: ['http://127.0.0.1:8081']}}},
    });
    expect(text).toMatch(/^version: 1$/m);
    expect(text).not.toContain(OTHER_KEY);
    expect(draft.report.network).toBe('hoodi');
  });

  it('needs a network, and says so without one', () => {
    drafted(
      newest(),
      (make) => {
        expect(make()).toMatchObject({needed: true, needsNetwork: true, report: {network: null}});
        expect(make().report.warnings.map(({code}) => code)).toEqual(['NETWORK_MISSING']);
      },
      null,
    );
    drafted(
      `network: sepolia\n${newest()}`,
      (make) => {
        expect(make()).toMatchObject({needsNetwork: false, report: {network: 'sepolia'}});
      },
      null,
    );
  });

  it.each([
    ['holesky', 'holesky', true],
    ['nonsense', 'nonsense', true],
    ['holesky with its registry', 'holesky', false],
  ])('takes %s of the old file for no network where it cannot be used', (_, name, needsNetwork) => {
    const text = `network: ${name}\n${newest()}`.replace(
      '  vrf_sort_precision: 6\n',
      needsNetwork
        ? '  vrf_sort_precision: 6\n'
        : `  vrf_sort_precision: 6\n  contracts: {registry: "${CONTRACT}"}\n`,
    );
    drafted(text, (make) => expect(make().needsNetwork).toBe(needsNetwork), null);
  });

  it('lets --network outrank the old file, and tells of both', async () => {
    const {draft, checked} = await migrated(`network: mainnet\n${newest()}`);
    expect(checked.run?.network).toBe('hoodi');
    expect(draft.report.keys).toContainEqual({
      path: 'network',
      became: 'left out',
      note: 'the network is hoodi now',
    });
  });

  it('names what came of another network, and shows no URL', () => {
    const rpc = 'https://ethereum-holesky-rpc.publicnode.com/v3/rpc-secret';
    const text = newest({rpc}).replace(CONTRACT, '0x0C6425A2C1548a69729a491533FF882bd8de5752');
    drafted(text, (make) => {
      const {report} = make();
      expect(report.warnings).toEqual([
        {
          code: 'NETWORK_MISMATCH',
          message: 'chain.chain_rpc_url is of holesky, which is retired: set that of hoodi',
        },
        {
          code: 'NETWORK_MISMATCH',
          message: 'chain.vrf_range_contract is of holesky, which is retired: set that of hoodi',
        },
      ]);
      expect(JSON.stringify(report)).not.toContain('rpc-secret');
    });
    drafted(newest({rpc: 'https://hoodi.example.org'}), (make) => expect(make().report.warnings).toEqual([]));
  });

  it.each([
    ['tee', 'workers.tee.url'],
    ['ZKML', 'workers.zkml.url'],
    ['gpu', 'workers.opml.url'],
  ])('gives worker_url to the kind of node_type %s', (type, path) => {
    drafted(newest({type}), (make) => {
      const {keys, warnings} = make().report;
      const isWarned = warnings.some(({code}) => code === 'KNOWN_GOOD_MISSING');
      expect(isWarned).toBe(type === 'ZKML');
      expect(keys).toContainEqual({path: 'net.worker_url', became: 'kept', note: `is ${path} now`});
      expect(keys.find((key) => key.path === 'node.node_type')?.became).toBe(
        type === 'gpu' ? 'left out' : 'kept',
      );
    });
  });

  it.each([
    ['workers: {opml: {url: "http://127.0.0.1:8081"}}\n', null],
    ['workers: {opml: {url: h:1}}\n', 'net.worker_url and workers.opml.url say different things'],
    ['workers: {opml: {urls: [h:1]}}\n', 'net.worker_url and workers.opml.urls say different things'],
  ])('beside %s', (more, said) => {
    drafted(newest({more}), (make) => {
      if (said === null) expect(make().needed).toBe(true);
      else expect(String(thrown(make))).toContain(said);
    });
  });

  it('refuses two names of a key that say different things', () => {
    const text = newest().replace('  rest_url:', '  dispatcher_url: h:1\n  rest_url:');
    drafted(text, (make) =>
      expect(String(thrown(make))).toContain(
        'net.dispatcher_url and dispatcher.dispatcher_url say different things',
      ),
    );
  });

  it('is needed for names alone, also when no secret is in the file', () => {
    const text = newest().replace(/ {2}vrf_key: .*\n/, '  vrf_key_file: ./vrf.key\n');
    drafted(text, (make) => expect(make()).toMatchObject({needed: true, needsPassword: false}));
    // What it writes has nothing left to do.
    drafted(
      `version: 1\nnode_id: ${NODE_ID}\nsigner_key: http://h:1\n`,
      (make) => expect(make().needed).toBe(false),
      null,
    );
  });

  it('says of other files what they are', () => {
    const text = `operator: {address: ${NODE_ID}}\neth_rpc_url: h\nsigner_type: web3\n`;
    drafted(text, (make) =>
      expect(thrown(make)).toMatchObject({
        code: 'CONFIG_INVALID',
        next: {run: {command: 'init', args: ['--from', 'config.yaml']}},
      }),
    );
    using dir = tempDir();
    const missing = thrown(() => draftOf(dir.path));
    expect(missing).toMatchObject({
      code: 'CONFIG_MISSING',
      next: {say: expect.stringContaining('aos config migrate FILE') as string},
    });
  });

  it('shows no secret of a key under another name', () => {
    drafted(newest().replace('"http://10.0.0.9:9000"', `"${RAW_KEY}"`), (make) => {
      const told = JSON.stringify(make().report).toLowerCase();
      for (const secret of [RAW_KEY, OTHER_KEY, 'pg-secret']) expect(told).not.toContain(secret.slice(0, 9));
    });
  });
});
