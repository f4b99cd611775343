import {expect, it, onTestFinished} from 'vitest';
import {devnetPaths} from '../../../../src/devnet/paths.ts';
import type {TeeFaults} from '../../../../src/devnet/tee/faults.ts';
import {startTeeWorker} from '../../../../src/devnet/tee/tee-worker.ts';
import type {ZkmlFaults} from '../../../../src/devnet/zkml/faults.ts';
import {startProofServer} from '../../../../src/devnet/zkml/proof-server.ts';
import {readProofs} from '../../../../src/devnet/zkml/proofs.ts';
import {startZkmlWorker} from '../../../../src/devnet/zkml/zkml-worker.ts';
import {createWorkers} from '../../../../src/lib/peers/worker/workers.ts';
import {instantLlm} from '../../../support/instant-llm.ts';
import {createRig} from '../../../support/operator-rig.ts';

const HERE = {host: '127.0.0.1', port: 0};
const LIMITS = {
  concurrency: 4,
  readyTimeoutMs: 15_000,
  answerTimeoutMs: 20_000,
  attempts: 3,
  deadlineMs: 90_000,
  onFailure: 'silent',
} as const;

/** An operator beside the tee and zkml workers of the devnet, which behave as the published ones do. */
async function world(tee: TeeFaults, zkml: ZkmlFaults) {
  const rig = await createRig();
  const {time} = rig;
  const proofs = readProofs(devnetPaths().assetsDir);
  const callbackPort = (): number => Number(new URL(rig.callbackUrl).port);
  const teeWorker = await startTeeWorker({
    ...HERE,
    llm: instantLlm(),
    attestor: {attest: () => Promise.resolve(Buffer.from('a document'))},
    callbackPort,
    faults: tee,
    time,
  });
  const zkmlWorker = await startZkmlWorker({...HERE, proofs, faults: zkml, time});
  const server = await startProofServer({...HERE, proofs, faults: zkml, time});
  for (const {close} of [teeWorker, zkmlWorker, server]) onTestFinished(close);
  const proofAt = (name: string): string => `${server.url}/${name}.json`;
  const knownGood = {model: 'mean', proofPath: proofAt('mean-0')};
  const workers = [
    createWorkers('tee', {...LIMITS, urls: [teeWorker.url]}, {time}),
    createWorkers('zkml', {...LIMITS, urls: [zkmlWorker.url], knownGood}, {time}),
  ];
  for (const one of workers) onTestFinished(() => one.close());
  const run = await rig.start({workers});
  await run.event('range');
  await run.event('connected');
  const verify = (jobId: string, name: string, model = 'mean'): void => {
    const params = JSON.stringify({proof_path: proofAt(name)});
    rig.dispatcher.submit({jobId, kind: 'zkml', model, prompt: '', params});
  };
  const texts = (jobId: string): string[] => rig.dispatcher.results(jobId).map(({result}) => result);
  return {rig, run, verify, texts, teeStats: teeWorker.stats, zkmlStats: zkmlWorker.stats};
}

it('the published tee and zkml workers answer their jobs', async () => {
  const {rig, run, verify, texts, teeStats} = await world({}, {});
  for (const n of [0, 1])
    rig.dispatcher.submit({
      jobId: `tee-${n}`,
      kind: 'tee',
      prompt: `prompt ${n}`,
      params: '{"temperature":1.0,"top_p":0.5,"max_tokens":64.0}',
    });
  verify('right', 'mean-1');
  verify('changed', 'mean-1-instance');
  verify('other', 'dense-0');
  verify('dense', 'dense-1', 'dense');
  await rig.answered(6);
  expect([texts('tee-0'), texts('tee-1')]).toEqual([['answer to prompt 0'], ['answer to prompt 1']]);
  expect(['right', 'changed', 'other', 'dense'].map(texts)).toEqual([
    ['true'],
    ['false'],
    ['false'],
    ['true'],
  ]);
  expect(teeStats()).toMatchObject({asked: 2, delivered: 2});
  await run.stop();
});

it.each<[TeeFaults, string]>([
  [{enclave: 'none'}, 'WORKER_STUCK'],
  [{enclave: 'gone'}, 'WORKER_STUCK'],
  [{enclave: 'dies'}, 'WORKER_STUCK'],
  [{badAttestation: true}, 'WORKER_BAD_ANSWER'],
  [{otherId: true}, 'WORKER_LOST'],
])('of a published tee worker with %j nothing is sent', async (faults, code) => {
  const {rig, run, texts} = await world(faults, {});
  rig.dispatcher.submit({jobId: 'job', kind: 'tee', prompt: 'p'});
  await run.event('problem', (problem) => problem.code === code);
  await run.event('job_unanswered');
  expect(texts('job')).toEqual([]);
  await run.stop();
});

it.each<[ZkmlFaults, string]>([
  [{noSrs: true}, 'WORKER_UNSOUND'],
  [{noEzkl: true}, 'WORKER_REFUSED'],
])('of a published zkml worker with %j nothing is sent', async (faults, code) => {
  const {run, verify, texts} = await world({}, faults);
  verify('right', 'mean-1');
  verify('wrong', 'mean-1-byte');
  await run.event('job_retry', (retry) => retry.code === code);
  await run.event('job_unanswered', () => run.of('job_unanswered').length === 2);
  expect([texts('right'), texts('wrong')]).toEqual([[], []]);
  await run.stop();
});
