import {expect, it} from 'vitest';
import {watchOperator} from '../../../../src/lib/features/dashboard/source.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {ControlClient} from '../../../../src/lib/node/control/client.ts';
import {emptyView} from '../../../../src/lib/node/events/view.ts';
import {settled, virtualTime} from '../../../support/virtual-time.ts';

const hello = {
  protocol: '1.2',
  version: '0.0.0',
  nodeId: '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73',
  network: 'devnet',
  host: 'h',
  pid: 1,
  startedAt: 0,
} as unknown as ControlClient['hello'];

/** A connection that sends nothing, and answers pings as the test says. */
function quietClient(ping: () => Promise<unknown>): ControlClient & {closed: () => boolean; end: () => void} {
  let end = (): void => {};
  let closed = false;
  const over = new Promise<void>((resolve) => (end = resolve));
  return {
    hello,
    snapshot: emptyView,
    async *follow() {
      await over;
      yield [];
    },
    command: ping,
    close() {
      closed = true;
      end();
    },
    closed: () => closed,
    end,
  };
}

it('an operator that hangs is away after its ping, not shown as it was for ever, and is connected to again', async () => {
  const time = virtualTime();
  const stop = new AbortController();
  const news: string[] = [];
  const well = quietClient(() => Promise.resolve({pong: true}));
  const hung = quietClient(() =>
    Promise.reject(new AosError('CONTROL_BROKEN', 'the operator did not answer the command within 10 s')),
  );
  const connected = [hung, well];
  const watching = watchOperator({
    first: null,
    connect: () => Promise.resolve(connected.shift() ?? well),
    time,
    signal: stop.signal,
    onNews: (one) => news.push(one.type === 'away' ? one.reason : one.type),
    onLost: () => true,
  });
  await time.advance(5_000);
  expect(news).toEqual(['attached', 'the operator did not answer the command within 10 s']);
  expect(hung.closed()).toBe(true);
  await time.advance(60_000);
  expect(news.slice(2)).toEqual(['attached']);
  stop.abort(new Error('over'));
  await watching;
  await settled();
  expect(time.timers()).toBe(0);
});

it('an operator that sends more than is read, and answers no ping, is not away', async () => {
  const time = virtualTime();
  const stop = new AbortController();
  const news: string[] = [];
  let next = (): void => {};
  const client = quietClient(() => {
    next();
    return new Promise((_resolve, reject) =>
      setImmediate(() => reject(new AosError('CONTROL_BROKEN', 'the operator did not answer in time'))),
    );
  });
  client.follow = async function* () {
    while (!stop.signal.aborted) {
      await new Promise<void>((resolve) => (next = resolve));
      yield [];
    }
  };
  const watching = watchOperator({
    first: client,
    connect: () => Promise.reject(new Error('not again')),
    time,
    signal: stop.signal,
    onNews: (one) => news.push(one.type === 'away' ? one.reason : one.type),
    onLost: () => false,
  });
  await time.advance(60_000);
  expect(news).toEqual(['attached']);
  stop.abort(new Error('over'));
  next();
  await watching;
});

it('ends with the process that it belongs to, also when that is gone only after its connection', async () => {
  const time = virtualTime();
  const client = quietClient(() => Promise.resolve({pong: true}));
  const lives = [true, true, false];
  const news: string[] = [];
  const watching = watchOperator({
    first: client,
    connect: () => Promise.reject(new AosError('CONTROL_ABSENT', 'no operator runs')),
    time,
    signal: new AbortController().signal,
    onNews: (one) => news.push(one.type),
    onLost: () => lives.shift() ?? false,
  });
  client.end();
  await time.advance(10_000);
  await watching;
  expect(news).toEqual(['attached', 'away', 'away', 'away']);
});

it('an operator that ends while its ping is under way has closed the connection', async () => {
  const time = virtualTime();
  const news: string[] = [];
  let fail = (): void => {};
  const client = quietClient(
    () =>
      new Promise((_resolve, reject) => {
        fail = () => reject(new AosError('CONTROL_ABSENT', 'the operator has ended'));
      }),
  );
  const watching = watchOperator({
    first: client,
    connect: () => Promise.reject(new Error('not again')),
    time,
    signal: new AbortController().signal,
    onNews: (one) => news.push(one.type === 'away' ? one.reason : one.type),
    onLost: () => false,
  });
  await time.advance(5_000);
  fail();
  client.end();
  await watching;
  expect(news).toEqual(['attached', 'the operator closed the connection']);
});
