import {chmodSync} from 'node:fs';
import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {isAosError} from '../../../src/lib/foundation/errors/error.ts';
import {checkConfig, loadConfig} from '../../../src/lib/config/load.ts';
import {checksumAddress} from '../../../src/lib/protocol/wire/ethereum.ts';
import {goodFile, NODE_ID, RAW_KEY, thrown, withConfig} from '../../support/config-file.ts';
import type {ConfigSource} from '../../../src/lib/config/source.ts';

const DISPATCHER = '0x1DdBd306eFFbb5FF29E41398A6a1198Ee6Fb51ce';
const load = (text: string, env: ConfigSource['env'] = {}) =>
  withConfig(text, (source) => loadConfig(source, {need: 'run'}), env);
const lines = (text: string, need: 'run' | 'signer' = 'run', env: ConfigSource['env'] = {}) => {
  const error = withConfig(
    text,
    (source) => thrown(() => (need === 'run' ? loadConfig(source, {need}) : loadConfig(source, {need}))),
    env,
  );
  if (!isAosError(error, 'CONFIG_INVALID')) throw error;
  expect(error.exitCode).toBe(78);
  return error.message.split('\n');
};
const warnings = (text: string, env: ConfigSource['env'] = {}) =>
  load(text, env).warnings.map(({code, path}) => `${code} ${path}`);

describe('loadConfig', () => {
  it('fills in every default', () => {
    withConfig(goodFile(), (source, dir) => {
      const {config, warnings} = loadConfig(source, {need: 'run'});
      expect(warnings).toEqual([]);
      expect(config).toMatchObject({
        network: 'custom',
        chainId: null,
        node: {
          id: NODE_ID,
          signerUrl: 'http://127.0.0.1:9000',
          vrfKey: {kind: 'file', path: join(dir, 'vrf.key')},
          dispatcherAddress: null,
          clockId: null,
          heartbeatIntervalMs: 10_000,
        },
        net: {
          listen: {host: '0.0.0.0', port: 21001},
          outerUrl: 'http://127.0.0.1:8080',
          dispatcherUrl: 'ws://127.0.0.1:8081/ws',
          callbackUrl: 'http://127.0.0.1:21001',
          verifyDispatcher: 'when-signed',
        },
        chain: {
          rpcUrls: ['https://rpc.example.org/v3/abc'],
          vrfSortPrecision: 6,
          rangeRefreshMs: 60_000,
          quorums: null,
        },
        policy: {
          offlineGraceMs: 3_600_000,
          penaltyWei: 10n ** 17n,
          checkpointPeriodMs: 1_800_000,
          challengePeriodMs: 259_200_000,
        },
        workers: {
          kinds: {
            opml: {
              urls: ['http://127.0.0.1:1234'],
              concurrency: 1,
              attempts: 3,
              readyTimeoutMs: 600_000,
              answerTimeoutMs: 600_000,
              deadlineMs: 6_600_000,
              onFailure: 'silent',
            },
          },
          callbackListen: null,
        },
        store: {retentionMs: 345_600_000},
        log: {format: null},
        shutdownGraceMs: 30_000,
      });
      expect(Object.keys(config.workers.kinds)).toEqual(['opml']);
      expect(config.store.dir.startsWith(join(dir, '.local/state/aos/custom-fe3b557e-'))).toBe(true);
    });
  });

  it('takes paths of the file from the file, and those of variables only when they are absolute', () => {
    const more = 'store:\n  dir: data\n';
    withConfig(goodFile({more}), (source, dir) => {
      const at = (env: Record<string, string>): string =>
        loadConfig(
          {...source, cwd: '/', file: join(dir, 'config.yaml'), env: {HOME: '/h', ...env}},
          {need: 'run'},
        ).config.store.dir;
      expect(at({})).toBe(join(dir, 'data'));
      expect(at({AOS_STORE_DIR: '/s'})).toBe('/s');
      expect(at({AOS_STORE_DIR: '~/s'})).toBe('/h/s');
      expect(at({AOS_STORE_DIR: ''})).toBe(join(dir, 'data'));
      for (const [value, why] of [
        ['s', 'is relative'],
        ['./s', 'is relative'],
        ['~x/s', 'a ~ with a name'],
        ['$HOME/s', 'a variable'],
      ] as const) {
        const error = thrown(() => at({AOS_STORE_DIR: value}));
        expect(isAosError(error, 'CONFIG_INVALID')).toBe(true);
        expect(String(error)).toContain('AOS_STORE_DIR  store.dir');
        expect(String(error)).toContain(why);
      }
    });
  });

  it.each([
    ['~/data', '/h/data'],
    ['"~/data"', '/h/data'],
    ['./~/data', null],
  ])('takes store.dir: %s', (text, dir) => {
    withConfig(goodFile({more: `store:\n  dir: ${text}\n`}), (source, base) => {
      const {config} = loadConfig({...source, env: {HOME: '/h'}}, {need: 'run'});
      expect(config.store.dir).toBe(dir ?? join(base, '~/data'));
    });
  });

  it.each(['~x/data', '"$HOME/data"', '${HOME}/data'])('refuses store.dir: %s', (text) => {
    withConfig(goodFile({more: `store:\n  dir: ${text}\n`}), (source) => {
      const error = thrown(() => loadConfig({...source, env: {HOME: '/h'}}, {need: 'run'}));
      expect(isAosError(error, 'CONFIG_INVALID')).toBe(true);
      expect(String(error)).toContain('expanded');
    });
  });

  it('takes the whole file of the reference operator', () => {
    const node = `  vrf_key: "${RAW_KEY}"\n  dispatcher_address: ""\n  node_type: "opml"\n  cache_msg_maximum: 500\n  ai_models:\n    - "llama-2-7b-chat.Q4_0.gguf"\n`;
    const more = `db:\n  pg_db_url: "postgres://postgres:secret@0.0.0.0:5432"\n  pg_db_name: a\n  max_connect_pool: 30\n  min_connect_pool: 10\n  connect_timeout: 30\n  acquire_timeout: 60\nqueue:\n  queue_url: "redis://:@127.0.0.1:6379/"\n  topic: "task"\napi:\n  read_maximum: 20\n`;
    const {config, warnings} = load(goodFile({node, more}).replace(/ {2}vrf_key_file.*\n/, ''));
    expect(warnings.map(({code, path}) => [code, path])).toEqual([
      ['SECTION_UNUSED', 'db'],
      ['SECTION_UNUSED', 'queue'],
      ['INLINE_VRF_KEY', 'node.vrf_key'],
    ]);
    expect(config.node.vrfKey.kind === 'inline' && config.node.vrfKey.read()).toBe(RAW_KEY);
    const serialised = JSON.stringify([config, warnings], (_, value: unknown) =>
      typeof value === 'bigint' ? String(value) : value,
    );
    expect(serialised).not.toMatch(new RegExp(`${RAW_KEY.slice(0, 12)}|secret`));
  });

  it('takes a flat file for the signer', () => {
    const text = `node_id: ${NODE_ID}\nsigner_key: http://127.0.0.1:9000\n`;
    const {config} = withConfig(text, (source) => loadConfig(source, {need: 'signer'}));
    expect(config).toEqual({
      network: 'custom',
      chainId: null,
      node: {id: NODE_ID, signerUrl: 'http://127.0.0.1:9000', otherSigners: [], signerTls: null},
      chain: {rpcUrls: []},
    });
    expect(lines(text).map((line) => line.split('  ')[1])).toEqual([
      'node.vrf_key_file',
      'net.dispatcher_url',
      'chain.chain_rpc_url',
      'chain.vrf_range_contract',
    ]);
  });

  it('takes chain.contracts.range_manager for a missing chain.vrf_range_contract', () => {
    const at = '0xbB1923B9b05eE12538331fcf4C0aE28CF61a061C';
    const text = goodFile({more: `  contracts: {range_manager: ${at}}\n`}).replace(
      / {2}vrf_range_contract.*\n/,
      '',
    );
    expect(load(text).config.chain.vrfRangeContract).toBe(at);
  });

  it('takes a key that is like none it knows for no missing one', () => {
    const text =
      'node_id: 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73\nsigner_key: http://127.0.0.1:9000\nbroken: yes\n';
    expect(lines(text).join('\n')).toContain('node.vrf_key_file  is missing, expected');
    expect(lines(text).join('\n')).not.toContain('is it broken');
  });

  it('tells all errors at once', () => {
    const text = `network: hodi
node:
  node_id: 0xFe3B557E8Fb62b89F4916B721be55cEb828dBd73
  signer_key: http://user:hunter2@127.0.0.1:9000
  heartbeat_interval: soon
  vrf_key: nothex
  clock_id: [1]
net:
  rest_url: 0.0.0.0:70000
  dispatcherurl: 127.0.0.1:1
chain: 5
chain_rpc_url: https://rpc.example.org
`;
    expect(lines(text)).toMatchInlineSnapshot(`
      [
        "config.yaml:1:10  network  "hodi" is not known (did you mean hoodi?), expected one of mainnet, hoodi, sepolia, devnet, holesky, custom, e.g. mainnet",
        "config.yaml:3:12  node.node_id  "0xFe3B557E8Fb62b89F4916B721be55cEb828dBd73" has a wrong EIP-55 checksum, so a digit may be wrong, expected 0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73, e.g. 0x1111111111111111111111111111111111111111",
        "config.yaml:4:15  node.signer_key  the value (not shown) has a user name or password in it, expected the URL of Web3Signer: http(s)://host:port, e.g. http://127.0.0.1:9000",
        "config.yaml:5:23  node.heartbeat_interval  "soon" is not a time, expected a time from 1s to 1h, such as 30s, 1h30m or 2d, e.g. 10",
        "config.yaml:6:12  node.vrf_key  the value (not shown) is not a 32-byte hex seed, expected 64 hex digits, e.g. vrf_key_file: ./vrf.key",
        "config.yaml:7:13  node.clock_id  is a list, expected a whole number from 0 to 18446744073709551615, e.g. 1",
        "config.yaml:8:1  net.dispatcher_url  is missing (is it net.dispatcherurl at config.yaml:10:3?), expected host:port, or a ws:// or wss:// URL, e.g. 127.0.0.1:8081",
        "config.yaml:9:13  net.rest_url  "0.0.0.0:70000" has a port above 65535, expected host:port, port 0 to 65535, e.g. 0.0.0.0:21001",
        "config.yaml:11:8  chain  is a single value, expected a section of keys: chain_rpc_url, rpc_urls, chain_id, vrf_range_contract, vrf_sort_precision, range_refresh, …, e.g. chain: {chain_rpc_url: https://rpc.example.org}",
      ]
    `);
  });

  it.each([
    ['signer_key: [a]', 'signer_key'],
    ['node: {signer_key: {url: a}}', 'signer_key'],
    ['net: {dispatcher_url: [a, b]}', 'dispatcher_url'],
  ])('tells once of a value that is none (%s): it is not missing too', (text, name) => {
    expect(lines(text).filter((line) => line.includes(`${name}  `))).toEqual([
      expect.stringMatching(/ is a (?:list|map), expected /),
    ]);
  });

  it.each([
    [
      'node: hello',
      '1:7  node  is a single value, expected a section of keys: node_id, signer_key',
      'node: {node_id: 0x',
    ],
    [
      'net: [1]',
      '1:6  net  is a list, expected a section of keys: rest_url',
      'net: {rest_url: 0.0.0.0:21001}',
    ],
    ['chain: 5', '1:8  chain  is a single value', 'chain: {chain_rpc_url: https://rpc.example.org}'],
    [
      'log: json',
      '1:6  log  is a single value, expected a section of keys: format, level,',
      'log: {format: logfmt}',
    ],
    [
      'workers: {opml: no}',
      '1:17  workers.opml  is a single value',
      'workers: {opml: {url: http://127.0.0.1:1234}}',
    ],
  ])('tells once of a section that is none (%s), with one that works', (text, said, example) => {
    const [section = ''] = text.split(':');
    const own = lines(text).filter((line) => line.includes(`  ${section}`));
    expect(own).toEqual([expect.stringContaining(said)]);
    expect(own[0]).toContain(`e.g. ${example}`);
    expect(lines(example).join()).not.toContain(`  ${section}  `);
  });

  it('tells one thing of a file that is no configuration at all', () => {
    for (const text of ['hello', '- a\n- b'])
      expect(lines(text)).toEqual([expect.stringMatching(/expected a section of keys: network, node, /)]);
  });

  it('checks what is there even where only the signer is needed', () => {
    const text = `node_id: ${NODE_ID}\nsigner_key: http://127.0.0.1:9000\nnet: {rest_url: nowhere}\n`;
    expect(lines(text, 'signer')).toEqual([
      'config.yaml:3:17  net.rest_url  "nowhere" is not host:port, expected host:port, port 0 to 65535, e.g. 0.0.0.0:21001',
    ]);
  });

  it('tells only what is certain of a file with syntax errors', () => {
    expect(
      lines('network: nowhere\nnode:\n\tnode_id: 5\n').map((line) => line.replace(/ {2}.*/, '')),
    ).toEqual(['config.yaml:1:10', 'config.yaml:3:1']);
  });

  it('refuses a raw key before any other error, and never shows it', () => {
    const text = `node: [\n: broken\nnode_id: 12\nsigner_key: ${RAW_KEY.toUpperCase()}\n`;
    const error = withConfig(text, (source) => thrown(() => loadConfig(source, {need: 'run'})));
    expect(isAosError(error, 'RAW_PRIVATE_KEY') && error.exitCode).toBe(77);
    expect(JSON.stringify(error) + String(error)).not.toMatch(new RegExp(RAW_KEY.slice(0, 10), 'i'));
    expect(
      isAosError(
        thrown(() => load('a: [', {AOS_SIGNER_KEY: RAW_KEY})),
        'RAW_PRIVATE_KEY',
      ),
    ).toBe(true);
    const latin1 = Buffer.from(`\xff\nsigner_key: ${RAW_KEY}\n`, 'latin1');
    expect(
      isAosError(
        withConfig(latin1, (source) => thrown(() => loadConfig(source, {need: 'run'}))),
        'RAW_PRIVATE_KEY',
      ),
    ).toBe(true);
  });

  it('shows no secret that stands in a wrong place', () => {
    const text = goodFile({
      node: `  vrf_key: ${RAW_KEY}0\n  dispatcher_address: ${RAW_KEY}\n  ${RAW_KEY}: 1\n  ${RAW_KEY}: 2\n  node_type: ${RAW_KEY}\n`,
      more: `network: ${RAW_KEY}\nsecret: ${RAW_KEY}\nstore: ${RAW_KEY}\n`,
    }).replace('https://rpc', 'ftp://u:hunter2@rpc');
    withConfig(text, (source) => {
      const {problems, warnings} = checkConfig(source, {need: 'run'});
      const error = thrown(() => loadConfig(source, {need: 'run'}));
      expect(problems.length).toBeGreaterThan(0);
      const told = JSON.stringify([problems, warnings, error]) + String(error);
      expect(told).not.toMatch(new RegExp(`${RAW_KEY.slice(0, 10)}|hunter2|rpc.example`));
    });
    const noSyntaxError = withConfig(text.replace(`  ${RAW_KEY}: 2\n`, ''), (source) =>
      checkConfig(source, {need: 'run'}),
    );
    expect(noSyntaxError.warnings.length).toBeGreaterThan(0);
    expect(JSON.stringify([noSyntaxError.problems, noSyntaxError.warnings])).not.toContain(
      RAW_KEY.slice(0, 10),
    );
  });

  it('keeps every digit, however a value is quoted', () => {
    const hex = (length: number) =>
      fc
        .array(fc.constantFrom(...Array.from('0123456789abcdef')), {minLength: length, maxLength: length})
        .map((digits) => digits.join(''));
    const address = fc
      .oneof(
        hex(40),
        fc.bigInt(0n, 10n ** 40n - 1n).map((n) => String(n).padStart(40, '0')),
      )
      .map((digits) => checksumAddress(`0x${digits}`));
    const spell = fc.constantFrom(
      (text: string) => text,
      (text: string) => `"${text}"`,
      (text: string) => `'${text}'`,
      (text: string) => `!!str ${text}`,
      (text: string) => `|-\n    ${text}`,
      (text: string) => `>\n    ${text}\n`,
      (text: string) => `${text} # comment`,
    );
    const seed = fc.oneof(
      hex(64),
      fc.constant('0'.repeat(64)),
      fc.constant('1'.repeat(64)),
      fc.constant(`${'1'.repeat(30)}e${'3'.repeat(33)}`),
    );
    fc.assert(
      fc.property(
        address,
        spell,
        address,
        spell,
        seed,
        spell,
        fc.bigInt(0n, 2n ** 64n - 1n),
        (id, spellId, contract, spellContract, vrf, spellVrf, clock) => {
          const text = `node:\n  node_id: ${spellId(id)}\n  signer_key: http://h:1\n  vrf_key: ${spellVrf(vrf)}\n  clock_id: ${clock}\nnet: {dispatcher_url: h:1}\nchain:\n  chain_rpc_url: http://h:2\n  vrf_range_contract: ${spellContract(contract)}\n`;
          const {config} = load(text);
          expect(config.node.id).toBe(id);
          expect(config.chain.vrfRangeContract).toBe(contract);
          expect(config.node.clockId).toBe(clock);
          expect(config.node.vrfKey.kind === 'inline' && config.node.vrfKey.read()).toBe(vrf);
        },
      ),
      {numRuns: 200},
    );
  });
});

describe('layers', () => {
  it('flag > environment > file > preset > default, each with its origin', () => {
    const text =
      `network: holesky\n${goodFile({more: '  contracts: {registry: 0xbB1923B9b05eE12538331fcf4C0aE28CF61a061C}\n'})}`.replace(
        / {2}vrf_range_contract.*\n/,
        '',
      );
    const env = {
      AOS_CHAIN_CHAIN_RPC_URL: 'http://env:1',
      AOS_NODE_ID: '0x27e4384ecc11810c2F49914390052b22c4e3CcC0',
      AOS_NET_REST_URL: '',
    };
    withConfig(
      text,
      (source) => {
        const {config, origin} = loadConfig(
          {...source, flags: {'net.dispatcher_url': {flag: '--dispatcher', text: 'flag:1'}}},
          {need: 'run'},
        );
        expect(config.chain.rpcUrls).toEqual(['http://env:1/']);
        expect(config.net.dispatcherUrl).toBe('ws://flag:1/ws');
        expect(config.chainId).toBe(17000);
        expect(config.chain.vrfRangeContract).toBe('0x27e4384ecc11810c2F49914390052b22c4e3CcC0');
        expect(
          [
            'net.dispatcher_url',
            'node.node_id',
            'chain.chain_rpc_url',
            'net.rest_url',
            'chain.chain_id',
            'store.retention',
          ].map((path) => origin.get(path)),
        ).toEqual([
          {from: 'flag', detail: '--dispatcher'},
          {from: 'env', detail: 'AOS_NODE_ID'},
          {from: 'env', detail: 'AOS_CHAIN_CHAIN_RPC_URL'},
          {from: 'file', detail: 'config.yaml:3:13'},
          {from: 'preset', detail: 'holesky'},
          {from: 'default', detail: ''},
        ]);
      },
      env,
    );
  });

  it('works without a file when flags and environment say all', () => {
    const env = {AOS_NODE_ID: NODE_ID, AOS_SIGNER_KEY: 'http://h:1', HOME: '/nowhere'};
    expect(loadConfig({file: null, env, cwd: '/'}, {need: 'signer'}).config.node.id).toBe(NODE_ID);
    const error = thrown(() => loadConfig({file: null, env, cwd: '/'}, {need: 'run'}));
    expect(isAosError(error, 'CONFIG_MISSING') && error.exitCode).toBe(78);
    expect(String(error)).toMatch(
      /tried config\.yaml, \/nowhere\/\.config\/aos\/config\.yaml, \/etc\/aos\/config\.yaml/,
    );
  });

  it('names the variable that is wrong', () => {
    expect(lines(goodFile(), 'run', {AOS_NODE_ID: '0x12'})).toEqual([
      `AOS_NODE_ID  node.node_id  "0x12" has 2 hex digits, expected an Ethereum address (0x and 40 hex digits), e.g. 0x1111111111111111111111111111111111111111`,
    ]);
  });

  it('takes a key twice only if both say the same', () => {
    expect(load(`node_id: ${NODE_ID.toLowerCase()}\n${goodFile()}`).config.node.id).toBe(NODE_ID);
    const [line] = lines(`node_id: 0x27e4384ecc11810c2F49914390052b22c4e3CcC0\n${goodFile()}`);
    expect(line).toMatch(
      /^config\.yaml:8:12 {2}node\.node_id {2}is given twice with different values, here and at config\.yaml:1:10/,
    );
    expect(lines(`signer_key: http://other:1\n${goodFile()}`)).toHaveLength(1);
  });
});

describe('networks', () => {
  it('has no default', () => {
    expect(load(goodFile()).config).toMatchObject({network: 'custom', chainId: null});
  });

  it.each([
    ['mainnet', 1, '0xbB1923B9b05eE12538331fcf4C0aE28CF61a061C'],
    ['hoodi', 560048, null],
    ['sepolia', 11155111, null],
    ['devnet', 31337, null],
  ])('%s', (network, chainId, registry) => {
    expect(load(`network: ${network}\n${goodFile()}`).config).toMatchObject({
      network,
      chainId,
      chain: {contracts: {registry}},
    });
  });

  it('refuses holesky until its registry is given', () => {
    expect(lines(`network: holesky\n${goodFile()}`)[0]).toMatch(
      /^config\.yaml:1:10 {2}network {2}holesky is retired: .*chain\.contracts\.registry/,
    );
  });

  it('names the network that was meant', () => {
    expect(lines(`network: mainet\n${goodFile()}`)[0]).toContain('did you mean mainnet?');
  });

  it('lets the file override a preset', () => {
    expect(load(`network: mainnet\n${goodFile({more: '  chain_id: 5\n'})}`).config.chainId).toBe(5);
  });
});

describe('workers and callbacks', () => {
  const kinds = (more: string, node = '') => Object.keys(load(goodFile({more, node})).config.workers.kinds);

  it.each([
    ['', '', ['opml']],
    ['', '  node_type: opml\n', ['opml']],
    ['', '  node_type: tee\n', ['tee']],
    ['', '  node_type: gpu\n', ['opml']],
    ['workers: {opml: }\n', '', ['opml']],
    ['workers: {opml: , tee: }\n', '', ['opml', 'tee']],
    ['workers: {zkml: {url: "http://h:1"}}\n', '', ['zkml']],
    ['workers:\n', '', ['opml']],
  ])('%j %j', (more, node, expected) => {
    expect(kinds(more, node)).toEqual(expected);
  });

  it('warns of a node type that is none of them alone', () => {
    expect(warnings(goodFile({more: 'workers: {opml: , tee: }\n'}))).toEqual([]);
    expect(warnings(goodFile({node: '  node_type: tee\n'}))).toEqual([]);
    expect(warnings(goodFile({node: '  node_type: gpu\n'}))).toEqual(['KIND_UNSUPPORTED node.node_type']);
  });

  it('warns of zkml workers without a proof that is known to be good', () => {
    const missing = ['KNOWN_GOOD_MISSING workers.zkml.known_good.proof_path'];
    expect(warnings(goodFile({more: 'workers: {zkml: }\n'}))).toEqual(missing);
    expect(warnings(goodFile({node: '  node_type: zkml\n'}))).toEqual(missing);
    const good = 'known_good: {model: mean, proof_path: "http://p/x"}';
    expect(warnings(goodFile({more: `workers: {zkml: {${good}}}\n`}))).toEqual([]);
  });

  it('have keys of their own: the port of tee callbacks, and the known-good proof of zkml', () => {
    const good = 'known_good: {model: mean, proof_path: "https://p.example/good.json?x=1"}';
    const loaded = (more: string) =>
      withConfig(goodFile({more}), (source) => loadConfig(source, {need: 'run'})).config.workers.kinds;
    expect(loaded(`workers: {tee: , zkml: {${good}}}\n`)).toMatchObject({
      tee: {callbackPort: 21_001, answerTimeoutMs: 600_000},
      zkml: {
        knownGood: {model: 'mean', proofPath: 'https://p.example/good.json?x=1'},
        answerTimeoutMs: 610_000,
      },
    });
    expect(loaded('workers: {tee: {callback_port: 21999}, zkml: }\n')).toMatchObject({
      tee: {callbackPort: 21_999},
      zkml: {knownGood: null},
    });
  });

  it.each([
    [
      '{model: mean}',
      'workers.zkml.known_good.proof_path',
      'is missing beside workers.zkml.known_good.model',
    ],
    ['{proof_path: "http://p/x"}', 'workers.zkml.known_good.model', 'is missing beside'],
    ['{model: ../mean, proof_path: "http://p/x"}', 'workers.zkml.known_good.model', 'is none that'],
    ['{model: mean, proof_path: ./proof.json}', 'workers.zkml.known_good.proof_path', 'is no http(s) URL'],
    ['{model: mean, proof_path: "http://u:p@p/x"}', 'workers.zkml.known_good.proof_path', 'password'],
  ])('refuse the known-good proof %s', (known, path, got) => {
    const error = withConfig(goodFile({more: `workers: {zkml: {known_good: ${known}}}\n`}), (source) =>
      thrown(() => loadConfig(source, {need: 'run'})),
    );
    const message = isAosError(error, 'CONFIG_INVALID') ? error.message : '';
    expect(message).toContain(path);
    expect(message).toContain(got);
  });

  it.each([
    ['{url: "http://h:1/x/"}', ['http://h:1/x']],
    ['{urls: ["http://h:1", "http://h:2"]}', ['http://h:1', 'http://h:2']],
    ['{urls: "http://h:1, h:2"}', ['http://h:1', 'http://h:2']],
    ['{urls: h:1}', ['http://h:1']],
    ['{urls: }', ['http://127.0.0.1:1234']],
    ['{urls: []}', ['http://127.0.0.1:1234']],
  ])('takes one worker, or several: %s', (opml, urls) => {
    const {workers} = load(goodFile({more: `workers: {opml: ${opml}}\n`})).config;
    expect(workers.kinds.opml?.urls).toEqual(urls);
  });

  it('refuses workers that are named in two ways, or twice', () => {
    const problems = (opml: string) => lines(goodFile({more: `workers:\n  opml:\n${opml}`}));
    expect(problems('    url: h:1\n    urls: [h:2]\n')).toEqual([
      'config.yaml:18:12  workers.opml.urls  is given together with workers.opml.url at config.yaml:17:10, expected one of the two, e.g. [http://127.0.0.1:1234, http://10.0.0.7:1234]',
    ]);
    expect(problems('    urls: [h:1, h:2, "http://h:1/"]\n')).toEqual([
      'config.yaml:17:22  workers.opml.urls[2]  "http://h:1/" is named twice, expected each worker once',
    ]);
    expect(problems('    urls: [h:1, ftp://h]\n')).toEqual([
      'config.yaml:17:17  workers.opml.urls[1]  "ftp://h" does not start with http:// or https://, expected an http(s) URL, e.g. http://127.0.0.1:1234',
    ]);
  });

  it('takes the time for an answer, and what is sent without one', () => {
    const more = 'workers: {opml: {deadline: 2h, on_failure: empty}}\n';
    expect(load(goodFile({more})).config.workers.kinds.opml).toMatchObject({
      deadlineMs: 7_200_000,
      onFailure: 'empty',
    });
    expect(lines(goodFile({more: 'workers: {opml: {deadline: 0, on_failure: emty}}\n'}))).toEqual([
      expect.stringContaining('workers.opml.deadline  "0" is out of range') as string,
      expect.stringContaining('workers.opml.on_failure  "emty" is not known (did you mean empty?)') as string,
    ]);
  });

  it('takes a second worker where two answers can be compared, and refuses it elsewhere', () => {
    const zkml = (more: string): string => `workers: {zkml: {url: "http://10.0.0.7:3721", ${more}}}\n`;
    const good = goodFile({more: zkml('second: "http://10.0.0.8:3721"')});
    expect(load(good).config.workers.kinds.zkml).toMatchObject({
      second: {url: 'http://10.0.0.8:3721', sample: 0.05},
    });
    expect(load(goodFile()).config.workers.kinds.opml).toMatchObject({second: null});
    for (const [more, wrong] of [
      [zkml('second: "http://10.0.0.7:3721"'), 'workers.zkml.second  is one of the workers that answer'],
      [zkml('second: "http://10.0.0.8:3721", sample: 0'), 'workers.zkml.sample  "0" is out of range'],
      [zkml('second: "http://10.0.0.8:3721", sample: 5%'), 'workers.zkml.sample  "5%" is no share'],
      [zkml('sample: 0.5'), 'workers.zkml.sample  is given without workers.zkml.second'],
      ['workers: {tee: {second: "http://10.0.0.8:3000"}}\n', 'workers.tee.second  is of no use'],
      [
        'workers: {opml: {second: "http://10.0.0.8:1234"}}\n',
        'workers.opml.second  is of no use without an engine',
      ],
    ] as const)
      expect(lines(goodFile({more}))).toEqual([expect.stringContaining(wrong) as string]);
  });

  it('takes the callback address by the rule of the protocol', () => {
    const url = (change: (text: string) => string) => load(change(goodFile())).config.net.callbackUrl;
    const without = (text: string, ...keys: string[]) =>
      keys.reduce((rest, key) => rest.replace(new RegExp(` *${key}:.*\n`), ''), text);
    expect(url((text) => text)).toBe('http://127.0.0.1:21001');
    expect(url((text) => without(text, 'callback_url'))).toBe('http://127.0.0.1:8080');
    expect(url((text) => without(text, 'callback_url', 'outer_url'))).toBe('http://127.0.0.1:21001');
    expect(url((text) => without(text, 'callback_url', 'outer_url', 'rest_url'))).toBe(
      'http://127.0.0.1:21001',
    );
    expect(
      url((text) => `${without(text, 'callback_url', 'outer_url')}workers: {callback_listen: "[::]:5"}\n`),
    ).toBe('http://[::1]:5');
  });

  it('warns of a tee worker on another machine, which cannot send its answers', () => {
    const one = (tee: string) => warnings(`${goodFile()}workers: {tee: {${tee}}}\n`);
    expect(one('url: "http://10.0.0.7:3000"')).toContain('CALLBACK_UNREACHABLE workers.tee.url');
    expect(one('urls: ["http://127.0.0.1:3000", "http://tee:3000"]')).toContain(
      'CALLBACK_UNREACHABLE workers.tee.urls',
    );
    expect(one('urls: ["http://127.0.0.1:3000", "http://localhost:3001"]').join()).not.toContain(
      'CALLBACK_UNREACHABLE',
    );
  });

  it.each<[string, string, string[]]>([
    ['network: mainnet', '127.0.0.1:8081', ['LOOPBACK_PEER net.dispatcher_url']],
    ['network: hoodi', 'ws://localhost:8081', ['LOOPBACK_PEER net.dispatcher_url']],
    ['network: mainnet', 'wss://[::1]:8081', ['LOOPBACK_PEER net.dispatcher_url']],
    ['network: mainnet', 'dispatcher.example.org:8081', []],
    ['', 'dispatcher.example.org:8081', []],
    ['network: devnet', '127.0.0.1:8081', []],
    ['', '127.0.0.1:8081', []],
  ])('warns of a dispatcher on this machine (%s, %s)', (network, dispatcher, expected) => {
    const text = `${network}\n${goodFile().replace(/dispatcher_url:.*/, `dispatcher_url: "${dispatcher}"`)}`;
    expect(warnings(text).filter((warning) => warning.startsWith('LOOPBACK_PEER net.d'))).toEqual(expected);
  });

  it('takes the files of TLS with the signer, and the signers that stand in', () => {
    const tls = '  signer_tls: {cert: ./c.pem, key: ./c.key, server_name: signer.example}\n';
    const urls =
      '  signer_urls: ["http://10.0.0.8:9000", "http://127.0.0.1:9000", "http://10.0.0.8:9000/"]\n';
    withConfig(goodFile({node: `${tls}${urls}`}), (source, dir) => {
      const {config, warnings: found} = loadConfig(source, {need: 'run'});
      expect(config.node).toMatchObject({
        otherSigners: ['http://10.0.0.8:9000'],
        signerTls: {ca: null, cert: `${dir}/c.pem`, key: `${dir}/c.key`, serverName: 'signer.example'},
      });
      expect(found.map(({path}) => path)).toContain('node.signer_tls');
    });
    expect(lines(goodFile({node: '  signer_tls: {cert: ./c.pem}\n'})).join()).toContain(
      'node.signer_tls.key  is missing, and node.signer_tls.cert needs it',
    );
  });

  it('warns of an outer URL on this machine', () => {
    expect(warnings(`network: mainnet\n${goodFile()}`)).toContain('LOOPBACK_PEER net.outer_url');
  });

  it('warns of a proxy that cannot be used, without its value', () => {
    const [warning] = load(goodFile(), {
      HTTPS_PROXY: 'http://p:3128',
      ALL_PROXY: 'socks5://s3cret@p',
    }).warnings;
    expect(warning).toMatchObject({code: 'PROXY_UNUSABLE', path: 'ALL_PROXY'});
    expect(warning?.message).not.toContain('s3cret');
  });

  it('warns when workers elsewhere would be turned away', () => {
    const text = goodFile().replace('http://127.0.0.1:21001/api/opml_callback', 'http://10.0.0.1:21001');
    expect(warnings(text)).toEqual(['CALLBACK_UNREACHABLE net.callback_url']);
    expect(warnings(`${text}workers: {callback_listen: 10.0.0.1:21002}\n`)).toEqual([]);
  });
});

describe('warnings', () => {
  it('names the key that was meant', () => {
    const text = goodFile({
      node: '  clockid: 1\n  hartbeat_interval: 1\n',
      more: 'dispatcher_url: h:1\nlogs: {format: json}\nnobody_knows_this: 1\nworkers: {opml: {urll: x}}\n"node.node_id": 1\n',
    });
    expect(load(text).warnings.map(({message}) => message)).toMatchInlineSnapshot(`
      [
        "config.yaml:11:3  node.clockid is not a known key; did you mean node.clock_id? It is ignored",
        "config.yaml:12:3  node.hartbeat_interval is not a known key; did you mean node.heartbeat_interval? It is ignored",
        "config.yaml:17:1  dispatcher_url is not a known key; did you mean net.dispatcher_url? It is ignored",
        "config.yaml:18:1  logs is not a known key; did you mean log? It is ignored",
        "config.yaml:19:1  nobody_knows_this is not a known key; it is ignored",
        "config.yaml:20:18  workers.opml.urll is not a known key; did you mean workers.opml.url? It is ignored",
        "config.yaml:21:1  node.node_id is not a known key; it is ignored",
      ]
    `);
  });

  it('bounds the warnings of a file full of unknown keys', () => {
    const more = Array.from({length: 5000}, (_, index) => `unknown_${index}: 1\n`).join('');
    const {warnings} = load(goodFile({more}));
    expect(warnings).toHaveLength(51);
    expect(warnings.at(-1)?.message).toBe('4950 more unknown keys are ignored');
  });

  it('names the variable that was meant', () => {
    expect(
      warnings(goodFile(), {
        AOS_NODEID: '1',
        AOS_HOME: '/tmp/x',
        AOS_CONFIG: 'config.yaml',
        AOS_SOMETHING: '1',
      }),
    ).toEqual(['UNKNOWN_VARIABLE AOS_NODEID']);
  });

  it('warns of a variable without its section, and of none that could mean two', () => {
    expect(
      warnings(goodFile(), {AOS_DISPATCHER_URL: '127.0.0.1:2', AOS_URL: 'x', AOS_TOOL_THING: '1'}),
    ).toEqual(['UNKNOWN_VARIABLE AOS_DISPATCHER_URL']);
  });

  it('warns when others can read a file with the VRF seed', () => {
    withConfig(goodFile({node: `  vrf_key: ${RAW_KEY}\n`}), (source, dir) => {
      const codes = () => loadConfig(source, {need: 'run'}).warnings.map(({code}) => code);
      expect(codes()).toEqual(['INLINE_VRF_KEY']);
      chmodSync(join(dir, 'config.yaml'), 0o644);
      expect(codes()).toEqual(['INLINE_VRF_KEY', 'FILE_READABLE']);
    });
  });

  it('refuses to demand signatures of nobody: require without dispatcher_address', () => {
    const withPolicy = (policy: string, node = ''): string =>
      goodFile({node}).replace('net:\n', `net:\n  verify_dispatcher: ${policy}\n`);
    const [line = '', ...others] = lines(withPolicy('require'));
    expect(others).toEqual([]);
    expect(line).toMatch(
      /^config\.yaml:2:22 {2}net\.verify_dispatcher {2}is require, but node\.dispatcher_address is missing, expected /,
    );
    const known = load(withPolicy('require', `  dispatcher_address: "${DISPATCHER}"\n`));
    expect(known.config.net.verifyDispatcher).toBe('require');
    expect(load(withPolicy('when-signed')).config.node.dispatcherAddress).toBeNull();
    // Checking the signer needs no dispatcher.
    withConfig(withPolicy('require'), (source) => loadConfig(source, {need: 'signer'}));
  });

  it('refuses a retention that loses evidence', () => {
    expect(lines(goodFile({more: 'store: {retention: 3d}\n'}))[0]).toContain(
      'store.retention  is shorter than policy.checkpoint_period and policy.challenge_period together',
    );
    expect(
      load(goodFile({more: 'store: {retention: 3d}\npolicy: {challenge_period: 1d}\n'})).config.store
        .retentionMs,
    ).toBe(259_200_000);
  });
});
