import fc from 'fast-check';
import {expect, it} from 'vitest';
import {anyRuns} from '../../../support/any-runs.ts';
import {kindRig} from '../../../support/kind-rig.ts';
import {createRig, type AtEnd} from '../../../support/operator-rig.ts';
import type {TeeFault} from '../../../support/tee-worker.ts';
import {KNOWN_GOOD, type ZkmlFault} from '../../../support/zkml-worker.ts';

const {params, timeout} = anyRuns(5);
const SECOND = 1_000;

type Step =
  | {do: 'tee'; count: number}
  | {do: 'zkml'; proof: 'a-good' | 'wrong'}
  /** The operator ends as by kill -9, and starts again after so long. */
  | {do: 'crash'; awayMs: number}
  | {do: 'restart tee'}
  | {do: 'wait'; ms: number}
  | {do: 'tee fault'; fault: TeeFault}
  | {do: 'zkml fault'; fault: ZkmlFault};

const step: fc.Arbitrary<Step> = fc.oneof(
  {weight: 2, arbitrary: fc.record({do: fc.constant('tee' as const), count: fc.integer({min: 1, max: 3})})},
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('zkml' as const),
      proof: fc.constantFrom('a-good' as const, 'wrong' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({do: fc.constant('wait' as const), ms: fc.integer({min: 1, max: 20 * SECOND})}),
  },
  fc.record({do: fc.constant('crash' as const), awayMs: fc.integer({min: 0, max: 30 * SECOND})}),
  fc.record({do: fc.constant('restart tee' as const)}),
  fc.record({
    do: fc.constant('tee fault' as const),
    fault: fc.constantFrom<TeeFault>(
      null,
      'gone',
      'none',
      'busy',
      'never',
      'empty',
      'no-base64',
      'another-id',
    ),
  }),
  fc.record({
    do: fc.constant('zkml fault' as const),
    fault: fc.constantFrom<ZkmlFault>(
      null,
      'no-srs',
      'no-model',
      'no-word',
      'hang-up',
      'another-id',
      408,
      422,
      500,
      503,
    ),
  }),
);
const plan = fc.record({
  workMs: fc.constantFrom(100, 3 * SECOND, 9 * SECOND),
  answerTimeoutMs: fc.constantFrom(5 * SECOND, 20 * SECOND),
  hasKnownGood: fc.boolean(),
  steps: fc.array(step, {minLength: 1, maxLength: 8}),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;

it(
  'whatever tee and zkml workers and the operator do: only an answer is sent, and no false beside which a good proof was not true',
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

async function follow({workMs, answerTimeoutMs, hasKnownGood, steps}: Plan, atEnd: AtEnd): Promise<void> {
  const rig = await createRig({atEnd});
  const limits = {answerTimeoutMs, attempts: 100, deadlineMs: 900 * SECOND};
  const all = await kindRig(rig, {...limits, atEnd, knownGood: hasKnownGood ? KNOWN_GOOD : null});
  const wait = (ms: number): Promise<void> => rig.time.during(rig.time.sleep(ms), 'the wait');
  all.tee.workMs = workMs;
  const proofs = new Map<string, string>();
  const tees: string[] = [];

  let run = await all.start();
  for (const now of steps) {
    if (now.do === 'tee')
      for (let n = 0; n < now.count; n += 1) {
        tees.push(`tee-${tees.length}`);
        all.submitTee(`tee-${tees.length - 1}`, `prompt ${tees.length - 1}`);
      }
    else if (now.do === 'zkml') {
      const jobId = `zkml-${proofs.size}`;
      proofs.set(jobId, now.proof);
      all.submitZkml(jobId, now.proof);
    } else if (now.do === 'wait') await wait(now.ms);
    else if (now.do === 'restart tee') all.tee.restart();
    else if (now.do === 'tee fault') all.tee.fault = now.fault;
    else if (now.do === 'zkml fault') all.zkml.fault = now.fault;
    else {
      await all.crash(run);
      await wait(now.awayMs);
      run = await all.start();
    }
  }

  all.tee.workMs = all.zkml.workMs = 100;
  all.zkml.fault = null;
  // As the operator says.
  all.tee.restart();
  const isAnswerable = ([, proof]: [string, string]): boolean => hasKnownGood || proof === 'a-good';
  const answered = [...proofs].filter(isAnswerable);
  const count = tees.length + answered.length;
  await rig.time.until(() => expect(rig.dispatcher.stats().accepted).toBe(count));
  expect(rig.dispatcher.stats()).toMatchObject({accepted: count, conflicts: 0});
  for (const [n, jobId] of tees.entries()) expect(all.texts(jobId)).toEqual([`answer to prompt ${n}`]);
  for (const [jobId, proof] of proofs) {
    const text = proof === 'a-good' ? 'true' : 'false';
    expect(all.texts(jobId)).toEqual(hasKnownGood || proof === 'a-good' ? [text] : []);
  }
  await run.stop();
}
