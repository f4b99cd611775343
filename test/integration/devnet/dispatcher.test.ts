import {createHash} from 'node:crypto';
import {afterEach, describe, expect, it} from 'vitest';
import type {DevDispatcher} from '../../../src/devnet/dispatcher/dispatcher.ts';
import {startDispatcher, type DispatcherOptions} from '../../../src/devnet/start-dispatcher.ts';
import type {DispatcherEvent} from '../../../src/devnet/dispatcher/events.ts';
import {devKey} from '../../../src/devnet/signer/keys.ts';
import {verifyEnvelope} from '../../../src/lib/protocol/wire/envelope.ts';
import {sameAddress} from '../../../src/lib/protocol/wire/ethereum.ts';
import {readReply} from '../../../src/lib/protocol/wire/messages.ts';
import {virtualTime} from '../../support/virtual-time.ts';
import {openOperator, vrfOf, type OperatorClient} from '../../support/operator-client.ts';

const KEY = createHash('sha256').update('dispatcher').digest('hex');
const OTHER = createHash('sha256').update('another operator').digest('hex');

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function dispatcher(options: Partial<DispatcherOptions> = {}): Promise<DevDispatcher> {
  const started = await startDispatcher({
    key: KEY,
    range: () => ({start: 0n, end: 600_000n, max: 600_000n, block: null}),
    ...options,
  });
  cleanups.push(() => started.close());
  return started;
}

async function operator(to: DevDispatcher, key?: string): Promise<OperatorClient> {
  const client = await openOperator(to.url, key);
  cleanups.push(() => client.socket.terminate());
  return client;
}

async function connected(to: DevDispatcher, key?: string): Promise<OperatorClient> {
  const client = await operator(to, key);
  expect(await client.connect()).toEqual({code: 200, message: 'success'});
  return client;
}

async function post(
  to: DevDispatcher,
  path: string,
  body: unknown,
): Promise<{status: number; json: Record<string, unknown>}> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`${to.httpUrl}${path}`, {method: 'POST', body: text});
  return {status: response.status, json: (await response.json()) as Record<string, unknown>};
}

async function replyTo(client: OperatorClient, envelopeId: string): Promise<number> {
  return readReply((await client.next(({id}) => id === envelopeId)).result).code;
}

describe('a job', () => {
  it('goes signed to every connected operator, is acknowledged, answered and accepted', async () => {
    const events: DispatcherEvent[] = [];
    const dev = await dispatcher({on: (event) => events.push(event)});
    const clients = [await connected(dev), await connected(dev, OTHER)];
    const key = dev.submit({prompt: 'What is AI?'});
    for (const client of clients) {
      const {envelope, job} = await client.nextJob();
      expect(verifyEnvelope(envelope)).toEqual({state: 'signed', signer: dev.address, hashMatches: true});
      expect(envelope.text).toContain('"temperature":1.0,');
      expect(job).toMatchObject({
        key,
        prompt: 'What is AI?',
        kind: 'opml',
        seed: '',
        signature: '',
        clock: new Map([[1n, 1]]),
      });
      expect(job.key.jobId).toMatch(/^[0-9a-f]{64}$/);
      expect(job.user).toMatch(/^[0-9a-f]{64}$/);
      client.acknowledge(envelope);
      expect(await client.answer(job)).toEqual({code: 200, message: 'success'});
    }
    const stats = await dev.waitFor(({acknowledged}) => acknowledged === 2);
    expect(stats).toMatchObject({submitted: 1, sent: 2, accepted: 2, conflicts: 0, repeated: 0, connects: 2});
    expect(dev.results(key.jobId).map(({operator, result}) => ({operator, result}))).toEqual(
      clients.map(({address}) => ({operator: address, result: '42'})),
    );
    const of = events.filter((event) => 'operator' in event && event.operator === clients[0]?.address);
    expect(of.map(({type}) => type)).toEqual(['connected', 'job_sent', 'acknowledged', 'result']);
    expect(of.every(({at}, index) => index === 0 || at >= of[index - 1]!.at)).toBe(true);
  });

  it('waits for the first operator, and many keep their order', async () => {
    const dev = await dispatcher();
    const ids = Array.from({length: 300}, (_, index) => dev.submit({prompt: `p${index}`}).jobId);
    expect(dev.stats()).toMatchObject({sent: 0, connected: []});
    const client = await connected(dev);
    const got: string[] = [];
    while (got.length < ids.length) got.push((await client.nextJob()).job.key.jobId);
    expect(got).toEqual(ids);
    expect(dev.jobs()[299]).toMatchObject({prompt: 'p299', clock: {1: '300'}, acceptedFrom: []});
  });

  it('comes again after each connect until its result is accepted, in another envelope', async () => {
    const dev = await dispatcher();
    const first = await connected(dev);
    for (const prompt of ['a', 'b', 'c']) dev.submit({prompt});
    const before = [await first.nextJob(), await first.nextJob(), await first.nextJob()];
    expect((await first.answer(before[1]!.job)).code).toBe(200);
    first.close();
    await dev.waitFor(({disconnects}) => disconnects === 1);

    const second = await connected(dev);
    const after = [await second.nextJob(), await second.nextJob()];
    expect(after.map(({job}) => job)).toEqual([before[0]!.job, before[2]!.job]);
    const envelopes = [...before, ...after].map(({envelope}) => envelope.id);
    expect(new Set(envelopes).size).toBe(5);
    expect(dev.jobs().map(({acceptedFrom}) => acceptedFrom.length)).toEqual([0, 1, 0]);
  });

  it('is lost with redeliver off, unless nobody was sent it', async () => {
    const dev = await dispatcher({redeliver: false});
    dev.submit({prompt: 'queued'});
    const first = await connected(dev);
    expect((await first.nextJob()).job.prompt).toBe('queued');
    first.close();
    await dev.waitFor(({disconnects}) => disconnects === 1);
    dev.submit({prompt: 'while away'});
    const second = await connected(dev);
    expect((await second.nextJob()).job.prompt).toBe('while away');
    expect(dev.stats().sent).toBe(2);
  });

  it('keeps the clock and the job it is given', async () => {
    const dev = await dispatcher();
    const client = await connected(dev);
    dev.submit({
      job: '{"prompt":"x", "tag":"tee", "n":1E400, "params":{"top_p":0.50}}',
      clock: {'7': '4294967295'},
    });
    const {envelope, job} = await client.nextJob();
    expect(envelope.text).toContain('"clock":{"7":"4294967295"}');
    expect(envelope.text).toContain('"job":{"prompt":"x","tag":"tee","n":1E400,"params":{"top_p":0.50}}');
    expect(job.kind).toBe('tee');
    expect(() => dev.submit({job: '[]'})).toThrow(expect.objectContaining({code: 'MESSAGE_INVALID'}));
    expect(() => dev.submit({clock: {x: '1'}})).toThrow(expect.objectContaining({code: 'CLOCK_INVALID'}));
  });
});

describe('a result', () => {
  it('is accepted again with the same content, refused with another', async () => {
    const dev = await dispatcher();
    const client = await connected(dev);
    dev.submit({prompt: 'p'});
    const {job} = await client.nextJob();
    expect((await client.answer(job)).code).toBe(200);
    expect((await client.answer(job)).code).toBe(200);
    expect((await client.answer(job, {result: '43'})).code).toBe(409);
    expect(dev.stats()).toMatchObject({accepted: 1, repeated: 1, conflicts: 1});
    expect(dev.results(job.key.jobId)).toHaveLength(1);
  });

  it('counts by its first element only', async () => {
    const dev = await dispatcher({verifyVrf: false});
    const client = await connected(dev);
    const ids = [dev.submit({prompt: 'a'}).jobId, dev.submit({prompt: 'b'}).jobId];
    const element = (id: string | undefined): string =>
      `{"job_id":"${id}","vrf":{"selected":false,"vrf_prompt_hash":"0","vrf_random_value":"0","vrf_verify_pubkey":"0","vrf_proof":"0"}}`;
    expect((await client.request('job_result', `[${ids.map(element).join(',')}]`)).code).toBe(200);
    expect(dev.jobs().map(({acceptedFrom}) => acceptedFrom.length)).toEqual([1, 0]);
  });

  it.each([
    ['a random value that is not the proof’s', {vrf_random_value: 'ab'.repeat(64)}],
    [
      'a proof by another key',
      {vrf_verify_pubkey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'},
    ],
    ['a proof that is no hex', {vrf_proof: 'zz'}],
    ['the hash of another prompt', {vrf_prompt_hash: '00'.repeat(64)}],
    ['a selection the range does not give', {selected: false}],
  ])('with %s is answered 400 and may come again right', async (_, wrong) => {
    const dev = await dispatcher();
    const client = await connected(dev);
    dev.submit({prompt: 'p'});
    const {job} = await client.nextJob();
    const vrf = await vrfOf(job);
    expect((await client.answer(job, {vrf: {...vrf, ...wrong}})).code).toBe(400);
    expect(dev.stats()).toMatchObject({accepted: 0, refused: {selection: 1}});
    expect((await client.answer(job)).code).toBe(200);
  });

  it.each([
    {tag: '', position: '', selected: false},
    {tag: 'suspicion', position: '', selected: true},
    {tag: 'malicious', position: 'before', selected: true},
    {tag: 'malicious', position: 'sideways', selected: false},
  ])('is judged by the range widened for "$tag" "$position"', async ({tag, position, selected}) => {
    // With MAX 600000, (0, 0) selects nothing and its widening by 3 % the numbers below 18000.
    const range = {start: 0n, end: 0n, max: 600_000n, block: null};
    const dev = await dispatcher({range: () => Promise.resolve(range)});
    const client = await connected(dev);
    // Prompts are tried until one falls below 18000 with the test operator's key: about 1 of 33 does.
    let prompt = 0;
    while (!(await vrfOf({prompt: String(prompt), key: {tag: 'suspicion', position: ''}}, {range})).selected)
      prompt += 1;
    dev.submit({prompt: String(prompt), tag, position});
    const {job} = await client.nextJob();
    const vrf = await vrfOf(job, {range});
    expect(vrf.selected).toBe(selected);
    expect((await client.answer(job, {vrf: {...vrf, selected: !selected}})).code).toBe(400);
    expect((await client.answer(job, {vrf})).code).toBe(200);
  });

  it('decided under the range before a change is still right, one under a range that never was is not', async () => {
    let range = {start: 0n, end: 600_000n, max: 600_000n, block: null};
    const dev = await dispatcher({range: () => range});
    const client = await connected(dev);
    for (const prompt of ['a', 'b', 'c']) dev.submit({prompt});
    const jobs = [(await client.nextJob()).job, (await client.nextJob()).job, (await client.nextJob()).job];
    const unselected = {...(await vrfOf(jobs[1]!)), selected: false};
    expect((await client.answer(jobs[0]!)).code).toBe(200);
    expect((await client.answer(jobs[1]!, {vrf: unselected})).code).toBe(400);
    range = {...range, end: 0n};
    expect((await client.answer(jobs[1]!, {vrf: unselected})).code).toBe(200);
    expect((await client.answer(jobs[2]!)).code).toBe(200);
  });

  it('of a kind the operator does not run stands whatever it says of its selection', async () => {
    const dev = await dispatcher();
    const client = await connected(dev);
    dev.submit({prompt: 'p', kind: 'zkml'});
    const {job} = await client.nextJob();
    const vrf = {...(await vrfOf(job)), selected: false};
    const reason = 'unsupported worker type, need opml, got zkml';
    expect((await client.answer(job, {vrf, result: '', reason})).code).toBe(200);
  });

  it('is answered 500 while the range cannot be read', async () => {
    let broken = true;
    const dev = await dispatcher({
      range: () => {
        if (broken) throw new Error('no chain');
        return {start: 0n, end: 1n, max: 1n, block: null};
      },
    });
    const client = await connected(dev);
    dev.submit({prompt: 'p'});
    const {job} = await client.nextJob();
    expect((await client.answer(job)).code).toBe(500);
    broken = false;
    expect((await client.answer(job)).code).toBe(200);
  });

  it.each([
    ['no element', '[]'],
    ['no vrf', '[{"job_id":"x"}]'],
    [
      'a clock that is none',
      '[{"job_id":"x","clock":{"a":"b"},"vrf":{"selected":true,"vrf_prompt_hash":"0","vrf_random_value":"0","vrf_verify_pubkey":"0","vrf_proof":"0"}}]',
    ],
    ['a number for a string', '[{"job_id":1}]'],
  ])('with %s is answered 400', async (_, params) => {
    const dev = await dispatcher();
    const client = await connected(dev);
    expect((await client.request('job_result', params)).code).toBe(400);
    expect(dev.stats().refused['bad-message']).toBe(1);
  });

  it('to a job that was never dispatched is answered 400', async () => {
    const dev = await dispatcher();
    const client = await connected(dev);
    dev.submit({prompt: 'p'});
    const {job} = await client.nextJob();
    expect((await client.answer(job, {jobId: 'ff'})).code).toBe(400);
    expect(dev.stats().refused['unknown-job']).toBe(1);
  });
});

describe('an operator', () => {
  it('is refused when it connects under another address than it signs with', async () => {
    const dev = await dispatcher();
    const client = await operator(dev);
    const params = JSON.stringify([
      {operator: '0xC5871146a0bFA6F8117E5F18FD57Aa284c67CDC7', workers: ['opml']},
    ]);
    expect((await client.request('connect', params)).code).toBe(500);
    expect((await client.request('connect', '[{}]')).code).toBe(500);
    expect(dev.stats()).toMatchObject({connected: [], refused: {connect: 2}});
  });

  it('gets 401 for what it sends before connect, unsigned, wrongly signed or by another key, and stays connected', async () => {
    const dev = await dispatcher();
    const client = await operator(dev);
    expect((await client.request('job_result', '[]')).code).toBe(401);
    await client.connect();
    const draft = {id: 'x1', method: 'job_result', params: '[]'};
    client.socket.send(client.sign(draft).replace(/"signature":"[^"]*"/, '"signature":""'));
    expect(await replyTo(client, 'x1')).toBe(401);
    client.socket.send(client.sign({...draft, id: 'x2'}).replace('"params":[]', '"params":[1]'));
    expect(await replyTo(client, 'x2')).toBe(401);
    expect((await client.request('job_result', '[]', devKey(OTHER))).code).toBe(401);
    expect((await client.request('dance', 'null')).code).toBe(401);
    client.socket.send('not json');
    const stats = await dev.waitFor(({rejected}) => rejected.unreadable === 1);
    expect(stats.rejected).toEqual({
      unreadable: 1,
      unsigned: 1,
      'wrong-signature': 1,
      'wrong-address': 1,
      'not-connected': 1,
      'unknown-method': 1,
    });
    expect(stats.connected).toEqual([client.address]);
  });

  it('that connects again replaces its old connection', async () => {
    const dev = await dispatcher();
    const first = await connected(dev);
    const second = await connected(dev);
    expect(await first.closed).toBe(4000);
    dev.submit({prompt: 'p'});
    await second.nextJob();
    expect(dev.stats()).toMatchObject({connected: [second.address], sent: 1});
  });

  it('may send connect twice on one connection', async () => {
    const dev = await dispatcher();
    const client = await connected(dev);
    expect((await client.connect()).code).toBe(200);
    dev.submit({prompt: 'p'});
    await client.nextJob();
    expect(dev.stats().disconnects).toBe(0);
  });

  it('is pinged, and dropped when it never answers', async () => {
    const dev = await dispatcher({pingIntervalMs: 20});
    const alive = await connected(dev);
    const dead = await openOperator(dev.url, OTHER);
    cleanups.push(() => dead.socket.terminate());
    await dead.connect();
    dead.socket.pause();
    const stats = await dev.waitFor(({disconnects, pongs}) => disconnects === 1 && pongs > 3);
    expect(stats.connected).toEqual([alive.address]);
  });

  it('may speak in binary frames', async () => {
    const dev = await dispatcher();
    const client = await operator(dev);
    const params = JSON.stringify([{operator: client.address, workers: []}]);
    client.socket.send(Buffer.from(client.sign({id: 'b', method: 'connect', params})), {binary: true});
    expect(await replyTo(client, 'b')).toBe(200);
  });
});

describe('faults', () => {
  it('of dispatches: each wrong frame reads as what it is', async () => {
    const dev = await dispatcher({
      faults: {
        dispatch: () => [
          'garbage',
          'unsigned',
          'wrong-signature',
          'wrong-address',
          'wrong-hash',
          {delayMs: 1},
          'good',
          'same',
          'good',
        ],
      },
    });
    const client = await connected(dev);
    dev.submit({prompt: 'p'});
    const seen = [];
    for (let n = 0; n < 7; n += 1) seen.push((await client.nextJob()).envelope);
    const states = seen.map((envelope) => {
      const verified = verifyEnvelope(envelope);
      return verified.state === 'signed'
        ? `${verified.hashMatches} ${sameAddress(verified.signer, dev.address)}`
        : verified.state;
    });
    expect(states).toEqual([
      'unsigned',
      'invalid',
      'true false',
      'false true',
      'true true',
      'true true',
      'true true',
    ]);
    expect(seen[5]!.text).toBe(seen[4]!.text);
    expect(seen[6]!.id).not.toBe(seen[5]!.id);
  });

  it('of dispatches: a frame that waits when its connection ends is not waited for any more', async () => {
    const time = virtualTime();
    const dev = await dispatcher({time, faults: {dispatch: () => [{delayMs: 60_000}, 'good']}});
    const client = await connected(dev);
    dev.submit({prompt: 'p'});
    const waiting = time.timers();
    client.close();
    await dev.waitFor(({connected}) => connected.length === 0);
    expect([waiting, time.timers()]).toEqual([1, 0]);
  });

  it('of dispatches: a huge frame breaks the connection of a client that keeps the limit', async () => {
    const dev = await dispatcher({faults: {dispatch: () => ['huge']}});
    const client = await connected(dev);
    dev.submit({prompt: 'p'});
    expect(await client.closed).toBe(1006);
    dev.setFaults({});
    const again = await connected(dev);
    expect((await again.nextJob()).job.prompt).toBe('p');
  });

  it('of results: 500, no answer, or taken without an answer', async () => {
    const plan = ['fail', 'ignore', 'mute', 'judge'] as const;
    const dev = await dispatcher({faults: {result: ({n}) => plan[n - 1] ?? 'judge'}});
    const client = await connected(dev);
    dev.submit({prompt: 'p'});
    const {job} = await client.nextJob();
    expect((await client.answer(job)).code).toBe(500);
    const unanswered = [client.answer(job), client.answer(job)];
    for (const one of unanswered) one.catch(() => {}); // they end with the connection
    await dev.waitFor(({accepted}) => accepted === 1);
    expect((await client.answer(job)).code).toBe(200);
    expect(dev.stats()).toMatchObject({accepted: 1, repeated: 1, conflicts: 0, refused: {fault: 1}});
  });

  it('of results: taken, then hung up', async () => {
    const dev = await dispatcher({faults: {result: ({n}) => (n === 1 ? 'close' : 'judge')}});
    const client = await connected(dev);
    dev.submit({prompt: 'p'});
    const {job} = await client.nextJob();
    await expect(client.answer(job)).rejects.toThrow('closed with 1006');
    const again = await connected(dev);
    expect((await again.answer(job)).code).toBe(200);
    expect(dev.stats()).toMatchObject({accepted: 1, repeated: 1, sent: 1});
  });

  it('of connect: refused, closed, ignored, accepted then closed', async () => {
    const plan = ['refuse', 'close', 'accept-then-close'] as const;
    const dev = await dispatcher({faults: {connect: ({n}) => plan[n - 1] ?? 'accept'}});
    const client = await operator(dev);
    expect((await client.connect()).code).toBe(500);
    await expect(client.connect()).rejects.toThrow('closed with 1000');
    const second = await operator(dev);
    expect((await second.connect()).code).toBe(200);
    expect(await second.closed).toBe(1000);
    await connected(dev);
  });

  it('of responses: an answer nobody signed', async () => {
    const dev = await dispatcher({faults: {response: () => ['unsigned']}});
    const client = await operator(dev);
    expect((await client.connect()).code).toBe(200);
    expect(client.frames[0]!.text).toBe(
      `{"id":"${client.frames[0]!.id}","result":{"code":200,"message":"success"},"address":"","hash":"","signature":""}`,
    );
  });

  it('the public dispatcher’s way: nothing is signed', async () => {
    const dev = await dispatcher({signMessages: false});
    const client = await connected(dev);
    dev.submit({prompt: 'p'});
    const {envelope} = await client.nextJob();
    expect([...client.frames].map((frame) => verifyEnvelope(frame).state)).toEqual(['unsigned', 'unsigned']);
    expect(envelope.address).toBe('');
  });

  it('a cut connection is noticed and the jobs come again', async () => {
    const dev = await dispatcher();
    const first = await connected(dev);
    dev.submit({prompt: 'p'});
    const {job} = await first.nextJob();
    dev.disconnectAll();
    expect(await first.closed).toBe(1006);
    expect((await (await connected(dev)).nextJob()).job).toEqual(job);
  });
});

describe('the HTTP API', () => {
  it('submits a job as it is spelled, tells its results and sends it again to verify', async () => {
    const dev = await dispatcher();
    const client = await connected(dev);
    const user = 'ab'.repeat(32);
    const body = `{"from":null,"verify":null,"user":"${user}","job":{"model":"m","prompt":"é","tag":"opml","params":{"temperature":1.0}}}`;
    const {status, json} = await post(dev, '/api/job/submit', body);
    expect({status, code: json['code']}).toEqual({status: 200, code: 200});
    const {envelope, job} = await client.nextJob();
    expect(job).toMatchObject({
      key: {jobId: json['result'], tag: '', position: ''},
      user,
      prompt: 'é',
      model: 'm',
    });
    expect(envelope.text).toContain('{"temperature":1.0}');
    const jobId = job.key.jobId;
    expect((await post(dev, '/api/job/result', {job_id: jobId})).json).toEqual({code: 200, result: []});
    await client.answer(job);
    expect((await post(dev, '/api/job/result', {job_id: jobId})).json).toMatchObject({
      code: 200,
      result: [
        {
          job_id: jobId,
          operator: client.address,
          result: '42',
          reason: '',
          tag: '',
          clock: {1: '2'},
          vrf: {selected: true},
        },
      ],
    });

    expect((await post(dev, '/api/job/verify', {user, job_id: jobId})).json).toEqual({
      code: 200,
      result: jobId,
    });
    const again = (await client.nextJob()).job;
    expect(again.key).toEqual({jobId, tag: 'malicious', position: 'before'});
    expect((await client.answer(again)).code).toBe(200);
    expect(dev.results(jobId)).toHaveLength(2);
  });

  it('registers an operator and tells of it', async () => {
    const dev = await dispatcher();
    const client = await operator(dev);
    const operatorId = client.address;
    expect((await post(dev, '/api/operator/info', {operator: operatorId})).json).toEqual({
      code: 200,
      result: null,
    });
    const params = {operator: operatorId, signature: '00', hash: '00'};
    const registered = await post(dev, '/api/operator/register', {
      address: operatorId,
      signature: '00',
      params,
    });
    expect(registered.json).toMatchObject({
      code: 200,
      result: {id: operatorId, start: '0', end: '600000', status: 'offline'},
    });
    await client.connect();
    const info = await post(dev, '/api/operator/info', {operator: operatorId.toLowerCase()});
    expect(info.json).toMatchObject({code: 200, result: {address: operatorId, status: 'online'}});
  });

  it.each([
    ['/api/job/submit', '{', 400],
    ['/api/job/submit', '[]', 400],
    ['/api/job/submit', '{"from":null,"job":{}}', 400],
    ['/api/job/submit', '{"verify":null,"job":{}}', 400],
    ['/api/job/submit', '{"from":null,"verify":null,"job":"x"}', 400],
    ['/api/job/submit', '{"from":null,"verify":null,"job":{"prompt":1}}', 400],
    ['/api/job/submit', '{"from":null,"verify":null,"job":{},"tag":1}', 400],
    ['/api/job/result', '{}', 400],
    ['/api/job/verify', '{"user":"u","job_id":"nope"}', 400],
    ['/api/operator/info', '{"operator":"0x12"}', 400],
    ['/api/operator/register', '{"address":"x"}', 400],
    ['/constructor', '{}', 404],
  ])('answers %s %s with %i', async (path, body, code) => {
    const dev = await dispatcher();
    const {status, json} = await post(dev, path, body);
    expect({status, code: json['code'], message: typeof json['message']}).toEqual({
      status: code,
      code,
      message: 'string',
    });
    expect(dev.stats().submitted).toBe(0);
  });

  it('takes bodies up to 1 MiB', async () => {
    const dev = await dispatcher();
    const body = (size: number): string =>
      JSON.stringify({from: null, verify: null, job: {prompt: 'x'.repeat(size)}});
    const room = 1024 * 1024 - body(0).length;
    expect((await post(dev, '/api/job/submit', body(room + 1))).json['code']).toBe(413);
    expect((await post(dev, '/api/job/submit', body(room))).json['code']).toBe(200);
  });

  it('takes POST only', async () => {
    const dev = await dispatcher();
    expect((await fetch(`${dev.httpUrl}/api/job/result`)).status).toBe(405);
  });
});

describe('starting and stopping', () => {
  it('refuses addresses beyond this machine, taken ports and keys that are none', async () => {
    await expect(startDispatcher({key: KEY, host: '0.0.0.0'})).rejects.toMatchObject({code: 'NOT_LOOPBACK'});
    await expect(startDispatcher({key: 'zz'})).rejects.toMatchObject({code: 'USAGE'});
    const dev = await dispatcher();
    const wsPort = Number(new URL(dev.url).port);
    const httpPort = Number(new URL(dev.httpUrl).port);
    await expect(startDispatcher({key: KEY, wsPort})).rejects.toMatchObject({code: 'PORT_IN_USE'});
    await expect(startDispatcher({key: KEY, httpPort})).rejects.toMatchObject({code: 'PORT_IN_USE'});
  });

  it('ends its waiters and connections when it closes', async () => {
    const dev = await startDispatcher({key: KEY});
    const client = await openOperator(dev.url);
    const waiting = dev.waitFor(() => false);
    const stopped = dev.waitFor(() => false, AbortSignal.abort(new Error('enough')));
    await expect(stopped).rejects.toThrow('enough');
    const [outcome] = await Promise.allSettled([waiting, dev.close()]);
    expect(outcome).toMatchObject({status: 'rejected', reason: {code: 'DEVNET_FAILED'}});
    expect(await client.closed).toBe(1006);
    await expect(fetch(dev.httpUrl)).rejects.toThrow();
  });
});
