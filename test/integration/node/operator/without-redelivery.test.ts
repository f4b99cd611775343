import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {anyRuns} from '../../../support/any-runs.ts';
import {answerTo, createRig, type AtEnd, type Rig} from '../../../support/operator-rig.ts';
import {rawSocket} from '../../../support/published.ts';
import {OPERATOR} from '../../../support/signer.ts';

const VERSIONS = ['newest', 'head'] as const;

/** Ids of the jobs that the operator acknowledged with code 200. */
const acknowledged = (rig: Rig): string[] => [
  ...new Set(
    rig.dispatched.flatMap((event) =>
      event.type === 'acknowledged' && event.code === 200 ? [event.key.jobId] : [],
    ),
  ),
];
/** Of these jobs those that the dispatcher has no row of. */
const rowless = (rig: Rig, ids: readonly string[]): string[] =>
  ids.filter((id) => rig.dispatcher.results(id).length === 0);

describe.each(VERSIONS)('with the published dispatcher %s', (version) => {
  it('200 jobs are answered, each once, with the text of the worker', async () => {
    const rig = await createRig({dispatcher: {version}});
    const run = await rig.start({worker: {concurrency: 16}});
    await run.event('connected');
    rig.submit(200);
    await rig.answered(200);
    await run.event('result_accepted', () => run.of('result_accepted').length === 200);
    for (const n of [0, 99, 199])
      expect(rig.dispatcher.results(`job-${n}`)).toMatchObject([{result: answerTo(`prompt ${n}`)}]);
    expect(await run.stop()).toMatchObject({accepted: 200, received: 200, duplicates: 0, pending: 0});
    expect(rig.dispatcher.stats()).toMatchObject({sent: 200, repeated: 0, conflicts: 0});
  });

  it('a job that was submitted before the operator came never comes', async () => {
    const rig = await createRig({dispatcher: {version}});
    rig.submit(3);
    const run = await rig.start();
    await run.event('connected');
    rig.submit(2, 3);
    await rig.answered(2);
    expect(await run.stop()).toMatchObject({accepted: 2, received: 2, pending: 0});
    expect(rig.dispatcher.stats()).toMatchObject({submitted: 5, sent: 2});
  });

  it('a result that was lost with the connection is sent again, though its job is not', async () => {
    const rig = await createRig({dispatcher: {version, faults: {result: () => 'ignore'}}});
    const run = await rig.start();
    await run.event('connected');
    rig.submit(1);
    await run.event('result_sent');
    rig.dispatcher.setFaults({});
    rig.proxy.cut();
    await rig.answered(1);
    await run.event('result_accepted');
    expect(rig.worker.asked).toHaveLength(1);
    expect(await run.stop()).toMatchObject({accepted: 1, received: 1, duplicates: 0});
    expect(rig.dispatcher.stats()).toMatchObject({sent: 1, conflicts: 0});
  });

  it('what was acknowledged before a kill is answered after the next start', async () => {
    const rig = await createRig({dispatcher: {version}});
    rig.worker.onQuestion = () => 200;
    const first = await rig.start({worker: {concurrency: 2}});
    await first.event('connected');
    rig.submit(6);
    await first.event('job_received', () => first.of('job_received').length === 6);
    await rig.dispatcher.waitFor((stats) => stats.acknowledged === 6);
    await first.crash();
    rig.submit(2, 6);

    rig.worker.onQuestion = (question) => {
      void rig.worker.answer(question);
      return 200;
    };
    const second = await rig.start();
    await rig.answered(6);
    await second.event('result_accepted', () => second.of('result_accepted').length === 6);
    expect(await second.stop()).toMatchObject({accepted: 6, received: 0, pending: 0});
    expect(rowless(rig, ['job-6', 'job-7'])).toEqual(['job-6', 'job-7']);
  });

  it('an outage of a minute costs what was submitted in it, and nothing else', async () => {
    const rig = await createRig({dispatcher: {version}});
    const run = await rig.start();
    await run.event('connected');
    rig.submit(3);
    await rig.answered(3);
    await rig.proxy.refuse(true);
    rig.proxy.cut();
    await run.event('disconnected');
    await rig.time.during(
      rig.dispatcher.waitFor(({connected}) => connected.length === 0),
      'the end of the socket',
    );
    rig.submit(2, 3);
    await rig.time.during(rig.time.sleep(60_000), 'a minute');
    await rig.proxy.refuse(false);
    await run.event('connected', () => run.of('connected').length === 2);
    rig.submit(3, 5);
    await rig.answered(6);
    expect(await run.stop()).toMatchObject({accepted: 6, received: 6, pending: 0});
    expect(rowless(rig, ['job-3', 'job-4'])).toEqual(['job-3', 'job-4']);
  });
});

it.each([
  ['right after it connected: within a minute', 0, 60_000],
  ['after a job: within five minutes', 1, 300_000],
])('a node that head has forgotten says who it is again, %s', async (_, before, limitMs) => {
  const rig = await createRig({dispatcher: {version: 'head'}});
  const run = await rig.start();
  await run.event('connected');
  rig.submit(before);
  await rig.answered(before);
  // Anyone may connect with the id of an operator; the end of that connection takes the operator's away.
  const thief = await rawSocket(rig.dispatcher.url);
  const params = `[{"operator":"${OPERATOR}","hash":"","signature":""}]`;
  thief.send(`{"id":"1","method":"connect","params":${params},"address":"","hash":"","signature":""}`);
  await thief.next();
  thief.socket.terminate();
  await rig.dispatcher.waitFor(({disconnects}) => disconnects === 1);
  expect(rig.dispatcher.stats().connected).toEqual([]);
  rig.submit(1, before);

  const forgotten = rig.time.monotonic();
  await rig.dispatcher.waitFor(({connected}) => connected.length === 1);
  expect(rig.time.monotonic() - forgotten).toBeLessThanOrEqual(limitMs);
  rig.submit(2, before + 1);
  await rig.answered(before + 2);
  expect(await run.stop()).toMatchObject({accepted: before + 2, received: before + 2, pending: 0});
  expect(run.of('disconnected')).toEqual([]);
  expect(rowless(rig, [`job-${before}`])).toEqual([`job-${before}`]);
});

type Step = {do: 'submit' | 'cut' | 'crash' | 'pause'; count: number};

const {params, timeout} = anyRuns(15);
const step: fc.Arbitrary<Step> = fc.record({
  do: fc.constantFrom('submit', 'submit', 'cut', 'crash', 'pause'),
  count: fc.integer({min: 1, max: 12}),
});

it(
  'whatever is cut and killed: what was acknowledged has its one row',
  async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...VERSIONS),
        fc.array(step, {minLength: 2, maxLength: 8}),
        (version, steps) => closing((atEnd) => follow(version, steps, atEnd)),
      ),
      params,
    );
  },
  timeout,
);

async function follow(
  version: (typeof VERSIONS)[number],
  steps: readonly Step[],
  atEnd: AtEnd,
): Promise<void> {
  const rig = await createRig({atEnd, range: [0n, 400_000n], dispatcher: {version}});
  const usual = {worker: {concurrency: 4}, backoff: {firstMs: 50, capMs: 500}};
  let run = await rig.start(usual);
  await run.event('connected');
  let jobs = 0;
  for (const {do: what, count} of steps) {
    if (what === 'submit') {
      rig.submit(count, jobs);
      jobs += count;
      for (let turn = count; turn > 0; turn -= 1) await new Promise(setImmediate);
    } else if (what === 'cut') rig.proxy.cut();
    else if (what === 'pause') await rig.time.during(rig.time.sleep(count * 1_000), 'a pause');
    else {
      await run.crash();
      run = await rig.start(usual);
    }
  }
  await rig.time.until(() => {
    expect(rowless(rig, acknowledged(rig))).toEqual([]);
    const {received, selected, concluded, signed} = run.journal.counts();
    expect(received + selected + concluded + signed).toBe(0);
  });
  await run.stop();
  expect(rig.dispatcher.stats().conflicts).toBe(0);
}

async function closing(work: (atEnd: AtEnd) => Promise<void>): Promise<void> {
  const open: (() => void | Promise<void>)[] = [];
  try {
    await work((close) => open.unshift(close));
  } finally {
    for (const close of open) await close();
  }
}
