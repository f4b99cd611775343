import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it, onTestFinished, vi} from 'vitest';
import type {OpmlFaults} from '../../../../src/devnet/worker/faults.ts';
import {startOpmlWorker, type OpmlWorker} from '../../../../src/devnet/worker/opml-worker.ts';
import {controlDirs, controlFile} from '../../../../src/lib/config/control-paths.ts';
import {loadConfig} from '../../../../src/lib/config/load.ts';
import {checkNodeWorkers, type WorkerCheckReport} from '../../../../src/lib/features/worker/check.ts';
import {workerCheckText} from '../../../../src/lib/features/worker/text.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import type {CarryOut} from '../../../../src/lib/node/control/reader.ts';
import {startControl} from '../../../../src/lib/node/control/server.ts';
import {NODE_ID} from '../../../support/config-file.ts';
import {instantLlm} from '../../../support/instant-llm.ts';
import {listStyle} from '../../../support/list-style.ts';
import {freePort} from '../../../support/signer.ts';
import {testTee, type TeeFault} from '../../../support/tee-worker.ts';
import {KNOWN_GOOD, testZkml, type ZkmlFault} from '../../../support/zkml-worker.ts';
import {PATIENT} from '../../../support/patient.ts';

const never = new AbortController().signal;
const QUESTION = {model: 'llama', prompt: 'What is AI?'};

async function worker(manner: 'friendly' | 'published', faults: OpmlFaults = {}): Promise<OpmlWorker> {
  const started = await startOpmlWorker({
    host: '127.0.0.1',
    port: 0,
    manner,
    maxTokens: 4,
    faults,
    llm: instantLlm(),
  });
  onTestFinished(() => started.close());
  return started;
}

/** A node with these opml workers, on this machine. */
function node(urls: readonly string[], more = '') {
  const listed = urls.map((url) => `"${url}"`).join(', ');
  return nodeWith(`{opml: {urls: [${listed}], answer_timeout: 2s${more}}}`);
}

/** @param workers the section, in one line of YAML */
async function nodeWith(workers: string) {
  const dir = mkdtempSync(join(tmpdir(), 'aos-node-'));
  onTestFinished(() => rmSync(dir, {recursive: true, force: true}));
  writeFileSync(join(dir, 'vrf.key'), `${'5c'.repeat(32)}\n`, {mode: 0o600});
  const at = `127.0.0.1:${await freePort()}`;
  const text = `network: devnet
node: {node_id: "${NODE_ID}", signer_key: "http://127.0.0.1:1", vrf_key_file: vrf.key}
net: {rest_url: "${at}", dispatcher_url: "127.0.0.1:1"}
chain: {chain_rpc_url: "http://127.0.0.1:1", vrf_range_contract: "0x27e4384ecc11810c2F49914390052b22c4e3CcC0"}
workers: ${workers}
`;
  writeFileSync(join(dir, 'config.yaml'), text, {mode: 0o600});
  const env = {HOME: dir, AOS_HOME: join(dir, 'home')};
  const {config} = loadConfig({file: 'config.yaml', cwd: dir, env}, {need: 'run'});
  const place = {env, cwd: dir, uid: process.getuid!()};
  const check = (kind?: string): Promise<WorkerCheckReport> =>
    checkNodeWorkers({config, kind, question: QUESTION, place, time: systemTime, signal: never});
  return {config, check, place};
}

const statesOf = ({workers}: WorkerCheckReport): string[] =>
  workers.flatMap(({checks}) => checks.map(({id, state}) => `${id} ${state}`));

describe('aos worker check of the other kinds', () => {
  async function tee(fault: TeeFault) {
    const port = await freePort();
    const one = await testTee(port, systemTime);
    one.fault = fault;
    const section = `{tee: {url: "${one.url}", callback_port: ${port}, answer_timeout: 2s}}`;
    return {one, ...(await nodeWith(section))};
  }

  it.each<[TeeFault, string[], string]>([
    [null, ['status ok', 'request ok', 'answer ok'], 'ok'],
    ['none', ['status ok', 'request fail', 'answer skipped'], 'fail'],
    ['no-base64', ['status ok', 'request ok', 'answer fail'], 'fail'],
    ['busy', ['status pending', 'request pending', 'answer skipped'], 'warn'],
  ])('tee with %s', async (fault, states, verdict) => {
    const {check} = await tee(fault);
    const report = await check();
    expect([statesOf(report), report.verdict]).toEqual([states, verdict]);
    if (fault === null) expect(workerCheckText(report, listStyle())).toContain('attestation: hEShATgioAEC');
    if (fault === 'none') expect(workerCheckText(report, listStyle())).toContain('Restart the tee worker');
  });

  const good = `known_good: {model: ${KNOWN_GOOD.model}, proof_path: "${KNOWN_GOOD.proofPath}"}`;

  it.each<[ZkmlFault, string, string[], string]>([
    [null, `, ${good}`, ['status ok', 'request ok', 'answer ok'], 'ok'],
    [null, '', ['status ok', 'request warn', 'answer skipped'], 'warn'],
    ['no-srs', `, ${good}`, ['status ok', 'request fail', 'answer skipped'], 'fail'],
    ['no-model', `, ${good}`, ['status ok', 'request fail', 'answer skipped'], 'fail'],
  ])('zkml with %s%s', async (fault, more, states, verdict) => {
    const one = await testZkml(systemTime);
    one.fault = fault;
    const {check} = await nodeWith(`{zkml: {url: "${one.url}"${more}}}`);
    const report = await check('zkml');
    expect([statesOf(report), report.verdict]).toEqual([states, verdict]);
    if (fault === null && more !== '') expect(report.workers[0]?.answer?.text).toBe('true');
    if (fault === 'no-srs') expect(workerCheckText(report, listStyle())).toContain('SRS');
  });
});

describe('aos worker check without an operator', () => {
  it.each([
    ['friendly', 'GET', null],
    ['published', 'POST', expect.any(String) as string],
  ] as const)('asks a %s worker one question', async (manner, method, nodeId) => {
    const one = await worker(manner);
    const {check} = await node([one.url], ', concurrency: 4');
    const report = await check();
    expect(report).toMatchObject({
      verdict: 'ok',
      askedBy: 'command',
      workers: [{kind: 'opml', url: one.url, method, places: method === 'POST' ? 1 : 4, nodeId, open: 0}],
    });
    expect(statesOf(report)).toEqual(['status ok', 'request ok', 'answer ok']);
    expect(report.workers[0]?.answer?.characters).toBeGreaterThan(0);
    await vi.waitFor(() => expect(one.stats()).toMatchObject({asked: 1, delivered: 1}), PATIENT);
  });

  it('says which of several is not well', async () => {
    const [good, silent] = [await worker('published'), await worker('published', {never: true})];
    const away = `http://127.0.0.1:${await freePort()}`;
    const {check} = await node([good.url, silent.url, away]);
    const report = await check('opml');
    expect(report.verdict).toBe('fail');
    expect(statesOf(report)).toEqual([
      'status ok',
      'request ok',
      'answer ok',
      'status ok',
      'request ok',
      'answer fail',
      'status fail',
      'request skipped',
      'answer skipped',
    ]);
    expect(report.workers[1]?.checks[2]?.found).toContain('no answer within 2 s (WORKER_TIMEOUT)');
    const text = workerCheckText(report, listStyle());
    expect(text).toContain(`opml worker at ${good.url}`);
    expect(text).toMatch(/Problems found: 2 failed/);
  });

  it.each<[string, OpmlFaults, string[], string]>([
    ['is busy', {busy: 400}, ['status ok', 'request pending', 'answer skipped'], 'warn'],
    ['refuses', {refuse: true}, ['status ok', 'request fail', 'answer skipped'], 'fail'],
    ['answers nothing', {emptyAnswer: true}, ['status ok', 'request ok', 'answer fail'], 'fail'],
    ['answers too much', {hugeAnswer: true}, ['status ok', 'request ok', 'answer fail'], 'fail'],
    ['answers before it replies', {early: true}, ['status ok', 'request ok', 'answer ok'], 'ok'],
    ['ends over it', {restarts: true}, ['status ok', 'request ok', 'answer fail'], 'fail'],
  ])('of a worker that %s', async (_name, faults, states, verdict) => {
    const one = await worker('published', faults);
    const {check} = await node([one.url]);
    const report = await check();
    expect([statesOf(report), report.verdict]).toEqual([states, verdict]);
  });

  it('needs the port that answers come to, and a kind that the node runs', async () => {
    const one = await worker('published');
    const {check, config} = await node([one.url]);
    await expect(check('tee')).rejects.toMatchObject({code: 'USAGE'});
    const other = await startOpmlWorker({
      llm: instantLlm(),
      host: '127.0.0.1',
      port: config.net.listen.port,
    });
    onTestFinished(() => other.close());
    await expect(check()).rejects.toMatchObject({code: 'PORT_IN_USE'});
    expect(one.stats().asked).toBe(0);
  });
});

describe('aos worker check while an operator runs', () => {
  async function operator(
    place: Awaited<ReturnType<typeof node>>['place'],
    carryOut: CarryOut,
  ): Promise<void> {
    const [dir = ''] = controlDirs(place.env, place.uid);
    const control = await startControl({
      dir,
      file: controlFile('devnet', NODE_ID),
      hello: {version: '0.1.0', nodeId: NODE_ID, network: 'devnet', host: 'here', pid: 1},
      time: systemTime,
      carryOut,
    });
    onTestFinished(() => control.close());
  }

  it('has it ask', async () => {
    const {check, place} = await node(['http://127.0.0.1:1']);
    const asked: unknown[] = [];
    await operator(place, (command, args) => {
      asked.push([command, args]);
      return Promise.resolve([
        {
          kind: 'opml',
          url: 'http://127.0.0.1:1',
          method: 'POST',
          nodeId: 'n',
          places: 1,
          open: 1,
          checks: [{id: 'status', state: 'warn', found: 'odd', next: {say: 'Look.'}, ms: 3}],
          answer: null,
        },
      ]);
    });
    const report = await check();
    expect(report).toMatchObject({
      verdict: 'warn',
      askedBy: 'operator',
      workers: [{open: 1, checks: [{found: 'odd', next: {say: 'Look.'}}]}],
    });
    expect(asked).toEqual([['worker-check', {kind: 'opml', ...QUESTION}]]);
  });

  it('says so when it is of another version', async () => {
    const {check, place} = await node(['http://127.0.0.1:1']);
    await operator(place, () => Promise.resolve([{kind: 'gpu'}]));
    await expect(check()).rejects.toMatchObject({code: 'CONTROL_BROKEN'});
  });
});
