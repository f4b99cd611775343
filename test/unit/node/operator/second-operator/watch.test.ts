import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../../src/lib/foundation/errors/error.ts';
import type {OperatorEventBody} from '../../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../../src/lib/node/operator/health.ts';
import {watchSecondOperator} from '../../../../../src/lib/node/operator/second-operator/watch.ts';
import {jobRef} from '../../../../support/event-log.ts';
import {virtualTime} from '../../../../support/virtual-time.ts';

const NODE = '0xFE3B557E8Fb62b89F4916B721be55cEb828dBd73';
const CONNECTED: OperatorEventBody = {type: 'connected', url: 'ws://d'};
const GONE: OperatorEventBody = {type: 'disconnected', reason: 'gone', retryInMs: 1};
const REPEATED: OperatorEventBody = {type: 'connect_repeated', quietMs: 1};
const JOB: OperatorEventBody = {type: 'job_received', job: jobRef(1), signer: null};
const SECOND = 1_000;
const MINUTE = 60_000;

type Rows = () => readonly {operator: string; result: string}[];

function stage({ours = 'our answer', rows}: {ours?: string | null; rows?: Rows} = {}) {
  const time = virtualTime();
  const said: string[] = [];
  const emit = (event: OperatorEventBody): void => {
    if (event.type === 'problem') said.push(`${event.part} ${event.code}: ${event.message}`);
    if (event.type === 'recovered') said.push(`${event.part} recovered`);
  };
  const asked: string[] = [];
  const stop = new AbortController();
  const watch = watchSecondOperator({
    nodeId: NODE,
    journal: {
      get: () => (ours === null ? undefined : ({content: JSON.stringify({result: ours})} as never)),
    },
    results:
      rows === undefined
        ? null
        : {
            kept: (jobId) => {
              asked.push(jobId);
              return Promise.resolve().then(rows);
            },
          },
    time,
    health: createHealth(emit, time),
  });
  const ended = watch.run(stop.signal);
  const put = async (ms: number, ...events: OperatorEventBody[]): Promise<void> => {
    for (const event of events) watch.onEvent(event);
    await time.advance(ms);
  };
  return {time, said, asked, stop, ended, put};
}

describe('an accepted connection that is taken away', () => {
  it('again and again is a sign of a second operator', async () => {
    const {put, said} = stage();
    for (const held of [500, 2_000, 9_000, 15_000]) {
      await put(held, CONNECTED);
      expect(said).toEqual([]);
      await put(SECOND, GONE);
    }
    await put(0, CONNECTED);
    expect(said).toEqual([
      expect.stringMatching(/^identity SECOND_OPERATOR: .*taken away 4 times in 5 minutes$/),
    ]);
  });

  it.each([
    ['held for longer', 25 * SECOND, SECOND],
    ['seldom', 5 * SECOND, 2 * MINUTE],
  ])('%s is none', async (_name, held, pause) => {
    const {put, said} = stage();
    for (let n = 0; n < 20; n += 1) {
      await put(held, CONNECTED);
      await put(pause, GONE);
    }
    expect(said).toEqual([]);
  });

  it('is none when it was never accepted', async () => {
    const {put, said} = stage();
    for (let n = 0; n < 20; n += 1) await put(SECOND, GONE);
    await put(0, CONNECTED);
    expect(said).toEqual([]);
  });
});

describe('jobs that stop and come again with another connect', () => {
  /** Jobs, one every 10 s, for so long. */
  async function work({put}: ReturnType<typeof stage>, ms: number): Promise<void> {
    for (let at = 0; at < ms; at += 10 * SECOND) await put(10 * SECOND, JOB);
  }

  it('twice are a sign of a second operator', async () => {
    const at = stage();
    await at.put(0, CONNECTED);
    await work(at, 15 * MINUTE);
    for (const found of [0, 1]) {
      await at.put(5 * MINUTE, JOB);
      await at.put(SECOND, REPEATED);
      expect(at.said).toHaveLength(0);
      await at.put(10 * SECOND, JOB);
      expect(at.said).toHaveLength(found);
      if (found === 0) await work(at, 5 * MINUTE);
    }
    expect(at.said[0]).toContain('the jobs stopped');
  });

  it.each([
    ['that come long after connect', 5 * MINUTE, 5 * MINUTE, 15 * MINUTE],
    ['that pause no longer than they do', MINUTE, SECOND, 15 * MINUTE],
    ['just after our own new connection', 5 * MINUTE, SECOND, 3 * MINUTE],
  ])('%s are none', async (_name, quiet, after, before) => {
    const at = stage();
    for (let n = 0; n < 5; n += 1) {
      await at.put(0, GONE, CONNECTED);
      await work(at, before);
      await at.put(quiet, JOB);
      await at.put(after, REPEATED);
      await at.put(10 * SECOND, JOB);
    }
    expect(at.said).toEqual([]);
  });
});

describe('what the dispatcher keeps', () => {
  const ACCEPTED: OperatorEventBody = {type: 'result_accepted', job: jobRef(1), ms: 1, outcome: 'answered'};

  it.each([
    ['another result', [{operator: NODE, result: 'theirs'}], 1],
    ['another result in another letter case', [{operator: NODE.toLowerCase(), result: 'theirs'}], 1],
    ['ours', [{operator: NODE, result: 'our answer'}], 0],
    [
      'ours, and one of another tag',
      [
        {operator: NODE, result: 'theirs'},
        {operator: NODE, result: 'our answer'},
      ],
      0,
    ],
    ['only those of others', [{operator: NODE.replace(/.$/, '4'), result: 'theirs'}], 0],
    ['rows without an operator', [{operator: '', result: 'theirs'}], 0],
    ['nothing', [], 0],
  ])('is compared with the journal: %s', async (_name, rows, problems) => {
    const {put, said, asked} = stage({rows: () => rows});
    await put(MINUTE, ACCEPTED);
    await put(10 * MINUTE);
    expect(asked).toEqual([jobRef(1).jobId]);
    expect(said).toHaveLength(problems);
  });

  it('is asked for at most once a minute, and less where there are no rows', async () => {
    const good = stage({rows: () => []});
    for (let n = 0; n < 100; n += 1) await good.put(6 * SECOND, ACCEPTED, ACCEPTED);
    expect(good.asked).toHaveLength(10);
    const bad = stage({
      rows: () => Promise.reject(new AosError('DISPATCHER_REFUSED', 'no such path')) as never,
    });
    for (let n = 0; n < 600; n += 1) await bad.put(6 * SECOND, ACCEPTED);
    expect(bad.asked.length).toBeLessThan(4);
    expect(bad.said).toEqual([]);
  });

  it('is not asked for a job that the journal has no more', async () => {
    const {put, asked} = stage({ours: null, rows: () => []});
    await put(10 * MINUTE, ACCEPTED);
    expect(asked).toEqual([]);
  });

  it('is told by a refused result, too', async () => {
    const {put, said} = stage();
    await put(0, {
      type: 'result_retry',
      job: jobRef(1),
      code: 'RESULT_TAKEN',
      message: 'the result was answered with code 409: another result',
      retryInMs: 1,
    });
    expect(said).toEqual([expect.stringContaining('code 409')]);
  });
});

describe('a second operator that was seen', () => {
  it('is taken for gone after an hour without a sign, and its watch ends with the run', async () => {
    const {put, said, stop, ended, time} = stage();
    const taken = {
      type: 'result_retry',
      job: jobRef(1),
      code: 'RESULT_TAKEN',
      message: 'm',
      retryInMs: 1,
    } as const;
    await put(50 * MINUTE, taken);
    await put(50 * MINUTE, taken);
    expect(said).toHaveLength(1);
    await put(20 * MINUTE);
    expect(said).toEqual([expect.stringContaining('SECOND_OPERATOR'), 'identity recovered']);
    stop.abort();
    await ended;
    expect(time.timers()).toBe(0);
  });
});
