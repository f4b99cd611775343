import fc from 'fast-check';
import {expect, it} from 'vitest';
import type {OpmlFaults} from '../../../../src/devnet/worker/faults.ts';
import {startOpmlWorker, type OpmlWorker} from '../../../../src/devnet/worker/opml-worker.ts';
import {anyRuns} from '../../../support/any-runs.ts';
import {instantLlm} from '../../../support/instant-llm.ts';
import {createRig, type AtEnd, type Rig, type Run} from '../../../support/operator-rig.ts';

const {params, timeout} = anyRuns(15);
const SECOND = 1_000;

type Step =
  | {do: 'submit'; count: number}
  /** The operator ends as by kill -9, and starts again after so long. */
  | {do: 'crash'; awayMs: number}
  /** One of the workers ends so, too. */
  | {do: 'restart'; which: number; awayMs: number}
  | {do: 'wait'; ms: number}
  | {do: 'fault'; which: number; faults: OpmlFaults};

const which = fc.nat(1);
const awayMs = fc.integer({min: 0, max: 30 * SECOND});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({do: fc.constant('submit' as const), count: fc.integer({min: 1, max: 3})}),
  },
  {
    weight: 3,
    arbitrary: fc.record({do: fc.constant('wait' as const), ms: fc.integer({min: 1, max: 20 * SECOND})}),
  },
  fc.record({do: fc.constant('crash' as const), awayMs}),
  fc.record({do: fc.constant('restart' as const), which, awayMs}),
  fc.record({
    do: fc.constant('fault' as const),
    which,
    faults: fc.constantFrom<OpmlFaults>(
      {},
      {busy: 400},
      {busy: 503},
      {refuse: true},
      {locked: true},
      {never: true},
      {early: true},
      {emptyAnswer: true},
      {answerTwice: true},
      {restarts: true},
      {otherId: true},
    ),
  }),
);
const plan = fc.record({
  workers: fc.integer({min: 1, max: 2}),
  workMs: fc.constantFrom(100, 3 * SECOND, 9 * SECOND),
  answerTimeoutMs: fc.constantFrom(5 * SECOND, 20 * SECOND),
  concurrency: fc.constantFrom(1, 4),
  steps: fc.array(step, {minLength: 1, maxLength: 8}),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

it(
  'whatever published workers and the operator do: each job gets one text, which a worker said',
  () =>
    fc.assert(
      fc.asyncProperty(plan, (one) => closing((atEnd) => follow(one, atEnd))),
      params,
    ),
  timeout,
);

async function closing(work: (atEnd: AtEnd) => Promise<void>): Promise<void> {
  const open: (() => void | Promise<void>)[] = [];
  try {
    await work((close) => open.unshift(close));
  } finally {
    for (const close of open) await close();
  }
}

async function follow({workers: count, workMs, answerTimeoutMs, concurrency, steps}: Plan, atEnd: AtEnd) {
  const rig = await createRig({atEnd});
  const workers: {one: OpmlWorker; faults: OpmlFaults}[] = [];
  for (let n = 0; n < count; n += 1) {
    const faults: OpmlFaults = {lateMs: workMs};
    const place = {host: '127.0.0.1', port: 0};
    const model = {llm: instantLlm(), maxTokens: 4};
    const one = await startOpmlWorker({...place, ...model, manner: 'published', faults, time: rig.time});
    atEnd(() => one.close());
    workers.push({one, faults});
  }
  const limits = {
    urls: workers.map(({one}) => one.url),
    concurrency,
    answerTimeoutMs,
    attempts: 100,
    deadlineMs: 600 * SECOND,
  };
  const start = (): Promise<Run> => rig.start({worker: limits, backoff: {firstMs: 50, capMs: 500}});
  const wait = (ms: number): Promise<void> => rig.time.during(rig.time.sleep(ms), 'the wait');

  let run = await start();
  let jobs = 0;
  for (const now of steps) {
    const worker = 'which' in now ? workers[now.which % count] : undefined;
    if (now.do === 'submit') {
      rig.submit(now.count, jobs);
      jobs += now.count;
    } else if (now.do === 'wait') await wait(now.ms);
    else if (now.do === 'crash') {
      await run.crash();
      await wait(now.awayMs);
      run = await start();
    } else if (now.do === 'restart') {
      await worker?.one.kill();
      await wait(now.awayMs);
      await worker?.one.start();
    } else if (worker !== undefined) become(worker.faults, {lateMs: workMs, ...now.faults});
  }

  for (const {one, faults} of workers) {
    become(faults, {lateMs: workMs});
    // One that is locked for good is started anew, as the operator says.
    await one.kill();
    await one.start();
  }
  await allAnswered(rig, jobs);
  for (let n = 0; n < jobs; n += 1)
    expect(rig.dispatcher.results(`job-${n}`).map(({result}) => result)).toEqual([
      expect.stringMatching(/^answer to prompt \d+\n/),
    ]);
  expect(await run.stop()).toMatchObject({pending: 0});
}

async function allAnswered(rig: Rig, jobs: number): Promise<void> {
  await rig.time.until(() => expect(rig.dispatcher.stats().accepted).toBe(jobs));
  expect(rig.dispatcher.stats()).toMatchObject({submitted: jobs, accepted: jobs, conflicts: 0});
}

/** The worker reads its faults again for each request. */
function become(faults: OpmlFaults, next: OpmlFaults): void {
  for (const name of Object.keys(faults)) Reflect.deleteProperty(faults, name);
  Object.assign(faults, next);
}
