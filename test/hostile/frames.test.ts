import {describe, expect, it} from 'vitest';
import {openJobReader} from '../../src/lib/node/journal/job-query.ts';
import {
  bareDispatcher,
  jobText,
  replyText,
  requestText,
  type BareDispatcher,
} from '../support/bare-dispatcher.ts';
import {hostileSize} from '../support/hostile-size.ts';
import {createRig, type Rig, type Run} from '../support/operator-rig.ts';

const MIB = 1024 * 1024;
const BURST = hostileSize({full: 100_000, bounded: 5_000});

/** An operator at a dispatcher that may send what it likes; no job is for its worker. */
async function stage(): Promise<{rig: Rig; dispatcher: BareDispatcher; start: () => Promise<Run>}> {
  const rig = await createRig({dispatcher: {version: 'head'}, range: [0n, 0n]});
  const dispatcher = await bareDispatcher();
  const start = async (): Promise<Run> => {
    const run = await rig.start({url: dispatcher.url});
    await run.event('connected');
    return run;
  };
  return {rig, dispatcher, start};
}

const element = (id: string, prompt = 'p', params: unknown = {}): unknown => ({
  user: '',
  seed: '',
  tag: '',
  position: '',
  signature: '',
  clock: {'1': '1'},
  job_id: id,
  job: {tag: 'opml', model: 'm', prompt, params},
});
const elements = (count: number, prompt?: string): unknown[] =>
  Array.from({length: count}, (_, n) => element(`job ${n}`, prompt));

const accepted = (run: Run, count: number): Promise<unknown> =>
  run.event('result_accepted', () => run.of('result_accepted').length >= count);
const codes = (dispatcher: BareDispatcher): number[] =>
  dispatcher.of(null).map(({result}) => (result as {code: number}).code);
/** job_ids of the results, each once, and how many results there were. */
const answered = (dispatcher: BareDispatcher): {jobs: number; results: number} => {
  const ids = dispatcher.of('job_result').map(({params}) => (params as {job_id: string}[])[0]?.job_id);
  return {jobs: new Set(ids).size, results: ids.length};
};

const signed = (text: string): string =>
  text.replace(
    '"address":"","hash":"","signature":""',
    `"address":"0x${'11'.repeat(20)}","hash":"","signature":"${'11'.repeat(64)}1b"`,
  );

describe(`a burst of ${BURST} frames`, () => {
  it.each([
    ['one byte', () => 'x', BURST],
    ['badly signed', () => signed(jobText({jobId: 'bad'})), BURST],
    ['signed replies to unknown ids', () => signed(replyText('unknown')), 0],
  ])(
    '%s: a job behind it is answered, and few events and responses come of it',
    async (_name, text, rejected) => {
      const {dispatcher, start} = await stage();
      const run = await start();
      const one = text();
      for (let n = 0; n < BURST; n += 1) dispatcher.send(one);
      dispatcher.send(jobText({jobId: 'behind'}));
      await accepted(run, 1);
      expect(run.of('frame_rejected').length).toBeLessThan(1_000);
      expect(codes(dispatcher).length).toBeLessThan(1_000);
      expect(await run.stop()).toMatchObject({accepted: 1, received: 1, rejected, pending: 0});
    },
  );

  it('the same job again and again: one acknowledgement, one result, and the count of the others', async () => {
    const {dispatcher, start} = await stage();
    const run = await start();
    const one = jobText({jobId: 'again'});
    for (let n = 0; n < BURST; n += 1) dispatcher.send(one);
    dispatcher.send(jobText({jobId: 'behind'}));
    await accepted(run, 2);
    expect(run.of('job_duplicate').length).toBeLessThan(1_000);
    expect(codes(dispatcher)).toEqual([200, 200]);
    expect(answered(dispatcher)).toEqual({jobs: 2, results: 2});
    expect(await run.stop()).toMatchObject({accepted: 2, received: 2, duplicates: BURST - 1});
  });
});

describe('a frame of 57 MB', () => {
  const [jobs, long] = hostileSize({full: [999, 57_000_000], bounded: [200, 20_000_000]});

  it('with a prompt that is too long: the other jobs are answered, once, also after a crash', async () => {
    const {rig, dispatcher, start} = await stage();
    const run = await start();
    dispatcher.send(requestText('dispatch_job', [element('too long', 'x'.repeat(long)), ...elements(jobs)]));
    dispatcher.send(jobText({jobId: 'behind'}));
    await run.event('job_received', ({job}) => job.jobId === 'behind');
    expect(run.of('job_received').at(-1)?.job.jobId).toBe('behind');
    expect(run.of('frame_rejected')).toMatchObject([{reason: 'bad-message', count: 1}]);
    expect(run.of('problem')).toMatchObject([{part: 'jobs', code: 'JOB_REFUSED'}]);
    await run.crash();
    const next = await start();
    await accepted(next, next.journal.pending());
    expect(await next.stop()).toMatchObject({pending: 0});
    const {jobs: done, results} = answered(dispatcher);
    expect(done).toBe(jobs + 1);
    expect(results).toBeGreaterThanOrEqual(jobs + 1);
    const reader = openJobReader({dir: rig.dir});
    expect(reader.refused.list(10)).toMatchObject([
      {reason: 'bad-message', frame: expect.anything() as unknown},
    ]);
    expect(reader.refused.one(1)?.message).toContain('params[0]');
    reader.close();
  });

  it('is acknowledged for the jobs that were taken', async () => {
    const {dispatcher, start} = await stage();
    const run = await start();
    dispatcher.send(requestText('dispatch_job', [element('too long', 'x'.repeat(3 * MIB)), ...elements(10)]));
    await accepted(run, 10);
    await run.event('result_accepted');
    expect(dispatcher.of(null).map(({result}) => result)).toEqual([
      {code: 200, message: '10 of 11 jobs taken'},
    ]);
    await run.stop();
  });

  it('of more than 1,000 jobs is refused whole', async () => {
    const {dispatcher, start} = await stage();
    const run = await start();
    dispatcher.send(
      requestText('dispatch_job', elements(1_001, 'x'.repeat(hostileSize({full: 57_000, bounded: 5_000})))),
    );
    dispatcher.send(jobText({jobId: 'behind'}));
    await accepted(run, 1);
    expect(codes(dispatcher)).toEqual([400, 200]);
    expect(await run.stop()).toMatchObject({received: 1, rejected: 1});
  });

  it('of a hostile shape is refused, and the job behind it is answered', async () => {
    const {dispatcher, start} = await stage();
    const run = await start();
    const size = hostileSize({full: 50, bounded: 10}) * MIB;
    const keys = (count: number): string =>
      Array.from({length: count}, (_, n) => `"${'k'.repeat(100)}${n}":${n}`).join(',');
    const params = (text: string): string => requestText('dispatch_job', 'HERE').replace('"HERE"', text);
    const shapes = [
      params(`[{"job_id":"j","job":{"params":{${keys(size / 112)}}}}]`),
      params('['.repeat(size)),
      params(`[{"job_id":"j","job":{"prompt":"${'\\u0041'.repeat(size / 6)}"}}]`),
      params(`[{"job_id":"j","job":{"params":{"n":${'1'.repeat(size)}}}}]`),
      params(`[${' '.repeat(size)}]`),
      params(`"${'x'.repeat(size)}"`),
      `{"id":"x","code":500,"message":"${'m'.repeat(size)}"}`,
    ];
    for (const text of shapes) dispatcher.send(text);
    dispatcher.send(jobText({jobId: 'behind'}));
    await accepted(run, 1);
    expect(await run.stop()).toMatchObject({received: 1, rejected: shapes.length});
  });
});
