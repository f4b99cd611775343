import {describe, expect, it, onTestFinished} from 'vitest';
import type {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {ProofChecks, WorkerConfig} from '../../../../src/lib/config/config.ts';
import type {
  DirectReply,
  WatchedWorker,
  Worker,
  WorkerRequest,
} from '../../../../src/lib/node/operator/ports.ts';
import {createWorkers} from '../../../../src/lib/peers/worker/workers.ts';
import {parseJson, type JsonObject} from '../../../../src/lib/protocol/wire/json.ts';
import type {WorkerKind} from '../../../../src/lib/protocol/wire/messages.ts';
import {quietTime} from '../../../support/quiet-time.ts';
import {freePort} from '../../../support/signer.ts';
import {testTee} from '../../../support/tee-worker.ts';
import {KNOWN_GOOD, testZkml, type ZkmlFault} from '../../../support/zkml-worker.ts';

const never = new AbortController().signal;

function paramsOf(text: string): JsonObject {
  return parseJson(Buffer.from(text)).value as JsonObject;
}

function open(
  kind: WorkerKind,
  url: string,
  time: ReturnType<typeof quietTime>,
  change: Partial<WorkerConfig> = {},
) {
  const limits = {
    urls: [url],
    concurrency: 4,
    readyTimeoutMs: 60_000,
    answerTimeoutMs: 600_000,
    attempts: 3,
    deadlineMs: 6_000_000,
    onFailure: 'silent',
  } as const;
  const {proofs} = change;
  const proofEngine = {
    judges: (model: string) => proofs?.models.has(model) ?? false,
    wordOf: () => Promise.reject(new Error('no job of this test asks it')),
  };
  const adapter = createWorkers(kind, {...limits, ...change}, {time, proofEngine});
  onTestFinished(() => adapter.close());
  const worker: Worker & WatchedWorker = adapter;
  const replies: DirectReply[] = [];
  const request = (change: Partial<WorkerRequest> = {}): WorkerRequest => ({
    requestId: 'r1',
    nodeId: '0x0',
    model: 'mean',
    prompt: 'hello',
    params: paramsOf('{"proof_path":"http://proofs/a-good"}'),
    callbackUrl: 'http://127.0.0.1:1',
    replied: (reply) => Promise.resolve(void replies.push(reply)),
    ...change,
  });
  /** Puts a request in a place of its own. @returns 'taken', or the code of the failure */
  const put = async (change: Partial<WorkerRequest> = {}): Promise<string> => {
    try {
      const lane = await time.during(worker.ready(never), 'a place');
      let end: 'untaken' | 'timeout' = 'untaken';
      try {
        await time.during(lane.ask(request(change), never), 'the reply');
        return 'taken';
      } catch (error) {
        if ((error as {code: string}).code === 'WORKER_TIMEOUT') end = 'timeout';
        throw error;
      } finally {
        lane.release(end);
      }
    } catch (error) {
      return (error as {code: string}).code;
    }
  };
  const problem = async () =>
    (await time.during(worker.check(never, 'all'), 'the states'))[0]?.problem ?? null;
  return {worker, put, problem, replies};
}

describe('a tee worker', () => {
  async function rig(change: Partial<WorkerConfig> = {}) {
    const time = quietTime();
    const tee = await testTee(await freePort(), time);
    return {time, tee, ...open('tee', tee.url, time, change)};
  }

  it('gets every member of a question, and whole tokens however the job spells them', async () => {
    const {tee, put} = await rig();
    expect(await put({params: paramsOf('{"temperature":1,"top_p":0.9,"max_tokens":64.0}')})).toBe('taken');
    expect(tee.asked[0]).toEqual({
      request_id: 'r1',
      node_id: '0x0',
      model: 'mean',
      prompt: 'hello',
      prompt_hash: '',
      signature: '',
      params: {temperature: 1, top_p: 0.9, max_tokens: 64},
    });
  });

  it.each([
    '{}',
    '{"max_tokens":"many","top_p":null}',
    '{"max_tokens":-1}',
    '{"max_tokens":1e400}',
    '{"max_tokens":1e9}',
  ])('takes a question of a job with the params %s', async (params) => {
    const {put} = await rig();
    expect(await put({params: paramsOf(params)})).toBe('taken');
  });

  it('gets one at a time, whatever the configuration says', async () => {
    const {tee, worker, time} = await rig();
    await time.during(worker.check(never, 'all'), 'the state');
    expect(await worker.check(never, 'all')).toMatchObject([{places: 1, method: 'GET', problem: null}]);
    expect(tee.asked).toEqual([]);
  });

  it('without an enclave is stuck at its first refusal, and its status does not cure that', async () => {
    const {tee, put, problem} = await rig();
    tee.fault = 'none';
    expect(await put()).toBe('WORKER_STUCK');
    const found = await problem();
    expect(found).toMatchObject({code: 'WORKER_STUCK'});
    expect(JSON.stringify(found?.next)).toContain('Restart the tee worker');
    tee.restart();
    expect(await put()).toBe('taken');
  });

  it('that is full for longer than ready_timeout, with nothing of ours, is stuck until it takes a task again', async () => {
    const {tee, put, problem, time} = await rig();
    tee.fault = 'busy';
    expect(await put()).toBe('WORKER_BUSY');
    await time.during(time.sleep(599_000), 'the time of a request of the run before');
    expect(await put()).toBe('WORKER_BUSY');
    await time.during(time.sleep(62_000), 'the ready timeout');
    expect(await put()).toBe('WORKER_STUCK');
    const first = await problem();
    expect(JSON.stringify(first?.next)).toContain('Restart the tee worker');
    await time.during(time.sleep(300_000), 'five minutes more');
    expect(await put()).toBe('WORKER_STUCK');
    const later = await problem();
    // The words are the same, and how long it lasts is a member of its own.
    expect(later?.message).toBe(first?.message);
    expect(Number(later?.details['refusesForMs'])).toBeGreaterThan(Number(first?.details['refusesForMs']));
    tee.restart();
    await time.during(time.sleep(6_000), 'its rest');
    expect(await problem()).toBeNull();
    expect(await put()).toBe('taken');
  });

  it('whose enclave goes away while it is idle takes one question, and is found stuck after it', async () => {
    const {tee, worker, put, time} = await rig();
    tee.fault = 'gone';
    const lane = await worker.ready(never);
    const request = {requestId: 'r', nodeId: '', model: '', prompt: 'p', params: new Map(), callbackUrl: ''};
    await lane.ask({...request, replied: () => Promise.resolve()}, never);
    lane.lost(never).catch(() => undefined);
    await time.during(time.sleep(70_000), 'more than ready_timeout');
    lane.release('timeout');
    expect(await put()).toBe('WORKER_BUSY');
    await time.during(time.sleep(61_000), 'the ready timeout');
    expect(await put()).toBe('WORKER_STUCK');
    expect(tee.asked).toHaveLength(1);
  });

  it.each<['timeout' | 'lost', number]>([
    ['timeout', 59_000],
    ['lost', 659_000],
  ])('that may work on a question of ours is busy and not stuck: %s', async (end, moreMs) => {
    const {tee, worker, put, problem, time} = await rig();
    expect(await put()).toBe('taken');
    await time.during(time.sleep(2_000), 'its answer');
    tee.workMs = 3_000_000;
    const lane = await worker.ready(never);
    const request = {requestId: 'r', nodeId: '', model: '', prompt: 'p', params: new Map(), callbackUrl: ''};
    await lane.ask({...request, replied: () => Promise.resolve()}, never);
    lane.lost(never).catch(() => undefined);
    await time.during(time.sleep(500_000), 'more than ready_timeout');
    expect(await problem()).toBeNull();
    lane.release(end);
    expect(await put()).toBe('WORKER_BUSY');
    await time.during(time.sleep(moreMs), 'almost ready_timeout');
    expect(await put()).toBe('WORKER_BUSY');
    await time.during(time.sleep(3_000), 'the rest of it');
    expect(await put()).toBe('WORKER_STUCK');
  });

  it.each<[string, string, string]>([
    ['fills 2 MiB', 'x'.repeat(2 * 1024 * 1024 - 300), ''],
    ['is larger', 'x'.repeat(2 * 1024 * 1024), 'larger than the 2 MiB'],
    ['is larger once it is written as JSON', '\u0001'.repeat(400_000), 'larger than the 2 MiB'],
    ['has half a character', 'a \ud83d b', 'half a character'],
    ['has whole characters', 'a \ud83d\ude00 b', ''],
  ])('is asked about a job whose text %s only if it can take it', async (_name, prompt, why) => {
    const {worker} = await rig();
    const unfit = worker.whyUnfit({model: 'm', prompt, params: new Map()}) ?? '';
    expect(unfit).toContain(why);
    expect(unfit === '').toBe(why === '');
  });

  it('that is started anew has lost its task: it is idle', async () => {
    const {tee, worker, time} = await rig();
    tee.workMs = 300_000;
    const lane = await worker.ready(never);
    const request = {requestId: 'r', nodeId: '', model: '', prompt: 'p', params: new Map(), callbackUrl: ''};
    await lane.ask({...request, replied: () => Promise.resolve()}, never);
    tee.restart();
    const lost = time.during(lane.lost(never), 'the loss', 10_000);
    const error = (await lost.catch((caught: unknown) => caught)) as AosError;
    expect(error).toMatchObject({code: 'WORKER_LOST'});
    expect(JSON.stringify(error.next)).toContain('workers.tee.callback_port');
    lane.release('lost');
  });
});

describe('a zkml worker', () => {
  const aRequest = (proof: string) => ({
    requestId: 'r1',
    nodeId: '0x0',
    model: 'mean',
    prompt: '',
    params: paramsOf(JSON.stringify({proof_path: proof})),
    callbackUrl: '',
  });

  async function rig(change: Partial<WorkerConfig> = {knownGood: KNOWN_GOOD}) {
    const time = quietTime();
    const zkml = await testZkml(time);
    return {time, zkml, ...open('zkml', zkml.url, time, change)};
  }

  it('is asked with these three members, and its word is the answer', async () => {
    const {zkml, put, replies} = await rig();
    expect(await put()).toBe('taken');
    expect(zkml.asked).toEqual([{model: 'mean', req_id: 'r1', proof_path: 'http://proofs/a-good'}]);
    expect(replies).toEqual([{body: '{"req_id":"r1","code":200,"result":"true"}', doubt: null}]);
  });

  const bad = {params: paramsOf('{"proof_path":"http://proofs/wrong"}')};

  it('says false of a wrong proof, which counts because the known-good proof is true right after it', async () => {
    const {zkml, put, replies} = await rig();
    expect(await put(bad)).toBe('taken');
    expect(zkml.asked.map(({proof_path}) => proof_path)).toEqual([
      'http://proofs/wrong',
      KNOWN_GOOD.proofPath,
    ]);
    expect(replies).toMatchObject([{doubt: null}]);
  });

  it('without its SRS says false to both: nothing of it counts until the known-good proof is true again', async () => {
    const {zkml, put, replies, problem, time} = await rig();
    zkml.fault = 'no-srs';
    expect(await put(bad)).toBe('WORKER_UNSOUND');
    expect(replies).toMatchObject([{doubt: {code: 'WORKER_UNSOUND'}}]);
    expect(await problem()).toMatchObject({code: 'WORKER_UNSOUND'});
    expect(await put()).toBe('WORKER_UNSOUND');
    expect(zkml.asked).toHaveLength(2);
    zkml.fault = null;
    await time.during(time.sleep(21_000), 'its rest');
    expect(await problem()).toBeNull();
    expect(await put()).toBe('taken');
  });

  const proofs: ProofChecks = {
    ...{verify: 'both', engineDir: null, allowPrivate: [], repeats: 'hold'},
    models: new Map([
      ['mean', {vk: '/vk', vkSha256: '', settings: null, settingsSha256: null, srs: null, srsSha256: null}],
    ]),
  };

  it('whose words the engine checks needs no known-good proof for a false, and is of no use when it says false to one', async () => {
    const alone = await rig({knownGood: null, proofs});
    expect(await alone.put(bad)).toBe('taken');
    expect([alone.replies, alone.zkml.asked.length]).toMatchObject([
      [{doubt: null, doubtUnchecked: {code: 'WORKER_UNPROVEN'}}],
      1,
    ]);
    const gone = await rig({knownGood: {...KNOWN_GOOD, proofPath: 'http://proofs/gone'}, proofs});
    expect(await gone.put(bad)).toBe('taken');
    const {zkml, put, problem} = await rig({knownGood: KNOWN_GOOD, proofs});
    zkml.fault = 'no-srs';
    expect(await put(bad)).toBe('WORKER_UNSOUND');
    expect(await problem()).toMatchObject({code: 'WORKER_UNSOUND'});
  });

  it('is waited for half a minute in a look, and asked for the known-good proof once, however long that takes', async () => {
    const {zkml, worker, put, problem, time} = await rig();
    zkml.fault = 'no-srs';
    expect(await put(bad)).toBe('WORKER_UNSOUND');
    zkml.fault = null;
    zkml.workMs = 100_000;
    await time.during(time.sleep(21_000), 'its rest');
    for (const looks of ['a look', 'another look', 'a third one']) {
      const [state] = await time.during(worker.check(never), looks, 31_000);
      expect(state?.problem).toMatchObject({code: 'WORKER_UNSOUND'});
    }
    expect(zkml.asked).toHaveLength(3);
    await time.during(time.sleep(20_000), 'the verdict');
    expect([await problem(), zkml.asked.length]).toEqual([null, 3]);
  });

  it.each([1004, 422, 408])(
    'shows nothing of the address of a proof when it answers with %s',
    async (how) => {
      const {zkml, worker, time} = await rig();
      zkml.echo = how;
      const proof = 'http://proofs/private/a-good?token=s3cret&to=b+c';
      const lane = await time.during(worker.ready(never), 'a place');
      const asking = lane.ask({...aRequest(proof), replied: () => Promise.resolve()}, never);
      const error = (await time.during(asking, 'the reply').catch((caught: unknown) => caught)) as AosError;
      lane.release('untaken');
      expect(error.message).toContain('http://proofs/…');
      expect(error.message).not.toMatch(/s3cret|private/);
    },
  );

  it('that says false to a job with the very known-good proof is not believed, whatever it says next', async () => {
    const {zkml, put, replies} = await rig();
    zkml.fault = 'no-srs';
    const same = {params: paramsOf(`{"proof_path":"${KNOWN_GOOD.proofPath}"}`)};
    expect(await put(same)).toBe('WORKER_UNSOUND');
    expect([zkml.asked.length, replies[0]?.doubt?.code]).toEqual([1, 'WORKER_UNSOUND']);
  });

  it.each([
    ['none is configured', null],
    ['it cannot be downloaded', {...KNOWN_GOOD, proofPath: 'http://proofs/gone'}],
  ])('says false in vain while no known-good proof shows more: %s', async (_name, knownGood) => {
    const {put, replies, problem} = await rig({knownGood});
    expect(await put(bad)).toBe('WORKER_UNPROVEN');
    expect(replies).toMatchObject([{doubt: {code: 'WORKER_UNPROVEN'}}]);
    expect(await problem()).toBeNull();
  });

  it.each<[ZkmlFault, string]>([
    ['no-model', 'WORKER_REFUSED'],
    ['another-id', 'WORKER_BAD_ANSWER'],
    ['hang-up', 'WORKER_LOST'],
    [408, 'WORKER_TIMEOUT'],
    [422, 'WORKER_REFUSED'],
    [500, 'WORKER_REFUSED'],
    [503, 'WORKER_BUSY'],
  ])('that answers with %s says nothing of the proof', async (fault, code) => {
    const {zkml, put, replies} = await rig();
    zkml.fault = fault;
    expect(await put()).toBe(code);
    expect(replies).toEqual([]);
  });

  it('that cannot download the proof of a job is well, for the known-good proof is true', async () => {
    const {put, problem, zkml} = await rig();
    const gone = {params: paramsOf('{"proof_path":"http://proofs/gone"}')};
    expect(await put(gone)).toBe('PROOF_NOT_CHECKED');
    expect([zkml.asked.length, await problem()]).toEqual([2, null]);
  });

  /** As a job does: a timeout of the worker ends its place with that. */
  async function twice({put}: Awaited<ReturnType<typeof rig>>, proof: string): Promise<string[]> {
    const job = {params: paramsOf(`{"proof_path":"http://proofs/${proof}"}`)};
    return [await put(job), await put(job)];
  }

  it('that is late for two jobs with slow proofs is well, for the known-good proof is true', async () => {
    const all = await rig();
    expect(await twice(all, 'slow')).toEqual(['PROOF_TIMEOUT', 'PROOF_TIMEOUT']);
    expect(await all.problem()).toBeNull();
    expect(await all.put()).toBe('taken');
  });

  it('is never found locked where no known-good proof is configured', async () => {
    const all = await rig({knownGood: null});
    expect(await twice(all, 'slow')).toEqual(['PROOF_TIMEOUT', 'PROOF_TIMEOUT']);
    expect(await all.problem()).toBeNull();
  });

  it('that is late for the known-good proof too is locked after two, until a reply of it', async () => {
    const all = await rig();
    all.zkml.fault = 408;
    expect(await twice(all, 'a-good')).toEqual(['WORKER_TIMEOUT', 'WORKER_TIMEOUT']);
    expect(await all.problem()).toMatchObject({code: 'WORKER_LOCKED'});
    expect(await all.put()).toBe('WORKER_LOCKED');
    all.zkml.fault = null;
    await all.time.during(all.time.sleep(601_000), 'its rest');
    expect(await all.put({params: paramsOf('{"proof_path":"http://proofs/slow"}')})).toBe('PROOF_TIMEOUT');
    expect(await all.problem()).toBeNull();
  });

  it('that checks no proof at all is of no use, which a proof that it checks ends', async () => {
    const {put, problem, zkml, time} = await rig();
    zkml.fault = 'no-model';
    expect(await put()).toBe('WORKER_REFUSED');
    expect((await problem())?.message).toContain('not even the proof that is known to be good');
    zkml.fault = null;
    await time.during(time.sleep(6_000), 'its rest');
    expect(await put({params: paramsOf('{"proof_path":"http://proofs/gone"}')})).toBe('PROOF_NOT_CHECKED');
    expect(await problem()).toBeNull();
  });

  it('gets one at a time, whatever the configuration says', async () => {
    const {zkml, put, worker} = await rig();
    expect(worker.concurrency).toBe(1);
    await Promise.all([put(), put(bad), put()]);
    expect([zkml.most, zkml.asked.length]).toEqual([1, 4]);
  });

  it.each(['../mean', 'a/b', '..', '.', '', 'a b', '/etc/passwd', 'mean\u0000', 'é'])(
    'is never asked about a model named %j',
    async (model) => {
      const {zkml, put, worker} = await rig();
      expect(
        worker.whyUnfit({model, prompt: '', params: paramsOf('{"proof_path":"http://p/good"}')}),
      ).toContain('model name');
      expect(await put({model})).toBe('PROOF_NOT_CHECKED');
      expect(zkml.asked).toEqual([]);
    },
  );

  it.each([
    '{}',
    '{"proof_path":""}',
    '{"proof_path":"/tmp/proof.json"}',
    '{"proof_path":"file:///etc/passwd"}',
    '{"proof_path":7}',
    '{"proof_path":"http://user:secret@proofs/good"}',
  ])('is never asked about a job with the params %s', async (params) => {
    const {worker} = await rig();
    expect(worker.whyUnfit({model: 'mean', prompt: '', params: paramsOf(params)})).toContain('proof');
  });
});
