import {describe, expect, it, onTestFinished} from 'vitest';
import type {OpmlFaults} from '../../../../src/devnet/worker/faults.ts';
import {startOpmlWorker, type OpmlWorker} from '../../../../src/devnet/worker/opml-worker.ts';
import {instantLlm} from '../../../support/instant-llm.ts';
import {createRig, type Rig, type Run, type RunOptions} from '../../../support/operator-rig.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

type World = {
  rig: Rig;
  worker: OpmlWorker;
  faults: OpmlFaults;
  /** Starts an operator on the rig's journal. */
  start(change?: RunOptions['worker']): Promise<Run>;
  /** What the dispatcher has of a job: its texts. */
  texts(jobId: string): string[];
};

/** An operator beside a published worker that needs `workMs` for an answer; the documented example has concurrency 4. */
async function world(workMs: number, faults: OpmlFaults = {}): Promise<World> {
  const rig = await createRig();
  const now: OpmlFaults = {lateMs: workMs, ...faults};
  const worker = await publishedWorker(rig, now);
  return {
    rig,
    worker,
    faults: now,
    async start(change = {}) {
      const limits = {urls: [worker.url], concurrency: 4, answerTimeoutMs: 60 * SECOND, deadlineMs: HOUR / 3};
      const run = await rig.start({worker: {...limits, ...change}});
      await run.event('range');
      await run.event('connected');
      return run;
    },
    texts: (jobId) => rig.dispatcher.results(jobId).map(({result}) => result),
  };
}

/** An operator beside two published workers; the first has `faults`. */
async function pair(
  workMs: number,
  faults: OpmlFaults,
  program?: string,
): Promise<World & {other: OpmlWorker}> {
  const all = await world(workMs, faults);
  const other = await publishedWorker(all.rig, {lateMs: workMs}, program);
  const urls = [all.worker.url, other.url];
  return {...all, other, start: (change) => all.start({urls, ...change})};
}

async function publishedWorker({time}: Rig, faults: OpmlFaults, program = 'one'): Promise<OpmlWorker> {
  const place = {host: '127.0.0.1', port: 0};
  const model = {llm: instantLlm(), maxTokens: 4, program};
  const worker = await startOpmlWorker({...place, ...model, manner: 'published', faults, time});
  onTestFinished(() => worker.close());
  return worker;
}

/** No selected job got an empty text or two, and no answer of the worker was turned away. */
function expectNothingLost({texts}: World, jobIds: readonly string[], ...runs: Run[]): void {
  for (const jobId of jobIds) expect(texts(jobId)).toEqual([expect.stringMatching(/^answer to /)]);
  expect(runs.flatMap((run) => run.of('callback_refused'))).toEqual([]);
}

const ids = (count: number): string[] => Array.from({length: count}, (_, n) => `job-${n}`);

/** Waits until so many requests were taken. */
const asked = ({rig, worker}: World, count: number): Promise<void> =>
  rig.time.until(() => expect(worker.stats().asked).toBeGreaterThanOrEqual(count), 4 * HOUR);

const wait = ({rig}: World, ms: number): Promise<void> =>
  rig.time.during(rig.time.sleep(ms), `${ms} ms`, ms + SECOND);

describe('two published workers', () => {
  it('share the jobs', async () => {
    const all = await pair(3 * SECOND, {});
    const run = await all.start();
    all.rig.submit(8);
    await all.rig.answered(8);
    expectNothingLost(all, ids(8), run);
    expect([all.worker.stats().delivered, all.other.stats().delivered]).toEqual([4, 4]);
    await run.stop();
  });

  it.each<[string, OpmlFaults]>([
    ['refuses', {refuse: true}],
    ['is busy', {busy: 400}],
    ['never answers', {never: true}],
    ['ends over its requests', {restarts: true}],
  ])('of which one %s answer by the other one', async (_name, faults) => {
    const all = await pair(3 * SECOND, faults);
    const run = await all.start({answerTimeoutMs: 20 * SECOND});
    const before = all.rig.time.monotonic();
    all.rig.submit(2);
    await all.rig.answered(2);
    expectNothingLost(all, ids(2), run);
    expect(all.other.stats().delivered).toBeGreaterThanOrEqual(1);
    expect(all.rig.time.monotonic() - before).toBeLessThanOrEqual(40 * SECOND);
    await run.stop();
  });
});

describe('the state root', () => {
  it.each(['one', 'built elsewhere'])('of the same prompt by two workers, the second %s', async (program) => {
    const all = await pair(3 * SECOND, {}, program);
    const run = await all.start();
    for (const jobId of ids(2)) all.rig.dispatcher.submit({prompt: 'the same', jobId});
    await all.rig.answered(2);
    expectNothingLost(all, ids(2), run);
    expect(run.of('warning').map(({code}) => code)).toEqual(program === 'one' ? [] : ['STATE_ROOT_DIFFERS']);
    await run.stop();
  });
});

describe('the published worker', () => {
  it('is asked four jobs at once with concurrency 4, one after the other', async () => {
    const all = await world(3 * SECOND);
    const run = await all.start();
    all.rig.submit(4);
    await all.rig.answered(4);
    expectNothingLost(all, ids(4), run);
    expect(all.worker.stats()).toMatchObject({asked: 4, failed: 0});
    expect(run.of('problem').filter(({part}) => part === 'worker')).toEqual([]);
    await run.stop();
  });

  it('is asked nothing more when the operator stops, and the rest in the next run', async () => {
    const all = await world(9 * SECOND);
    const first = await all.start();
    all.rig.submit(4);
    await asked(all, 1);
    await wait(all, SECOND);
    expect(await first.stop()).toMatchObject({accepted: 1});
    expect(all.worker.stats().asked).toBe(1);
    const second = await all.start();
    await all.rig.answered(4);
    expectNothingLost(all, ids(4), first, second);
    await second.stop();
  });

  it('is heard after a kill -9 of the operator in the middle of a request, and not asked again', async () => {
    const all = await world(9 * SECOND);
    const first = await all.start();
    all.rig.submit(1);
    await asked(all, 1);
    await wait(all, 3 * SECOND);
    await first.crash();
    const second = await all.start();
    await all.rig.answered(1);
    expectNothingLost(all, ids(1), first, second);
    expect(all.worker.stats()).toMatchObject({asked: 1, delivered: 1});
    await second.stop();
  });

  it('is heard when it needs longer than answer_timeout', async () => {
    const all = await world(9 * SECOND);
    const run = await all.start({answerTimeoutMs: 5 * SECOND});
    all.rig.submit(3);
    await all.rig.answered(3);
    expectNothingLost(all, ids(3), run);
    expect(run.of('problem').filter(({code}) => code === 'WORKER_LOCKED')).toEqual([]);
    await run.stop();
  });

  it('that is started anew in the middle of a request is asked again within 10 s', async () => {
    const all = await world(9 * SECOND);
    const run = await all.start();
    all.rig.submit(1);
    await asked(all, 1);
    await wait(all, 3 * SECOND);
    await all.worker.kill();
    await wait(all, 20 * SECOND);
    await all.worker.start();
    const back = all.rig.time.monotonic();
    await asked(all, 2);
    expect(all.rig.time.monotonic() - back).toBeLessThanOrEqual(10 * SECOND);
    await all.rig.answered(1);
    expectNothingLost(all, ids(1), run);
    await run.stop();
  });

  it('that is started anew between two looks is asked again at once, too', async () => {
    const all = await world(9 * SECOND);
    const run = await all.start();
    all.rig.submit(1);
    await asked(all, 1);
    await wait(all, 3 * SECOND);
    await all.worker.kill();
    await all.worker.start();
    const back = all.rig.time.monotonic();
    await asked(all, 2);
    expect(all.rig.time.monotonic() - back).toBeLessThanOrEqual(10 * SECOND);
    await all.rig.answered(1);
    expectNothingLost(all, ids(1), run);
    await run.stop();
  });

  it('that is locked is named, and its jobs are answered after its start', async () => {
    const all = await world(3 * SECOND, {locked: true});
    const run = await all.start();
    all.rig.submit(3);
    await run.event('problem', ({code}) => code === 'WORKER_LOCKED');
    all.faults.locked = false;
    await all.worker.kill();
    await all.worker.start();
    await all.rig.answered(3);
    expectNothingLost(all, ids(3), run);
    await run.event('recovered', ({part}) => part === 'worker');
    await run.stop();
  });

  it('that a prompt kills is not killed for ever, and answers the other jobs', async () => {
    const all = await world(3 * SECOND, {diesOnPrompt: true});
    const run = await all.start();
    all.rig.dispatcher.submit({prompt: 'poison', jobId: 'poison'});
    all.rig.submit(3);
    await all.rig.answered(3);
    await rigUntil(all, () => expect(run.of('job_unanswered')).toHaveLength(1));
    expectNothingLost(all, ids(3), run);
    expect(all.texts('poison')).toEqual([]);
    // Once for each attempt.
    expect(all.worker.stats().starts).toBe(1 + 3);
    await run.stop();
  });

  it('that answers before it replies is heard', async () => {
    const all = await world(1 * SECOND, {early: true});
    const run = await all.start();
    all.rig.submit(3);
    await all.rig.answered(3);
    expectNothingLost(all, ids(3), run);
    await run.stop();
  });

  it('that is busy for an hour costs no attempt', async () => {
    const all = await world(3 * SECOND, {busy: 400});
    const run = await all.start({attempts: 1, deadlineMs: 2 * HOUR});
    all.rig.submit(1);
    await wait(all, HOUR);
    expect(all.worker.stats().asked).toBe(0);
    delete all.faults.busy;
    await all.rig.answered(1);
    expectNothingLost(all, ids(1), run);
    await run.stop();
  });

  it.each<[string, OpmlFaults]>([
    ['says 503 for ever', {busy: 503}],
    ['answers for another job', {otherId: true}],
    ['answers with 5 MiB', {hugeAnswer: true}],
    ['answers with an empty text', {emptyAnswer: true}],
    ['never answers', {never: true}],
  ])('that %s leaves its jobs unanswered, with nothing sent', async (_name, faults) => {
    const all = await world(3 * SECOND, faults);
    const run = await all.start();
    all.rig.submit(2);
    await rigUntil(all, () => expect(run.of('job_unanswered')).toHaveLength(2));
    expect([all.texts('job-0'), all.texts('job-1')]).toEqual([[], []]);
    expect(await run.stop()).toMatchObject({accepted: 0});
  });
});

const rigUntil = ({rig}: World, check: () => void): Promise<void> => rig.time.until(check, 4 * HOUR);
