import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {checkConfig, loadConfig} from '../../../src/lib/config/load.ts';
import {listConfig} from '../../../src/lib/config/listing.ts';
import {usableConfig} from '../../../src/lib/config/usable.ts';
import {isAosError} from '../../../src/lib/foundation/errors/error.ts';
import {goodFile, NODE_ID, RAW_KEY, thrown, withConfig} from '../../support/config-file.ts';
import type {ConfigSource} from '../../../src/lib/config/source.ts';

/** The newest file of the reference operator, with the two lines that its newest program reads besides. */
const newest = ({net = '', node = '', top = 'network: hoodi\n'} = {}): string => `${top}db:
  storage_root_path: ./data
  pg_db_url: "postgres://user:pg-secret@0.0.0.0:5432"
  pg_db_name: "operator_db"
  max_connect_pool: 30
  min_connect_pool: 10
  connect_timeout: 30
  acquire_timeout: 60
queue:
  queue_url: "redis://:@127.0.0.1:6379"
  topic: "task"
net:
  rest_url: "0.0.0.0:21001"
  callback_url: "http://127.0.0.1:21001"
  metrics_url: "0.0.0.0:9000"
${net === '' ? '  worker_url: "127.0.0.1:8081"\n' : net}node:
${node === '' ? '  node_type: "opml"\n' : node}  node_id: "${NODE_ID}"
  signer_key: "http://10.0.0.9:9000"
  vrf_key: "${RAW_KEY}"
  cache_msg_maximum: 500
  heartbeat_interval: 10
chain:
  chain_rpc_url: "https://rpc.example.org"
  vrf_range_contract: "0x0C6425A2C1548a69729a491533FF882bd8de5752"
  vrf_sort_precision: 6
api:
  read_maximum: 20
dispatcher:
  dispatcher_url: "127.0.0.1:8082"
  dispatcher_address: "0x95E5AF9405Ed18094baEb3911a5fD90Ea2be032C"
`;

const load = (text: string, env: ConfigSource['env'] = {}) =>
  withConfig(text, (source) => loadConfig(source, {need: 'run'}), env);
const check = (text: string, env: ConfigSource['env'] = {}) =>
  withConfig(text, (source) => checkConfig(source, {need: 'run'}), env);
const problems = (text: string, env: ConfigSource['env'] = {}): string[] =>
  check(text, env).problems.map(({path, got}) => `${path} ${got}`);

describe('the newest file of the reference operator', () => {
  it('is a configuration', () => {
    const {config, warnings} = load(newest());
    expect(config).toMatchObject({
      network: 'hoodi',
      node: {id: NODE_ID, dispatcherAddress: '0x95E5AF9405Ed18094baEb3911a5fD90Ea2be032C'},
      net: {dispatcherUrl: 'ws://127.0.0.1:8082/ws', callbackUrl: 'http://127.0.0.1:21001'},
      workers: {kinds: {opml: {urls: ['http://127.0.0.1:8081']}}},
    });
    expect(warnings.map(({code, path}) => `${code} ${path}`)).toEqual([
      'SECTION_UNUSED db',
      'SECTION_UNUSED queue',
      'INLINE_VRF_KEY node.vrf_key',
      'METRICS_OPEN net.metrics_url',
      'LOOPBACK_PEER net.dispatcher_url',
    ]);
    expect(check(newest()).startProblems).toEqual([]);
  });

  it('has no key that aos does not know', () =>
    withConfig(newest(), (source) => {
      const {unused, values} = listConfig(source);
      expect(unused.map(({path}) => path).filter((path) => !/^(db|queue|api)\./.test(path))).toEqual([
        'node.cache_msg_maximum',
      ]);
      expect(values.find(({path}) => path === 'workers.opml.url')).toMatchObject({
        value: '127.0.0.1:8081',
        from: 'file',
      });
      expect(usableConfig(source).workers).toEqual([
        {kind: 'opml', urls: ['http://127.0.0.1:8081'], second: null},
      ]);
    }));

  it.each([
    ['http://10.0.0.7:1234', 'http://10.0.0.7:1234'],
    ['https://worker.example.org/opml/', 'https://worker.example.org/opml'],
    ['opml-worker:1234', 'http://opml-worker:1234'],
    ['[::1]:1234', 'http://[::1]:1234'],
  ])('takes the address of a worker with or without a scheme: %s', (text, url) => {
    expect(load(newest({net: `  worker_url: "${text}"\n`})).config.workers.kinds.opml?.urls).toEqual([url]);
  });

  it.each(['worker', 'ftp://h:1', 'http://u:p@h:1', 'h:0'])('refuses %s once, at its own key', (text) => {
    expect(problems(newest({net: `  worker_url: "${text}"\n`}))).toEqual([
      expect.stringMatching(/^net\.worker_url /),
    ]);
  });

  it('names the key that is empty, and a section of the wrong shape once', () => {
    const empty = newest().replace('dispatcher_url: "127.0.0.1:8082"', 'dispatcher_url:');
    expect(check(empty).problems).toMatchObject([{path: 'net.dispatcher_url', got: 'is missing', line: 32}]);
    const flat = newest().replace(/dispatcher:\n.*\n.*\n$/, 'dispatcher: 127.0.0.1:8082\n');
    expect(problems(flat)).toEqual(['dispatcher is a single value']);
  });

  it('may say the same in both of its forms, and nothing else', () => {
    const both = (url: string) => newest({net: `  worker_url: h:1\n  dispatcher_url: "${url}"\n`});
    expect(problems(both('ws://127.0.0.1:8082/ws'))).toEqual([]);
    expect(problems(both('127.0.0.1:1'))).toEqual([
      'net.dispatcher_url is given twice with different values, here and at config.yaml:33:19',
    ]);
  });
});

describe('net.worker_url', () => {
  const worker = (text: string, more: string, env: ConfigSource['env'] = {}) =>
    check(goodFile({more}).replace('  rest_url:', `  worker_url: ${text}\n  rest_url:`), env);

  it.each([
    ['the same', 'workers: {opml: {url: "http://h:1"}}\n', []],
    [
      'another',
      'workers: {opml: {url: h:2}}\n',
      ['net.worker_url is given together with workers.opml.url at'],
    ],
    [
      'a list',
      'workers: {opml: {urls: [h:1]}}\n',
      ['net.worker_url is given together with workers.opml.urls at'],
    ],
    ['another kind', 'workers: {tee: {url: h:2}}\n', []],
  ])('beside %s in the file', (_, more, expected) => {
    const found = worker('h:1', more).problems.map(({path, got}) => `${path} ${got}`);
    expect(found).toEqual(expected.map((text) => expect.stringContaining(text) as string));
  });

  it('gives way to a stronger source, and outranks a weaker one', () => {
    const strong = worker('h:1', '', {AOS_WORKERS_OPML_URL: 'h:2'});
    expect(strong.run?.workers.kinds.opml?.urls).toEqual(['http://h:2']);
    const weak = withConfig(
      goodFile({more: 'workers: {opml: {url: h:1}}\n'}),
      (source) => checkConfig(source, {need: 'run'}),
      {AOS_NET_WORKER_URL: 'h:3'},
    );
    expect(weak.run?.workers.kinds.opml?.urls).toEqual(['http://h:3']);
  });

  it('is the address of one kind, whatever node_type says', () => {
    const type = fc.constantFrom('opml', 'tee', 'zkml', 'OPML', 'gpu', '1', '');
    fc.assert(
      fc.property(type, (text) => {
        const node = text === '' ? '' : `  node_type: "${text}"\n`;
        const {workers} = withConfig(
          goodFile({node}).replace('  rest_url:', '  worker_url: h:1\n  rest_url:'),
          usableConfig,
        );
        const kind = ['tee', 'zkml'].includes(text) ? text : 'opml';
        expect(workers).toEqual([{kind, urls: ['http://h:1'], second: null}]);
      }),
      {numRuns: 20},
    );
  });
});

describe('a node type that is not among the workers', () => {
  it.each([
    [
      'node_type beside others',
      '  node_type: tee\n',
      'workers: {opml: }\n',
      'node.node_type is tee, but the workers are opml',
    ],
    [
      'node_type OPML, only tee',
      '  node_type: OPML\n',
      'workers: {tee: , zkml: }\n',
      'node.node_type is opml, but the workers are tee and zkml',
    ],
  ])('does not start: %s', (_, node, more, said) => {
    const {startProblems, problems: others, run} = check(goodFile({node, more}));
    expect(startProblems.map(({path, got}) => `${path} ${got}`)).toEqual([expect.stringContaining(said)]);
    // It can still leave the network.
    expect(others).toEqual([]);
    expect(run).not.toBeNull();
    expect(withConfig(goodFile({node, more}), usableConfig).problems).toHaveLength(1);
  });

  it.each([
    ['', ''],
    ['  node_type: gpu\n', ''],
    ['  node_type: tee\n', ''],
    ['', 'workers: {zkml: }\n'],
    ['  node_type: opml\n', 'workers: {opml: , tee: }\n'],
    ['  node_type: tee\n', 'workers: {opml: , tee: }\n'],
  ])('starts: %j %j', (node, more) => {
    expect(check(goodFile({node, more})).startProblems).toEqual([]);
  });
});

describe('the version of a file', () => {
  it('is taken where aos knows it', () => {
    expect(problems(`version: 1\n${goodFile()}`)).toEqual([]);
    expect(problems(goodFile(), {AOS_VERSION: '7.1'})).toEqual([]);
  });

  it('refuses a file of a later aos, and says nothing else of it', () => {
    const {problems: found} = check(
      `version: 2\n${goodFile().replace(/ {2}dispatcher_url.*\n/, '  hub: x\n')}`,
    );
    expect(found).toMatchObject([
      {path: 'version', line: 1, got: '"2" is of a later aos, which may give a key another meaning'},
    ]);
    for (const text of ['0', 'x', '[1]', '1.5', '-1'])
      expect(problems(`version: ${text}\n${goodFile()}`)).toHaveLength(1);
  });
});

it('says of an operator.yaml of the EigenLayer command line what it is', () => {
  const text = `operator:\n  address: ${NODE_ID}\neth_rpc_url: https://rpc.example.org\nsigner_type: web3\nchain_id: 1\n`;
  const error = withConfig(text, (source) => thrown(() => loadConfig(source, {need: 'run'})));
  if (!isAosError(error, 'CONFIG_INVALID')) throw error;
  expect(error.next).toMatchObject({run: {command: 'init', args: ['--from', 'config.yaml']}});
  expect(withConfig(text, usableConfig).error).toMatchObject({code: 'CONFIG_INVALID'});
});
