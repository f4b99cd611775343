import {randomBytes} from 'node:crypto';
import {expect, it, onTestFinished} from 'vitest';
import {createSecondCheck} from '../../../../src/lib/node/cross-check/second-check.ts';
import {createWorkers} from '../../../../src/lib/peers/worker/workers.ts';
import {kindRig} from '../../../support/kind-rig.ts';
import {createRig} from '../../../support/operator-rig.ts';
import {KNOWN_GOOD, testZkml, type ZkmlFault} from '../../../support/zkml-worker.ts';

const SECOND = 1_000;

/** An operator with two zkml workers, the second of which is asked about every job. */
async function world(faults: {first?: ZkmlFault; second?: ZkmlFault}) {
  const rig = await createRig();
  const all = await kindRig(rig, {deadlineMs: 60 * SECOND, atEnd: onTestFinished});
  const other = await testZkml(rig.time);
  all.zkml.fault = faults.first ?? null;
  other.fault = faults.second ?? null;
  const worker = createWorkers(
    'zkml',
    {
      ...{urls: [other.url], concurrency: 1, readyTimeoutMs: 60 * SECOND, answerTimeoutMs: 20 * SECOND},
      ...{attempts: 3, deadlineMs: 60 * SECOND, onFailure: 'silent', knownGood: KNOWN_GOOD},
    },
    {time: rig.time},
  );
  onTestFinished(() => worker.close());
  const check = createSecondCheck({
    ...{worker, sample: 1, secret: 'secret', nodeId: '0x1', time: rig.time},
    newSecretId: () => randomBytes(16).toString('hex'),
  });
  const run = await all.start({checks: [check]});
  return {...all, rig, other, run};
}

it('a worker that lies about one proof in five: held and said, and no wrong word is delivered', async () => {
  const {rig, run, other, submitZkml, texts} = await world({first: 'lies'});
  const proofs = Array.from({length: 6}, (_, n) => `${n}-${n % 2 === 0 ? 'good' : 'wrong'}`);
  for (const [n, proof] of proofs.entries()) submitZkml(`job-${n}`, proof);
  await rig.answered(4);
  await run.event('job_unanswered', () => run.of('job_unanswered').length === 2);
  const delivered = proofs.map((_, n) => texts(`job-${n}`));
  expect(delivered).toEqual(
    proofs.map((proof, n) => (n % 5 === 0 ? [] : [proof.endsWith('good') ? 'true' : 'false'])),
  );
  expect(run.of('job_held').map(({job, code, then}) => [job.jobId, code, then])).toEqual([
    ['job-0', 'ANSWERS_DIFFER', 'wait'],
    ['job-5', 'ANSWERS_DIFFER', 'wait'],
  ]);
  expect(new Set(run.of('problem').map(({code}) => code))).toEqual(new Set(['ANSWER_HELD']));
  expect(new Set(other.asked.map(({proof_path}) => proof_path)).size).toBeGreaterThanOrEqual(6);
  await run.stop();
});

it('a second worker that refuses the question, or has no verdict: delivered, and never called equal', async () => {
  const {rig, run, other, submitZkml, texts} = await world({second: 422});
  submitZkml('job-0', '1-good');
  await rig.answered(1);
  expect(run.of('job_checked')).toMatchObject([{verdict: 'not_checked', code: 'SECOND_NOT_COMPARED'}]);
  expect(await run.event('problem')).toMatchObject({part: 'worker', code: 'SECOND_NOT_COMPARED'});
  other.fault = null;
  submitZkml('job-1', '2-good');
  await rig.answered(2);
  expect(run.of('job_checked')[1]).toMatchObject({verdict: 'ok', message: 'both say true'});
  await run.event('recovered', ({part}) => part === 'worker');
  expect([texts('job-0'), texts('job-1')]).toEqual([['true'], ['true']]);
  await run.stop();
});
