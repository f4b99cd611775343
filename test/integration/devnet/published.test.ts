import {describe, expect, it} from 'vitest';
import type {DispatcherEvent} from '../../../src/devnet/dispatcher/events.ts';
import {createStore} from '../../../src/devnet/published/store.ts';
import {parseEnvelope, verifyEnvelope} from '../../../src/lib/protocol/wire/envelope.ts';
import {
  bareOperator,
  connectedOperator,
  postJson,
  postText,
  publishedDispatcher,
  PUBLISHED_KEY,
  rawSocket,
  recorded,
  type RecordedFrame,
} from '../../support/published.ts';

const OTHER = '33'.repeat(32);
const VERSIONS = ['newest', 'head'] as const;
const SUCCESS = {code: 200, message: 'success'};

/** A dispatched job as text, without what is new in every frame. */
const shapeOf = (text: string): string =>
  text
    .replace(/^\{"id":"[^"]+"/, '{"id":"ID"')
    .replace(/"address":"0x[0-9a-fA-F]{40}"/g, '"address":"ADDRESS"')
    .replace(/"signature":"[0-9a-f]{130}"\}$/, '"signature":"SIGNATURE"}');

type Dispatched = {user: string; tag: string; position: string; job_id: string; job: unknown};
/** The job in the recorded text of a dispatch; its `job` as raw JSON. */
function jobIn(text: string): Dispatched & {raw: string} {
  const {params} = JSON.parse(text) as {params: [Dispatched]};
  const from = text.indexOf('"job":') + '"job":'.length;
  return {...params[0], raw: text.slice(from, text.indexOf('}],"result":null'))};
}

describe.each([
  ['head', recorded().dispatcherHead.websocket],
  ['newest', recorded().dispatcherNewest.websocket],
] as const)('%s, byte for byte', (version, frames) => {
  const first = (what: string): RecordedFrame => frames.find((frame) => frame.what.startsWith(what))!;

  it('answers connect and a result', async () => {
    const dev = await publishedDispatcher({version});
    const socket = await rawSocket(dev.url);
    for (const what of ['connect', 'job_result']) {
      const {text} = first(what);
      socket.send(text);
      const {id} = JSON.parse(text) as {id: string};
      expect(await socket.next()).toBe(first('reply').text.replace(/"id":"[^"]+"/, `"id":"${id}"`));
    }
  });

  it('dispatches plain jobs, whatever they are', async () => {
    const dev = await publishedDispatcher({version});
    const socket = await rawSocket(dev.url);
    socket.send(first('connect').text);
    await socket.next();
    const plain = frames.filter(({from, text}) => from === 'dispatcher' && text.includes('"position":""'));
    expect(plain.length).toBeGreaterThan(0);
    for (const {text} of plain) {
      const {job_id: jobId, user, tag, raw: job} = jobIn(text);
      dev.submit({jobId, user, tag, job});
      expect(shapeOf(await socket.next())).toBe(shapeOf(text));
    }
  });

  it('dispatches the job of a suspected user', async () => {
    const dev = await publishedDispatcher({version});
    const socket = await rawSocket(dev.url);
    socket.send(first('connect').text);
    await socket.next();
    for (const tag of ['malicious', 'suspicion']) {
      const after = first(`dispatch_job ${tag} after`);
      const {job_id: jobId, user, raw: job} = jobIn(after.text);
      dev.submit({jobId, user: user || `user of ${tag}`, tag, job});
      if (version === 'newest') {
        const before = first(`dispatch_job ${tag} before`);
        expect(shapeOf(await socket.next())).toBe(shapeOf(before.text));
      }
      expect(shapeOf(await socket.next())).toBe(shapeOf(after.text));
    }
  });
});

it('head brings a job again as `before` for a user whose name is its id', async () => {
  const dev = await publishedDispatcher({version: 'head'});
  const client = await connectedOperator(dev);
  dev.submit({jobId: 'old', prompt: 'old'});
  await client.nextJob();
  dev.submit({jobId: 'new', prompt: 'new', user: 'old', tag: 'malicious'});
  const keys = [(await client.nextJob()).job.key, (await client.nextJob()).job.key];
  expect(keys).toEqual([
    {jobId: 'old', tag: 'malicious', position: 'before'},
    {jobId: 'new', tag: 'malicious', position: 'after'},
  ]);
});

it('signs jobs and nothing else in the newest version, with a blank hash; head signs nothing', async () => {
  for (const version of VERSIONS) {
    const dev = await publishedDispatcher({version});
    const client = await connectedOperator(dev);
    dev.submit({prompt: 'p', user: 'carol'});
    const {envelope, job} = await client.nextJob();
    expect(verifyEnvelope(envelope)).toEqual(
      version === 'newest' ? {state: 'signed', signer: dev.address, hashMatches: true} : {state: 'unsigned'},
    );
    expect(envelope.hash).toBe('');
    expect(job.user).toBe(version === 'newest' ? 'carol' : '');
    expect(verifyEnvelope(client.frames[0]!).state).toBe('unsigned');
  }
});

it('the recorded jobs of the newest version are signed by its key', () => {
  const {signer, websocket} = recorded().dispatcherNewest;
  const address = signer.slice(0, 42);
  const jobs = websocket.filter(({what}) => what.startsWith('dispatch_job'));
  expect(jobs.map(({text}) => verifyEnvelope(parseEnvelope(Buffer.from(text))))).toEqual(
    jobs.map(() => ({state: 'signed', signer: address, hashMatches: true})),
  );
});

describe.each(VERSIONS)('jobs of %s', (version) => {
  it('that were submitted while no operator was connected stay for ever, and one submission sends one job', async () => {
    const dev = await publishedDispatcher({version});
    for (const prompt of ['a', 'b']) dev.submit({prompt});
    const client = await connectedOperator(dev);
    dev.submit({prompt: 'c'});
    expect((await client.nextJob()).job.prompt).toBe('c');
    dev.submit({prompt: 'd'});
    expect((await client.nextJob()).job.prompt).toBe('d');
    expect(dev.stats()).toMatchObject({submitted: 4, sent: 2});
  });

  it('come newest first in a burst', async () => {
    const dev = await publishedDispatcher({version});
    const client = await connectedOperator(dev);
    for (let n = 0; n < 20; n += 1) dev.submit({prompt: String(n)});
    const order: number[] = [];
    while (order.length < 20) order.push(Number((await client.nextJob()).job.prompt));
    expect(order).toEqual([...order].sort((a, b) => b - a));
  });

  it('are not sent again after a reconnect', async () => {
    const dev = await publishedDispatcher({version});
    const first = await connectedOperator(dev);
    dev.submit({prompt: 'lost'});
    await first.nextJob();
    first.socket.terminate();
    await dev.waitFor(({disconnects}) => disconnects === 1);
    const second = await connectedOperator(dev);
    dev.submit({prompt: 'new'});
    expect((await second.nextJob()).job.prompt).toBe('new');
    expect(dev.stats().sent).toBe(2);
  });

  it('outlive a restart with their results, but not the submissions that waited', async () => {
    const store = createStore();
    const before = await publishedDispatcher({version, store});
    const client = await connectedOperator(before);
    before.submit({prompt: 'a', jobId: 'a'});
    const {job} = await client.nextJob();
    expect(await client.answer(job)).toEqual(SUCCESS);
    await before.close();

    const after = await publishedDispatcher({version, store});
    const again = await connectedOperator(after);
    expect(await again.answer(job)).toEqual(SUCCESS);
    expect(after.results('a')).toMatchObject([{result: '42', operator: client.address}]);
    expect(after.stats()).toMatchObject({accepted: 0, repeated: 1, sent: 0});
  });
});

describe('a result', () => {
  it.each(VERSIONS)(
    'of %s is kept once by (operator, job, tag), and whatever comes is answered 200',
    async (version) => {
      const dev = await publishedDispatcher({version});
      const client = await connectedOperator(dev);
      dev.submit({prompt: 'p', jobId: 'j'});
      const {job} = await client.nextJob();
      expect(await client.answer(job)).toEqual(SUCCESS);
      expect(await client.answer(job, {result: '43'})).toEqual(SUCCESS);
      expect(await client.answer(job, {jobId: 'unknown'})).toEqual(SUCCESS);
      expect(await client.answer(job, {operator: ''})).toEqual(SUCCESS);
      for (const params of ['null', '[]', '[{"job_id":"j"}]', '[{"job_id":"j","result":1,"operator":"x"}]'])
        expect(await client.request('job_result', params)).toEqual(SUCCESS);
      expect(dev.results('j').map(({operator, result}) => [operator, result])).toEqual([
        [client.address, '42'],
        ['', '42'],
      ]);
      expect(dev.stats()).toMatchObject({accepted: 2, conflicts: 1, refused: {'unknown-job': 1}});
    },
  );

  it('under both positions of a suspected user is one row, the first', async () => {
    const dev = await publishedDispatcher();
    const client = await connectedOperator(dev);
    dev.submit({prompt: 'p', jobId: 'j', user: 'u', tag: 'malicious'});
    const jobs = [(await client.nextJob()).job, (await client.nextJob()).job];
    expect(jobs.map(({key}) => key.position)).toEqual(['before', 'after']);
    for (const job of jobs) expect((await client.answer(job)).code).toBe(200);
    expect(dev.results('j')).toHaveLength(1);
    expect(dev.stats()).toMatchObject({accepted: 1, repeated: 1, conflicts: 0});
  });
});

it('the newest version brings the last ten jobs of a malicious user again, and ten more under its tag', async () => {
  const dev = await publishedDispatcher();
  const client = await connectedOperator(dev);
  const next = async (): Promise<string> => {
    const {key, prompt} = (await client.nextJob()).job;
    return `${prompt}/${key.tag}/${key.position}`;
  };
  for (let n = 0; n < 12; n += 1) {
    dev.submit({prompt: `old ${n}`, user: 'eve'});
    expect(await next()).toBe(`old ${n}//`);
  }
  dev.submit({prompt: 'bad', user: 'eve', tag: 'malicious'});
  const seen: string[] = [];
  while (seen.length < 11) seen.push(await next());
  expect(seen).toEqual([
    'bad/malicious/before',
    ...Array.from({length: 9}, (_, back) => `old ${11 - back}/malicious/before`),
    'bad/malicious/after',
  ]);
  for (let n = 0; n < 11; n += 1) {
    dev.submit({prompt: `new ${n}`, user: 'eve'});
    expect(await next()).toBe(n < 10 ? `new ${n}/malicious/after` : `new ${n}//`);
  }
});

it('head tags the one job alone', async () => {
  const dev = await publishedDispatcher({version: 'head'});
  const client = await connectedOperator(dev);
  dev.submit({prompt: 'bad', user: 'eve', tag: 'suspicion'});
  dev.submit({prompt: 'other', user: 'bob', tag: 'whatever'});
  const keys = [(await client.nextJob()).job.key, (await client.nextJob()).job.key];
  expect(keys.map(({tag, position}) => `${tag}/${position}`).sort()).toEqual([
    'suspicion/after',
    'whatever/',
  ]);
  dev.submit({prompt: 'good', user: 'eve'});
  expect((await client.nextJob()).job.key).toMatchObject({tag: '', position: ''});
});

describe('connections', () => {
  it('of one operator at head: the later takes the jobs, and the end of either leaves both deaf until connect', async () => {
    const dev = await publishedDispatcher({version: 'head'});
    const first = await connectedOperator(dev);
    const second = await connectedOperator(dev);
    dev.submit({prompt: 'a'});
    expect((await second.nextJob()).job.prompt).toBe('a');
    first.close();
    await dev.waitFor(({disconnects}) => disconnects === 1);
    expect(dev.stats().connected).toEqual([]);
    dev.submit({prompt: 'no connection hears it'});
    // The remedy that works on the published one.
    expect(await second.connect()).toEqual(SUCCESS);
    dev.submit({prompt: 'b'});
    expect((await second.nextJob()).job.prompt).toBe('b');
    expect(dev.stats().sent).toBe(2);
  });

  it('of one operator at the newest: each gets every job, and the end of one concerns no other', async () => {
    const dev = await publishedDispatcher();
    const both = [await connectedOperator(dev), await connectedOperator(dev)];
    dev.submit({prompt: 'a'});
    for (const client of both) expect((await client.nextJob()).job.prompt).toBe('a');
    both[0]!.close();
    await dev.waitFor(({disconnects}) => disconnects === 1);
    dev.submit({prompt: 'b'});
    expect((await both[1]!.nextJob()).job.prompt).toBe('b');
  });

  it('of head are taken by anyone who names the operator', async () => {
    const dev = await publishedDispatcher({version: 'head'});
    const client = await connectedOperator(dev);
    const thief = await rawSocket(dev.url);
    const params = `[{"operator":"${client.address}","hash":"","signature":""}]`;
    thief.send(`{"id":"1","method":"connect","params":${params},"address":"","hash":"","signature":""}`);
    expect(await thief.next()).toContain('"code":200');
    dev.submit({prompt: 'p'});
    expect(await thief.next()).toContain('"prompt":"p"');
    expect(dev.stats().sent).toBe(1);
  });

  it.each(VERSIONS)('of %s end without a closing handshake', async (version) => {
    const dev = await publishedDispatcher({version});
    const client = await connectedOperator(dev);
    client.socket.close(1001, 'bye');
    expect(await client.closed).toBe(1006);
  });

  it.each([
    ['a text that is no envelope', 'hello'],
    ['an unknown method', '{"id":"1","method":"dance","address":"","hash":"","signature":""}'],
    ['a response', '{"id":"1","result":{"code":200},"address":"","hash":"","signature":""}'],
  ])('hear nothing after %s', async (_, text) => {
    const dev = await publishedDispatcher();
    const socket = await rawSocket(dev.url);
    socket.send(text);
    socket.send('{"id":"2","method":"connect","params":[{}],"address":"","hash":"","signature":""}');
    expect(await socket.next()).toBe(
      '{"id":"2","result":{"code":500,"message":"error"},"address":"","hash":"","signature":""}',
    );
  });

  it('hear nothing after a wrongly signed connect at the newest', async () => {
    const dev = await publishedDispatcher();
    const client = await bareOperator(dev);
    const params = `[{"operator":"${client.address}","workers":["opml"],"hash":"","signature":""}]`;
    client.socket.send(client.sign({id: 'x', method: 'connect', params}).replace('"id":"x"', '"id":"y"'));
    await dev.waitFor(({rejected}) => rejected['wrong-signature'] === 1);
    expect(await client.connect()).toEqual(SUCCESS);
    expect(client.frames).toHaveLength(1);
  });

  it('end at a frame above 16 MiB', async () => {
    const dev = await publishedDispatcher();
    const client = await connectedOperator(dev);
    client.socket.send(Buffer.alloc(17 * 1024 * 1024, ' ').toString());
    expect(await client.closed).toBe(1006);
  });

  it('acknowledge into the void: a refusal changes nothing', async () => {
    const events: DispatcherEvent[] = [];
    const dev = await publishedDispatcher({on: (event) => events.push(event)});
    const client = await connectedOperator(dev);
    dev.submit({prompt: 'p'});
    const {envelope, job} = await client.nextJob();
    client.acknowledge(envelope, 401);
    await dev.waitFor(({acknowledged}) => acknowledged === 1);
    expect(events.find(({type}) => type === 'acknowledged')).toMatchObject({code: 401});
    expect(await client.answer(job)).toEqual(SUCCESS);
    expect(dev.stats()).toMatchObject({sent: 1, accepted: 1});
  });
});

describe('faults', () => {
  it('of connect: refused, ignored, closed, closed with words', async () => {
    const plan = ['refuse', 'ignore', {code: 4003, reason: 'not on the list'}] as const;
    const dev = await publishedDispatcher({faults: {connect: ({n}) => plan[n - 1] ?? 'close'}});
    const client = await bareOperator(dev);
    expect(await client.connect()).toEqual({code: 500, message: 'error'});
    client.connect().catch(() => {}); // it ends with the connection
    await expect(client.connect()).rejects.toThrow('closed with 4003');
    const second = await bareOperator(dev);
    await expect(second.connect()).rejects.toThrow('closed with 1006');
  });

  it('of results: failed, ignored, muted, closed', async () => {
    const plan = ['fail', 'mute', 'close'] as const;
    const dev = await publishedDispatcher({faults: {result: ({n}) => plan[n - 1] ?? 'judge'}});
    const client = await connectedOperator(dev);
    dev.submit({prompt: 'p', jobId: 'j'});
    const {job} = await client.nextJob();
    expect(await client.answer(job)).toEqual({code: 500, message: 'error'});
    expect(dev.results('j')).toEqual([]);
    client.answer(job).catch(() => {}); // it ends with the connection
    await dev.waitFor(({accepted}) => accepted === 1);
    await expect(client.answer(job)).rejects.toThrow('closed with 1006');
  });

  it('of dispatches: odd frames are signed as the good ones', async () => {
    const dev = await publishedDispatcher({faults: {dispatch: () => [{params: '[]'}, 'unsigned', 'good']}});
    const client = await connectedOperator(dev);
    dev.submit({prompt: 'p'});
    const states: string[] = [];
    while (states.length < 3)
      states.push(verifyEnvelope(await client.next(({method}) => method === 'dispatch_job')).state);
    expect(states).toEqual(['signed', 'unsigned', 'signed']);
    expect(client.frames[1]!.params).toEqual([]);
  });

  it('of the API and the handshake: plain text, and no answer', async () => {
    const busy = {status: 503, text: 'Service Unavailable'};
    const dev = await publishedDispatcher({
      faults: {api: ({path}) => (path === '/api/job/submit' ? 'panic' : busy), upgrade: () => busy},
    });
    expect(await postText(dev, '/api/operator/info', '{}')).toEqual({
      status: 503,
      type: 'text/plain; charset=utf-8',
      text: 'Service Unavailable',
    });
    await expect(postText(dev, '/api/job/submit', '{}')).rejects.toThrow();
    await expect(bareOperator(dev)).rejects.toThrow('503');
  });
});

describe('the HTTP API', () => {
  const submission = {from: null, verify: null, job: {tag: 'opml', prompt: 'p'}};

  it.each(VERSIONS)('of %s takes a job and gives its rows', async (version) => {
    const dev = await publishedDispatcher({version});
    const client = await connectedOperator(dev);
    const body = '{"from":null,"verify":null,"user":"u","job":{"prompt":"é","params":{"temperature":1.0}}}';
    const {status, type, text} = await postText(dev, '/api/job/submit', body);
    expect({status, type}).toEqual({status: 200, type: 'application/json'});
    const {result: jobId} = JSON.parse(text) as {result: string};
    expect(jobId).toMatch(/^[0-9a-f]{64}$/);
    const {envelope, job} = await client.nextJob();
    expect(envelope.text).toContain('"job":{"prompt":"é","params":{"temperature":1.0}}');
    expect(await postJson(dev, '/api/job/result', {job_id: jobId})).toEqual({code: 200, result: []});
    await client.answer(job);
    const row = {
      id: `${client.address}_${jobId}_`,
      job_id: jobId,
      operator: client.address,
      result: '42',
      clock: {'1': '2'},
      signature: '',
      job_type: '',
      tag: '',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/) as string,
    };
    const newest = {...row, verify_id: jobId, vrf: expect.objectContaining({selected: true}) as object};
    const rows = {code: 200, result: [version === 'head' ? row : newest]};
    expect(await postJson(dev, '/api/job/result', {job_id: jobId})).toEqual(rows);
    const asked = version === 'head' ? {job_id: jobId, user: 'u'} : {user: 'u'};
    expect(await postJson(dev, '/api/job/verify', asked)).toEqual(rows);
    expect(await postJson(dev, '/api/job/result', {job_id: 'unknown'})).toEqual({code: 200, result: []});
  });

  it('takes a job that is no object', async () => {
    const dev = await publishedDispatcher();
    const socket = await rawSocket(dev.url);
    socket.send(recorded().dispatcherNewest.websocket[0]!.text);
    await socket.next();
    await postJson(dev, '/api/job/submit', {...submission, job: 'hello'});
    expect(await socket.next()).toContain('"job":"hello"}],"result":null');
  });

  it.each([
    ['POST', '/api/job/submit', '{"job":{},"verify":null}', 'application/json', 422],
    ['POST', '/api/job/submit', '{', 'application/json', 400],
    ['POST', '/api/job/submit', '{}', 'text/plain', 415],
    ['POST', '/api/job/submit', `"${'x'.repeat(2 * 1024 * 1024)}"`, 'application/json', 413],
    ['POST', '/api/job/verify', '{"job_id":"j"}', 'application/json', 422],
  ])('answers %s %s with plain text: %#', async (method, path, body, type, status) => {
    const dev = await publishedDispatcher();
    const answer = await postText(dev, path, body, {method, headers: {'content-type': type}});
    expect(answer).toMatchObject({status, type: 'text/plain; charset=utf-8'});
    expect(answer.text).not.toBe('');
    expect(dev.stats().submitted).toBe(0);
  });

  it.each([
    ['GET', '/api/job/submit', 405],
    ['GET', '/ping', 404],
    ['POST', '/ping', 404],
    ['POST', '/constructor', 404],
    ['POST', '/ws', 405],
  ])('answers %s %s with %i and nothing', async (method, path, status) => {
    const dev = await publishedDispatcher();
    const response = await fetch(`${dev.httpUrl}${path}`, {method});
    expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([
      status,
      null,
      '',
    ]);
  });

  it('is served beside the WebSocket too', async () => {
    const dev = await publishedDispatcher();
    const response = await fetch(dev.url.replace('ws://', 'http://'));
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("Connection header did not include 'upgrade'");
  });

  it('reads the recorded registration and answers in its form', async () => {
    const dev = await publishedDispatcher({version: 'head', random: () => 0.25});
    for (const {request, body, answer} of recorded().dispatcherHead.http) {
      const path = request.split(' ')[1]!;
      if (!path.startsWith('/api/') || body === null || answer === null) continue;
      const {text} = await postText(dev, path, body);
      const plain = (json: string): string =>
        json.replace(/"(start|end|created_at)":"[\d :-]+"/g, '"$1":"?"');
      expect(plain(text)).toBe(plain(answer));
    }
    const operator = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
    expect(await postJson(dev, '/api/operator/info', {operator})).toMatchObject({
      result: {start: '1200', end: '1800'},
    });
    expect(await postJson(dev, '/api/operator/info', {operator: operator.toLowerCase()})).toEqual({
      code: 200,
      result: null,
    });
  });
});

it('refuses a second connection of a taken port and leaves nothing open', async () => {
  const dev = await publishedDispatcher();
  const httpPort = Number(new URL(dev.httpUrl).port);
  await expect(publishedDispatcher({httpPort})).rejects.toMatchObject({code: 'PORT_IN_USE'});
  await expect(publishedDispatcher({host: '0.0.0.0'})).rejects.toMatchObject({code: 'NOT_LOOPBACK'});
});

it('is another dispatcher for another operator', async () => {
  const dev = await publishedDispatcher({key: PUBLISHED_KEY});
  const clients = [await connectedOperator(dev), await connectedOperator(dev, OTHER)];
  dev.submit({prompt: 'p', jobId: 'j'});
  for (const client of clients) {
    const {job} = await client.nextJob();
    expect((await client.answer(job)).code).toBe(200);
  }
  expect(dev.results('j').map(({operator}) => operator)).toEqual(clients.map(({address}) => address));
});
