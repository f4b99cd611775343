import {setImmediate as turn} from 'node:timers/promises';
import {describe, expect, it} from 'vitest';
import {createLiveWorkers} from '../../../../src/lib/features/run/live-parts.ts';
import type {Workers} from '../../../../src/lib/peers/worker/workers.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {enclave} from '../../../support/attestations.ts';
import {reloadOf} from '../../../support/reload.ts';

const TEXT = `network: mainnet
node:
  node_id: "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
  signer_key: http://127.0.0.1:9000
  vrf_key_file: ./vrf.key
net:
  dispatcher_url: 127.0.0.1:8081
chain:
  chain_rpc_url: https://one.example.org
  vrf_range_contract: "0x27e4384ecc11810c2F49914390052b22c4e3CcC0"
workers:
  opml:
    url: http://127.0.0.1:1234
    concurrency: 1
alerts:
  delay: 30s
`;

/** An operator that was started with TEXT, and what a reload of another text does to it. */
const reloaded = (text: string, byFlag: readonly string[] = [], before = TEXT) =>
  reloadOf({text, byFlag, before});

describe('a reload', () => {
  it('takes over workers, RPC endpoints and alerts, and names what needs a restart', () => {
    const {result, taken, events} = reloaded(
      TEXT.replace('one.example', 'two.example')
        .replace(':1234', ':1235')
        .replace('concurrency: 1', 'concurrency: 8')
        .replace('delay: 30s', 'delay: 5s\n  no_job_after: 6h')
        .replace(':8081', ':8082'),
    );
    const applied = ['alerts.delay', 'chain.chain_rpc_url', 'workers.opml.concurrency', 'workers.opml.url'];
    const needRestart = ['alerts.no_job_after', 'net.dispatcher_url'];
    expect(result).toMatchObject({applied, needRestart});
    expect(events).toMatchObject([{type: 'config_reloaded', applied, needRestart}]);
    expect(taken).toMatchObject([
      {
        chain: {rpcUrls: ['https://two.example.org/']},
        workers: {kinds: {opml: {urls: ['http://127.0.0.1:1235'], concurrency: 8}}},
        alerts: {delayMs: 5_000, noJobAfterMs: null},
        net: {dispatcherUrl: 'ws://127.0.0.1:8081/ws'},
      },
    ]);
  });

  it('takes over what answers are checked by, all of it at once', async () => {
    const hash = 'ab'.repeat(32);
    const before = TEXT.replace(
      '  opml:',
      `  zkml:\n    url: http://127.0.0.1:3721\n    models: {mean: {vk: /vk, vk_sha256: ${hash}}}\n  tee: {url: http://127.0.0.1:3000}\n  opml:`,
    );
    const after = before
      .replace(
        'models: {',
        `verify: worker\n    second: http://10.0.0.8:3721\n    models: {dense: {vk: /d, vk_sha256: ${hash}}, `,
      )
      .replace('tee: {', `tee: {callback_port: 4000, pcrs: {0: [${'ab'.repeat(48)}]}, root: ./root.der, `)
      .replace(':3721', ':3722');
    const {authority} = await enclave();
    const {result, taken} = reloadOf({before, text: after, files: {'root.der': authority.bundle[0] ?? ''}});
    expect(result).toMatchObject({
      applied: [
        ...['workers.tee.pcrs.0', 'workers.tee.root', 'workers.zkml.models'],
        ...['workers.zkml.second', 'workers.zkml.url', 'workers.zkml.verify'],
      ],
      needRestart: ['workers.tee.callback_port'],
    });
    const {tee, zkml} = taken[0]?.workers.kinds ?? {};
    expect(tee).toMatchObject({
      callbackPort: 21_001,
      attestation: {verify: 'require', rootFile: expect.stringMatching(/root\.der$/) as string},
    });
    expect(zkml).toMatchObject({proofs: {verify: 'worker'}, second: {url: 'http://10.0.0.8:3721'}});
    expect([...(zkml?.proofs?.models.keys() ?? [])]).toEqual(['dense', 'mean']);
  });

  it('takes over a root whose file was replaced in its place, and refuses one that is none', async () => {
    const before = TEXT.replace('  opml:', `  tee: {url: http://127.0.0.1:3000, root: ./root.der}\n  opml:`);
    const [one, other] = (await Promise.all([enclave(), enclave()])).map(
      ({authority}) => authority.bundle[0],
    );
    const files = {'root.der': one ?? ''};
    const same = {before, text: before, files};
    expect(reloadOf(same).result).toMatchObject({applied: []});
    expect(reloadOf({...same, then: {'root.der': other ?? ''}}).result).toMatchObject({
      applied: ['workers.tee.root'],
    });
    const none = reloadOf({...same, then: {'root.der': 'none'}});
    expect(none.result).toMatchObject({code: 'TEE_ROOT_INVALID'});
    expect(none.taken).toEqual([]);
  });

  it('says remarks about the new configuration that were not made before', () => {
    const odd = TEXT.replace('concurrency: 1', 'concurency: 8');
    expect(reloaded(odd).events).toMatchObject([
      {type: 'warning', code: 'UNKNOWN_KEY'},
      {type: 'config_reloaded', applied: []},
    ]);
    expect(reloaded(odd, [], odd).events).toMatchObject([{type: 'config_reloaded', applied: []}]);
  });

  it('from workers to the engine alone asks the engine from then on', () => {
    const models = `models: {mean: {vk: /vk, vk_sha256: ${'ab'.repeat(32)}}}`;
    const before = TEXT.replace('  opml:', `  zkml: {url: http://127.0.0.1:3721, ${models}}\n  opml:`);
    const {result, taken} = reloaded(before.replace('models:', 'verify: engine, models:'), [], before);
    expect(result).toMatchObject({applied: ['workers.zkml.verify'], needRestart: []});
    expect(taken[0]?.workers.kinds.zkml).toMatchObject({urls: ['engine://zkml'], proofs: {verify: 'engine'}});
  });

  it('keeps the workers as they are where another kind is wanted', () => {
    const {result, taken} = reloaded(
      TEXT.replace('  opml:', '  tee:\n    url: http://127.0.0.1:3000\n  opml:').replace(':1234', ':9'),
    );
    expect(result).toMatchObject({applied: [], needRestart: ['workers.opml.url', 'workers']});
    expect(taken).toEqual([]);
  });

  it.each([
    ['a value that is none', TEXT.replace('concurrency: 1', 'concurrency: many')],
    ['no YAML', `${TEXT}\n  - [`],
    ['no worker of its kind', TEXT.replace('  signer_key', '  node_type: tee\n  signer_key')],
    [
      'a key that documents publish',
      TEXT.replace(
        '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
        '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
      ),
    ],
  ])('of %s changes nothing and says so', (_name, text) => {
    const {result, taken, events} = reloaded(text);
    expect(result).toBeInstanceOf(AosError);
    expect(taken).toEqual([]);
    expect(events).toMatchObject([
      {type: 'warning', message: expect.stringContaining('the old one stays') as string},
    ]);
  });
});

describe('workers that are replaced', () => {
  const pool = (concurrency: number, ready: Workers['ready']): Workers => ({
    ...{
      kind: 'opml',
      concurrency,
      readyTimeoutMs: 1,
      answerTimeoutMs: 1,
      attempts: 1,
      deadlineMs: 1,
      onFailure: 'silent',
    },
    whyUnfit: () => null,
    checkJob: () => null,
    ready,
    check: () => Promise.resolve([]),
    close: () => Promise.resolve(),
  });

  const lane = {} as Awaited<ReturnType<Workers['ready']>>;
  const full: Workers['ready'] = (signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });

  it('give a job that waits for a place to the new ones', async () => {
    const live = createLiveWorkers('opml', () => pool(1, full));
    const waiting = live.facade.ready(new AbortController().signal);
    live.replace(() => pool(8, () => Promise.resolve(lane)));
    expect(await waiting).toBe(lane);
    expect(live.facade.concurrency).toBe(8);
    const stop = new AbortController();
    live.replace(() => pool(2, full));
    const ended = live.facade.ready(stop.signal);
    stop.abort(new Error('stopped'));
    await expect(ended).rejects.toThrow('stopped');
  });

  it('lets any number of jobs wait: more listeners than Node takes for a leak are no warning', async () => {
    const warnings: Error[] = [];
    const hear = (warning: Error): void => void warnings.push(warning);
    process.on('warning', hear);
    const live = createLiveWorkers('opml', () => pool(1, full));
    const waiting = Array.from({length: 20}, () => live.facade.ready(new AbortController().signal));
    live.replace(() => pool(8, () => Promise.resolve(lane)));
    expect(await Promise.all(waiting)).toHaveLength(20);
    await turn(); // Node reports in a later turn
    process.off('warning', hear);
    expect(warnings).toEqual([]);
  });
});
