import {describe, expect, it} from 'vitest';
import type {AssignRange} from '../../../src/devnet/published/register.ts';
import {quietTime} from '../../support/quiet-time.ts';
import {
  bareOperator,
  connectedOperator,
  postJson,
  postText,
  publishedDispatcher,
  rawSocket,
} from '../../support/published.ts';

const BLOCK_MS = 12_000;

function registration(operator: string): object {
  return {address: operator, signature: '', params: {operator, signature: '', hash: ''}};
}

/** A chain whose transactions are in a block 12 s later. */
function slowChain() {
  const time = quietTime();
  const sent: string[] = [];
  const assign: AssignRange = async (operator, {start}, signal) => {
    sent.push(`${operator} ${start}`);
    await time.sleep(BLOCK_MS, signal);
  };
  return {time, sent, assign};
}

describe('register', () => {
  it('waits for its block, and everything waits for it', async () => {
    const {time, assign, sent} = slowChain();
    const dev = await publishedDispatcher({time, assign});
    const client = await connectedOperator(dev);
    dev.submit({prompt: 'p'});
    const {job} = await client.nextJob();
    const order: string[] = [];
    const note = <T>(name: string, promise: Promise<T>): Promise<T> =>
      promise.finally(() => order.push(`${name} ${time.monotonic()}`));

    const registered = note('register', postJson(dev, '/api/operator/register', registration('0xa')));
    await time.until(() => expect(sent).toHaveLength(1), BLOCK_MS / 2);
    const waiting = [
      note('info', postJson(dev, '/api/operator/info', {operator: '0xa'})),
      note('submit', postJson(dev, '/api/job/submit', {from: null, verify: null, job: {}})),
      note('handshake', bareOperator(dev)),
      note('result', client.answer(job)),
    ];
    expect(await time.during(registered, 'the registration')).toMatchObject({code: 200, result: {id: '0xa'}});
    await time.during(Promise.all(waiting), 'the others');
    expect(order[0]).toMatch(/^register/);
    expect(order).toHaveLength(5);
    expect(time.monotonic()).toBeGreaterThanOrEqual(BLOCK_MS);
  });

  it('takes one after the other, five of five', async () => {
    const {time, assign} = slowChain();
    const dev = await publishedDispatcher({time, assign});
    const names = ['0xa', '0xb', '0xc', '0xd', '0xe'];
    const all = names.map((name) => postJson(dev, '/api/operator/register', registration(name)));
    const answers = await time.during(Promise.all(all), 'five registrations');
    expect(answers).toMatchObject(names.map((id) => ({code: 200, result: {id}})));
    expect(time.monotonic()).toBe(5 * BLOCK_MS);
  });

  it('of a client that hangs up leaves its transaction, no row, and the lock free', async () => {
    const {time, assign, sent} = slowChain();
    const dev = await publishedDispatcher({time, assign});
    const impatient = new AbortController();
    const lost = postText(dev, '/api/operator/register', JSON.stringify(registration('0xa')), {
      signal: impatient.signal,
    });
    await time.until(() => expect(sent).toHaveLength(1), BLOCK_MS / 2);
    impatient.abort();
    await expect(lost).rejects.toThrow();
    const info = postJson(dev, '/api/operator/info', {operator: '0xa'});
    expect(await time.during(info, 'info')).toEqual({code: 200, result: null});
    expect(sent).toHaveLength(1);
  });

  it('of an id with a row moves its range and fails, and another letter case is another id', async () => {
    const sent: string[] = [];
    const slots = [0.1, 0.9, 0.5];
    const dev = await publishedDispatcher({
      random: () => slots.shift() ?? 0,
      assign: (operator, {start, end}) => {
        sent.push(`${operator} ${start}-${end}`);
        return Promise.resolve();
      },
    });
    expect(await postJson(dev, '/api/operator/register', registration('0xAb'))).toMatchObject({
      code: 200,
      result: {start: '600', end: '1200'},
    });
    const {text} = await postText(dev, '/api/operator/register', JSON.stringify(registration('0xAb')));
    expect(text).toBe(
      '{"code":500,"message":"duplicate key value violates unique constraint \\"operator_pkey\\"","result":null}',
    );
    expect(await postJson(dev, '/api/operator/register', registration('0xab'))).toMatchObject({code: 200});
    expect(sent).toEqual(['0xAb 600-1200', '0xAb 5400-6000', '0xab 3000-3600']);
    expect(await postJson(dev, '/api/operator/info', {operator: '0xAb'})).toMatchObject({
      result: {start: '600'},
    });
  });

  it('whose chain fails ends without an answer, and the next one is served', async () => {
    let isPoor = true;
    const dev = await publishedDispatcher({
      assign: () => (isPoor ? Promise.reject(new Error('no funds')) : Promise.resolve()),
    });
    const body = JSON.stringify(registration('0xa'));
    await expect(postText(dev, '/api/operator/register', body)).rejects.toThrow();
    isPoor = false;
    expect(await postJson(dev, '/api/operator/register', registration('0xa'))).toMatchObject({code: 200});
  });
});

it('a socket answers pings while it is idle, and none while a frame of it waits for the lock', async () => {
  const {time, assign, sent} = slowChain();
  const dev = await publishedDispatcher({time, assign});
  const [idle, busy] = [await rawSocket(dev.url), await connectedOperator(dev)];
  const pongs: string[] = [];
  idle.socket.on('pong', () => pongs.push('idle'));
  busy.socket.on('pong', () => pongs.push('busy'));
  const registered = postJson(dev, '/api/operator/register', registration('0xa'));
  await time.until(() => expect(sent).toHaveLength(1), BLOCK_MS / 2);
  const answered = busy.connect();
  busy.socket.ping();
  idle.socket.ping();
  await time.until(() => expect(pongs).toEqual(['idle']), BLOCK_MS / 2);
  await time.during(Promise.all([registered, answered]), 'the lock');
  await time.until(() => expect(pongs).toEqual(['idle', 'busy']));
});

it('head forgets a new connection when the old one ends 16 ms after its connect', async () => {
  const {time, assign, sent} = slowChain();
  const dev = await publishedDispatcher({version: 'head', time, assign});
  const first = await connectedOperator(dev);
  const second = await bareOperator(dev);
  const registered = postJson(dev, '/api/operator/register', registration('0xa'));
  await time.until(() => expect(sent).toHaveLength(1), BLOCK_MS / 2);
  const connect = second.connect();
  // The new connection's frame waits for the lock when the old one's end comes.
  await time.during(time.sleep(16), 'a moment');
  first.socket.terminate();
  await time.during(Promise.all([registered, connect]), 'the lock');
  await time.during(
    dev.waitFor(({disconnects}) => disconnects === 1),
    'the old end',
  );
  expect(dev.stats().connected).toEqual([]);
  expect(second.socket.readyState).toBe(second.socket.OPEN);
});

describe('a database that is away', () => {
  it('costs every request 30 s and says nothing', async () => {
    const time = quietTime();
    const dev = await publishedDispatcher({time});
    const client = await connectedOperator(dev);
    dev.submit({prompt: 'p'});
    const {job} = await client.nextJob();
    dev.setFaults({database: 'away'});
    const info = postText(dev, '/api/operator/info', '{"operator":"0xa"}');
    expect(await time.during(info, 'info')).toEqual({
      status: 200,
      type: 'application/json',
      text: '{"code":500,"message":""}',
    });
    expect(time.monotonic()).toBe(30_000);
    expect(await time.during(client.answer(job), 'the answer')).toEqual({code: 500, message: 'error'});
    dev.setFaults({});
    expect((await client.answer(job)).code).toBe(200);
  });
});

it('more than 201 submissions at once stop everything until the clients give up', async () => {
  const {time, assign, sent} = slowChain();
  const dev = await publishedDispatcher({time, assign});
  await connectedOperator(dev);
  const registered = postJson(dev, '/api/operator/register', registration('0xa'));
  await time.until(() => expect(sent).toHaveLength(1), BLOCK_MS / 2);
  const patience = new AbortController();
  const body = JSON.stringify({from: null, verify: null, job: {}});
  const all = Array.from({length: 260}, () =>
    postText(dev, '/api/job/submit', body, {signal: patience.signal}).then(
      () => true,
      () => false,
    ),
  );
  await time.during(registered, 'the registration');
  await dev.waitFor(({submitted}) => submitted === 202);
  const info = postJson(dev, '/api/operator/info', {operator: 'x'});
  let isAnswered = false;
  void info.then(() => (isAnswered = true));
  await time.during(time.sleep(600_000), 'ten minutes');
  expect(isAnswered).toBe(false);
  expect(dev.stats()).toMatchObject({submitted: 202, sent: 0});

  patience.abort();
  expect((await Promise.all(all)).filter((isTaken) => isTaken)).toHaveLength(201);
  expect(await info).toEqual({code: 200, result: null});
  const stats = await dev.waitFor((now) => now.sent === 201);
  expect(stats.submitted).toBe(202);
});
