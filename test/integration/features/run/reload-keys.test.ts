import {createHash} from 'node:crypto';
import {isDeepStrictEqual} from 'node:util';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';
import {parseDocument, stringify} from 'yaml';
import {MAPS} from '../../../../src/lib/config/maps.ts';
import {ALL_FIELDS} from '../../../../src/lib/config/schema.ts';
import type {ReloadResult} from '../../../../src/lib/features/run/reload.ts';
import {enclave} from '../../../support/attestations.ts';
import {reloading, type Reloading} from '../../../support/reload.ts';

const HASH = 'ab'.repeat(32);
const PCR = 'cd'.repeat(48);
const ADDRESS = '0x1DdBd306eFFbb5FF29E41398A6a1198Ee6Fb51ce';

/** A configuration in which nearly every key may stand. */
const BASE = `network: mainnet
node: {node_id: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", signer_key: http://127.0.0.1:9000, vrf_key_file: ./vrf.key, signer_tls: {cert: ./c, key: ./k}}
net: {dispatcher_url: 127.0.0.1:8081, rest_url: 127.0.0.1:21009}
chain: {chain_rpc_url: https://one.example.net, chain_id: 1, vrf_range_contract: "0x27e4384ecc11810c2F49914390052b22c4e3CcC0"}
workers:
  opml: {url: "http://127.0.0.1:1235", engine: openai, api: completions, models: {one: two}, second: "http://10.0.0.9:1234"}
  tee: {url: "http://127.0.0.1:3005", root: ./root.der, pcrs: {0: [${PCR}]}}
  zkml: {url: "http://127.0.0.1:3725", second: "http://10.0.0.9:3721", known_good: {model: one, proof_path: "http://a.example.org/x"}, models: {mean: {vk: /vk, vk_sha256: ${HASH}}}}
alerts:
  slack: {url_file: ./a}
  discord: {url_file: ./a}
  telegram: {token_file: ./a, chat_id: "1"}
  email: {server: "smtp://mail.example.com:25", user: a, password_file: ./a, from: a@example.com, to: [b@example.com]}
  pagerduty: {key_file: ./a}
  watchdog: {url_file: ./a}
  webhook_url: https://hooks.example.com/x
`;

/** Another value than that of BASE or the default, where the example of the schema is that, or does not fit. */
const OTHER: Readonly<Record<string, unknown>> = {
  'node.node_id': '0x27e4384ecc11810c2F49914390052b22c4e3CcC0',
  'node.signer_key': 'http://127.0.0.1:9009',
  'node.vrf_key_file': './other.key',
  'node.vrf_key': createHash('sha256').update('another seed of this test').digest('hex'),
  'node.heartbeat_interval': '11s',
  'node.shutdown_grace': '31s',
  'net.worker_url': 'http://127.0.0.1:1239',
  'net.dispatcher_url': '127.0.0.1:8089',
  'net.verify_dispatcher': 'off',
  'chain.vrf_sort_precision': 7,
  'chain.range_refresh': '61s',
  'policy.offline_grace': '2h',
  'policy.penalty': '0.2',
  'policy.checkpoint_period': '31m',
  'policy.challenge_period': '3h',
  'store.retention': '5d',
  ...Object.fromEntries(
    ['opml', 'tee', 'zkml'].flatMap((kind): [string, unknown][] => [
      [`workers.${kind}.ready_timeout`, '11m'],
      [`workers.${kind}.answer_timeout`, '11m'],
      [`workers.${kind}.attempts`, 4],
      [`workers.${kind}.deadline`, '111m'],
      [`workers.${kind}.on_failure`, 'empty'],
      [`workers.${kind}.sample`, 0.5],
    ]),
  ),
  'workers.opml.engine': 'published',
  'workers.opml.seed': 1,
  'workers.opml.temperature': 1,
  'workers.opml.top_p': 0.5,
  'workers.opml.max_tokens': 5,
  'workers.tee.callback_port': 4000,
  'workers.tee.verify': 'record',
  'workers.tee.root': './other.der',
  'workers.zkml.verify': 'engine',
  'workers.zkml.repeated_proofs': 'allow',
  'workers.zkml.models': {dense: {vk: '/d', vk_sha256: HASH}},
  'log.level': 'debug',
  'alerts.telegram.api_url': 'https://telegram.example.org',
  'alerts.delay': '31s',
  'alerts.watchdog.interval': '2m',
  'chain.contracts.registry': ADDRESS,
  'chain.vrf_range_contract': ADDRESS,
  'chain.contracts.slashers': [ADDRESS],
};

/** Keys that may not be beside another one, and that one. */
const ALONE: Readonly<Record<string, string>> = {
  'node.vrf_key': 'node.vrf_key_file',
  'net.worker_url': 'workers.opml.url',
  'workers.opml.urls': 'workers.opml.url',
  'workers.tee.urls': 'workers.tee.url',
  'workers.zkml.urls': 'workers.zkml.url',
  'workers.opml.engine': 'workers.opml.second',
};

/** Each of these needs a restart, which a reload says. A new key has to be here, or be taken over. */
const AFTER_RESTART = [
  ...['version', 'network', 'node.', 'net.', 'chain.', 'policy.', 'store.'],
  ...['workers.callback_listen', 'workers.tee.callback_port', 'alerts.no_job_after'],
];
/** The network with its chain, and the kinds of worker, are tried in other tests of reloads. */
const NOT_HERE = [
  ...['version', 'network', 'chain.chain_id', 'node.node_type'],
  // No configuration with them is valid.
  ...['workers.tee.second', 'workers.tee.sample'],
];
const LIVE_AMONG_THEM = ['chain.chain_rpc_url', 'chain.rpc_urls', 'net.worker_url'];

const isAfterRestart = (path: string): boolean =>
  !LIVE_AMONG_THEM.includes(path) &&
  AFTER_RESTART.some((begin) => path === begin || (begin.endsWith('.') && path.startsWith(begin)));

let operator: Reloading;
beforeAll(async () => {
  const [one, other] = await Promise.all([enclave(), enclave()]);
  const rootOf = ({authority}: typeof one): Uint8Array => authority.bundle[0] ?? new Uint8Array();
  operator = reloading(BASE, {'root.der': rootOf(one), 'other.der': rootOf(other)});
});
afterAll(() => operator[Symbol.dispose]());

const KEYS = [...ALL_FIELDS.filter(({kind}) => kind !== 'unused'), ...MAPS]
  .map(({path}) => path)
  .filter((path) => !NOT_HERE.includes(path));
const EXAMPLES = new Map(ALL_FIELDS.map(({path, example}) => [path, example]));
/** Of these one alone may change: what becomes of each is looked at one by one. */
const ONE_BY_ONE = KEYS.filter((path) => path.startsWith('workers.') || path in ALONE);

function exampleOf(path: string): unknown {
  const example = EXAMPLES.get(path) ?? '';
  return example.startsWith('0x') ? example : parseDocument(example).toJS();
}

function changed(...paths: readonly string[]): string {
  const document = parseDocument(BASE);
  for (const path of paths) {
    const other = path in OTHER ? OTHER[path] : exampleOf(path);
    if (path in ALONE) document.deleteIn((ALONE[path] ?? '').split('.'));
    document.setIn(path.split('.'), other);
  }
  return stringify(document.toJS());
}

function reloaded(...paths: readonly string[]): {result: ReloadResult; isOther: boolean} {
  const {config, taken} = operator;
  const result = operator.reload(changed(...paths));
  if (result instanceof Error) throw result;
  return {
    result: result as ReloadResult,
    isOther: !isDeepStrictEqual(shown(taken.at(-1) ?? config), shown(config)),
  };
}

describe('a key of the configuration', () => {
  it('needs a restart, which a reload says', () => {
    const paths = KEYS.filter((path) => isAfterRestart(path) && !ONE_BY_ONE.includes(path)).sort();
    expect(reloaded(...paths).result).toMatchObject({applied: [], needRestart: paths});
  });

  it('or is taken over, of alerts, the chain and the log', () => {
    const paths = KEYS.filter((path) => !isAfterRestart(path) && !ONE_BY_ONE.includes(path)).sort();
    expect(reloaded(...paths)).toMatchObject({result: {applied: paths, needRestart: []}, isOther: true});
    operator.reload(BASE);
  });

  it.each(ONE_BY_ONE)('%s is one or the other, and what is taken over is another configuration', (path) => {
    const {result, isOther} = reloaded(path);
    operator.reload(BASE);
    const gone = ALONE[path];
    const paths = [path, ...(gone === undefined ? [] : [gone])].sort();
    if (isAfterRestart(path)) expect(result).toMatchObject({applied: [], needRestart: paths});
    else expect({...result, isOther}).toMatchObject({applied: paths, needRestart: [], isOther: true});
  });
});

/** Functions hide secrets, and are never equal. */
function shown(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_key, member: unknown) => {
      if (member instanceof Map) return [...member];
      if (typeof member === 'bigint') return String(member);
      return typeof member === 'function' ? String((member as () => unknown)()) : member;
    }),
  ) as unknown;
}
