import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  scanLogs,
  type ScanOptions,
  type ScanProgress,
  type ScanStats,
} from '../../../../src/lib/peers/chain/logs.ts';
import type {LogAnswer} from '../../../../src/lib/peers/chain/log-port.ts';
import {union, type Span} from '../../../../src/lib/peers/chain/spans.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {fewest, instantTime, simulatedProvider, type Provider} from '../../../support/log-provider.ts';

const FREE: Provider = {cap: Infinity, wording: 'stated', mostLogs: Infinity, suggests: false, flaky: 0};

type Run = {
  stats: ScanStats;
  found: Map<string, number[]>;
  taken: Map<string, Span[]>;
  mostAtOnce: number;
  answered: number;
};

async function scan(
  provider: Provider,
  spans: Readonly<Record<string, readonly Span[]>>,
  blocks: Readonly<Record<string, readonly number[]>> = {},
  over: Partial<ScanOptions> = {},
): Promise<Run> {
  const simulated = simulatedProvider(provider, new Map(Object.entries(blocks)));
  const found = new Map<string, number[]>();
  const taken = new Map<string, Span[]>();
  const tasks = Object.entries(spans).map(([address, wanted]) => ({
    filter: {address, topics: []},
    spans: wanted,
    take: (span: Span, logs: readonly {block: number}[]) => {
      found.set(address, [...(found.get(address) ?? []), ...logs.map(({block}) => block)]);
      taken.set(address, [...(taken.get(address) ?? []), span]);
    },
  }));
  const stats = await scanLogs(
    tasks,
    {
      getLogs: simulated.getLogs,
      time: instantTime(),
      random: () => 0.5,
      concurrency: 8,
      maxRequests: 100_000,
      ...over,
    },
    new AbortController().signal,
  );
  return {stats, found, taken, mostAtOnce: simulated.mostAtOnce(), answered: simulated.answered.length};
}

const failing = (answer: Partial<LogAnswer & {ok: false}>) => () =>
  Promise.resolve({
    ok: false as const,
    failure: {status: 200, code: -32602, text: ''},
    retryAfterMs: null,
    timedOut: false,
    ...answer,
  });

describe('scanLogs', () => {
  const provider = fc.record({
    cap: fc.oneof(fc.integer({min: 1, max: 60}), fc.integer({min: 61, max: 300_000})),
    wording: fc.constantFrom('stated', 'suggested', 'hidden', 'bare413' as const),
    mostLogs: fc.oneof(fc.constant(Infinity), fc.integer({min: 1, max: 50})),
    suggests: fc.boolean(),
    flaky: fc.oneof(fc.constant(0), fc.integer({min: 3, max: 40})),
  });
  const work = fc.record({
    provider,
    windows: fc.integer({min: 1, max: 60}),
    filters: fc.integer({min: 1, max: 5}),
    gap: fc.boolean(),
    concurrency: fc.integer({min: 1, max: 12}),
    logs: fc.array(fc.nat({max: 999_999}), {maxLength: 120}),
  });

  it('finds every log exactly once, whatever the provider’s limits and failures', async () => {
    await fc.assert(
      fc.asyncProperty(work, async ({provider, windows, filters, gap, concurrency, logs}) => {
        const blocks = Math.max(2, Math.min(400_000, provider.cap * windows));
        const first = 1_000;
        const all = {from: first, to: first + blocks - 1};
        const hole = {from: first + Math.floor(blocks / 3), to: first + Math.floor(blocks / 2)};
        const wanted = gap
          ? [
              {from: first, to: hole.from - 1},
              {from: hole.to + 1, to: all.to},
            ]
          : [all];
        const spans = wanted.filter(({from, to}) => from <= to);
        // One block holds one log of a filter, so that a block is never too much.
        const placed = [...new Set(logs.map((log) => first + (log % blocks)))].sort((a, b) => a - b);
        const names = Array.from({length: filters}, (_, index) => `0x${index}`);
        const run = await scan(
          provider,
          Object.fromEntries(names.map((name) => [name, spans])),
          Object.fromEntries(names.map((name, index) => [name, index === 0 ? placed : placed.slice(0, 3)])),
          {concurrency},
        );
        for (const [index, name] of names.entries()) {
          const expected = (index === 0 ? placed : placed.slice(0, 3)).filter((block) =>
            spans.some(({from, to}) => block >= from && block <= to),
          );
          expect([...(run.found.get(name) ?? [])].sort((a, b) => a - b)).toEqual(expected);
          const taken = run.taken.get(name) ?? [];
          expect(union(taken)).toEqual(union(spans));
          expect(taken.reduce((sum, {from, to}) => sum + to - from + 1, 0)).toBe(
            spans.reduce((sum, {from, to}) => sum + to - from + 1, 0),
          );
        }
        expect(run.mostAtOnce).toBeLessThanOrEqual(concurrency);
      }),
      {numRuns: 300},
    );
  });

  it('needs few more requests than the cap demands: 1.1 times when it is stated, 1.6 times when it is found', async () => {
    const one = fc.record({
      cap: fc.oneof(fc.integer({min: 300, max: 2_000}), fc.integer({min: 2_000, max: 20_000})),
      wording: fc.constantFrom('stated', 'suggested', 'hidden', 'bare413' as const),
      filters: fc.integer({min: 6, max: 8}),
      concurrency: fc.integer({min: 1, max: 16}),
    });
    await fc.assert(
      fc.asyncProperty(one, async ({cap, wording, filters, concurrency}) => {
        const span = {from: 0, to: 199_999};
        const spans = Object.fromEntries(Array.from({length: filters}, (_, index) => [`0x${index}`, [span]]));
        const {stats} = await scan({...FREE, cap, wording}, spans, {}, {concurrency});
        const ratio = stats.requests / (fewest([span], cap) * filters);
        expect(ratio).toBeLessThanOrEqual(wording === 'stated' || wording === 'suggested' ? 1.1 : 1.6);
      }),
      {numRuns: 300},
    );
  });

  it('grows its windows where the provider sets no limit', async () => {
    const {stats} = await scan(FREE, {a: [{from: 0, to: 3_000_000}]});
    expect(stats.requests).toBeLessThanOrEqual(10);
    expect(stats.window).toBeGreaterThan(1_000_000);
  });

  it('starts with 10,000 blocks', async () => {
    const asked: number[] = [];
    const simulated = simulatedProvider(FREE, new Map());
    await scan(
      FREE,
      {a: [{from: 5, to: 100_004}]},
      {},
      {
        getLogs: (filter, span, signal) => {
          asked.push(span.to - span.from + 1);
          return simulated.getLogs(filter, span, signal);
        },
      },
    );
    expect(asked.slice(0, 3)).toEqual([10_000, 20_000, 40_000]);
  });

  it('reads nothing when nothing is missing', async () => {
    const {stats} = await scan(FREE, {a: []});
    expect(stats).toMatchObject({requests: 0, logs: 0, window: null});
  });

  it('refuses a scan that a small cap makes too long, and says how many requests it takes and what helps', async () => {
    const spans = {a: [{from: 0, to: 2_199_999}]};
    const scanning = scan({...FREE, cap: 10, wording: 'suggested'}, spans, {}, {maxRequests: 10_000});
    const error = await scanning.catch((thrown: unknown) => thrown);
    expect(isAosError(error, 'SCAN_TOO_LARGE')).toBe(true);
    if (!isAosError(error)) return;
    expect(error.details).toMatchObject({requests: 220_001, maxRequests: 10_000, window: 10});
    expect(error.message).toContain('220,001 requests');
    expect(error.next.say).toContain('--max-requests 220001');
    expect(error.next.say).toContain('--since 30d');
    expect(error.next.say).toContain('1,000 blocks a request');
  });

  it('never sends more than the allowed requests, also while it still learns', async () => {
    const simulated = simulatedProvider({...FREE, cap: 37, wording: 'hidden'}, new Map());
    const scanning = scan(
      FREE,
      {a: [{from: 0, to: 99_999}]},
      {},
      {getLogs: simulated.getLogs, maxRequests: 50},
    );
    await expect(scanning).rejects.toMatchObject({code: 'SCAN_TOO_LARGE'});
    expect(simulated.requests()).toBeLessThanOrEqual(50);
  });

  it.each([
    ['archive', 'Archive requests require a personal token. Get one at: https://example.org'],
    ['quota', 'daily request count exceeded'],
    ['unsupported', 'the method eth_getLogs does not exist'],
    ['other', 'invalid params'],
  ])('stops at once with advice when no range will help: %s', async (why, text) => {
    let requests = 0;
    const refuse = failing({failure: {status: 200, code: -32602, text}});
    const getLogs = () => ((requests += 1), refuse());
    const scanning = scan(FREE, {a: [{from: 0, to: 99_999}]}, {}, {getLogs});
    await expect(scanning).rejects.toMatchObject({code: 'LOGS_REFUSED', details: {why}});
    expect(requests).toBe(1);
  });

  it('stops when even one block is too much', async () => {
    const getLogs = failing({failure: {status: 200, code: -32602, text: 'block range is too wide'}});
    await expect(
      scan(FREE, {a: [{from: 0, to: 99_999}]}, {}, {getLogs, maxRequests: 1_000_000}),
    ).rejects.toMatchObject({code: 'LOGS_REFUSED', details: {why: 'one-block'}});
  });

  it('gives up on a provider that only fails, after a bounded number of tries', async () => {
    for (const answer of [
      {failure: {status: null, code: null, text: ''}},
      {failure: {status: 503, code: null, text: ''}},
      {failure: {status: 429, code: null, text: ''}},
      {failure: {status: null, code: null, text: ''}, timedOut: true},
    ]) {
      let requests = 0;
      const refuse = failing(answer);
      const getLogs = () => ((requests += 1), refuse());
      await expect(scan(FREE, {a: [{from: 0, to: 99_999}]}, {}, {getLogs})).rejects.toMatchObject({
        code: 'CHAIN_UNREACHABLE',
      });
      expect(requests).toBeLessThanOrEqual(20);
    }
  });

  it('waits as long as Retry-After asks', async () => {
    const time = instantTime();
    const simulated = simulatedProvider(FREE, new Map());
    const refuse = failing({failure: {status: 429, code: null, text: ''}, retryAfterMs: 7_000});
    let first = true;
    await scan(
      FREE,
      {a: [{from: 0, to: 9}]},
      {},
      {
        time,
        getLogs: (filter, span, signal) => {
          if (!first) return simulated.getLogs(filter, span, signal);
          first = false;
          return refuse();
        },
      },
    );
    expect(time.monotonic()).toBe(7_000);
  });

  it('tells how far it is, with an ETA, and ends complete', async () => {
    const seen: ScanProgress[] = [];
    const time = instantTime();
    const simulated = simulatedProvider({...FREE, cap: 1_000}, new Map());
    await scan(
      FREE,
      {a: [{from: 0, to: 19_999}]},
      {},
      {
        time,
        concurrency: 1,
        getLogs: async (...args) => {
          await time.sleep(100);
          return simulated.getLogs(...args);
        },
        onProgress: (progress) => seen.push(progress),
      },
    );
    const half = seen.find(({blocks}) => blocks === 10_000);
    expect(half).toMatchObject({blocksTotal: 20_000, requestsLeft: 10, window: 1_000, etaMs: 1_200});
    expect(seen.at(-1)).toMatchObject({blocks: 20_000, requestsLeft: 0, etaMs: 0});
  });

  it('keeps what was taken and stops when aborted', async () => {
    const stop = new AbortController();
    const simulated = simulatedProvider({...FREE, cap: 1_000}, new Map());
    const taken: Span[] = [];
    const scanning = scanLogs(
      [
        {
          filter: {address: 'a', topics: []},
          spans: [{from: 0, to: 99_999}],
          take(span) {
            taken.push(span);
            if (taken.length === 10) stop.abort('SIGINT');
          },
        },
      ],
      {
        getLogs: simulated.getLogs,
        time: instantTime(),
        random: () => 0.5,
        concurrency: 4,
        maxRequests: 1_000,
      },
      stop.signal,
    );
    await expect(scanning).rejects.toBe('SIGINT');
    expect(taken.length).toBeGreaterThanOrEqual(10);
    expect(taken.length).toBeLessThan(20);
    expect(simulated.requests()).toBeLessThan(25);
  });
});
