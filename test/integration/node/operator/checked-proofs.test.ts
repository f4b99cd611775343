import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, it, onTestFinished} from 'vitest';
import {devnetPaths} from '../../../../src/devnet/paths.ts';
import type {ZkmlFaults} from '../../../../src/devnet/zkml/faults.ts';
import {startProofServer} from '../../../../src/devnet/zkml/proof-server.ts';
import {readProofs} from '../../../../src/devnet/zkml/proofs.ts';
import {startZkmlWorker} from '../../../../src/devnet/zkml/zkml-worker.ts';
import type {ProofChecks} from '../../../../src/lib/config/config.ts';
import {ENGINE_URL} from '../../../../src/lib/config/proof-checks.ts';
import {
  createProofCheck,
  createProofJudge,
  proofEngineOf,
  type JudgeProof,
} from '../../../../src/lib/features/run/proof-check.ts';
import {createProofMemory} from '../../../../src/lib/features/run/proof-memory.ts';
import {systemTime} from '../../../../src/lib/foundation/system/system-time.ts';
import {createWorkers} from '../../../../src/lib/peers/worker/workers.ts';
import {fetchProof} from '../../../../src/lib/peers/zk/fetch-proof.ts';
import {createProofThread} from '../../../../src/lib/peers/zk/proof-thread.ts';
import {bundleProofThread} from '../../../support/bundle-thread.ts';
import {createRig} from '../../../support/operator-rig.ts';
import {ENGINE_DIRS, modelFiles, NO_ENGINE, pinned} from '../../../support/proofs.ts';

const folder = mkdtempSync(join(tmpdir(), 'aos-checked-proofs-'));
const thread = createProofThread({threadUrl: bundleProofThread(folder), time: systemTime});
afterAll(async () => {
  await thread.close();
  rmSync(folder, {recursive: true});
});

const HERE = {host: '127.0.0.1', port: 0} as const;
const MODELS = new Map([
  ['mean', pinned(modelFiles('mean'))],
  ['dense', pinned(modelFiles('dense'))],
]);

/** An operator whose zkml worker is that of the devnet, and whose proofs are checked by the real engine in its thread. */
async function world(faults: ZkmlFaults, change: Partial<ProofChecks> = {}) {
  let busy = 0;
  const rig = await createRig({isBusy: () => busy > 0});
  const {time} = rig;
  const published = readProofs(devnetPaths().assetsDir);
  const server = await startProofServer({...HERE, proofs: published, faults, time});
  const worker = await startZkmlWorker({...HERE, proofs: published, faults, time});
  for (const {close} of [server, worker]) onTestFinished(close);
  const proofs: ProofChecks = {
    verify: 'both',
    models: MODELS,
    engineDir: ENGINE_DIRS[0] ?? null,
    allowPrivate: ['127.0.0.0/8'],
    repeats: 'hold',
    ...change,
  };
  const {allowPrivate} = proofs;
  const judging = createProofJudge({
    proofs,
    thread,
    fetch: (url, signal) => fetchProof(url, {allowPrivate}, signal),
  });
  const judge: JudgeProof = async (...asked) => {
    busy += 1;
    try {
      return await judging(...asked);
    } finally {
      busy -= 1;
    }
  };
  const proofAt = (name: string): string => `${server.url}/${name}.json`;
  const knownGood = {model: 'mean', proofPath: proofAt('mean-0')};
  const facts = new Map<string, string>();
  const memory = createProofMemory({
    recall: (name) => facts.get(name) ?? null,
    remember: (name, value) => Promise.resolve(void facts.set(name, value)),
  });
  const check = createProofCheck({proofs, memory, knownGood: () => knownGood, judge});
  const workers = createWorkers(
    'zkml',
    {
      ...{
        urls: [proofs.verify === 'engine' ? ENGINE_URL : worker.url],
        concurrency: 1,
        readyTimeoutMs: 60_000,
        answerTimeoutMs: 60_000,
        attempts: 3,
      },
      ...{deadlineMs: 600_000, onFailure: 'silent', knownGood, proofs},
    },
    {time, proofEngine: proofEngineOf(() => ({proofs, judge}))},
  );
  onTestFinished(() => workers.close());
  const run = await rig.start({workers: [workers], checks: [check]});
  await run.event('range');
  await run.event('connected');
  const submit = (jobId: string, model: string, proof: string): void => {
    const params = JSON.stringify({proof_path: proofAt(proof)});
    rig.dispatcher.submit({jobId, kind: 'zkml', model, prompt: '', params});
  };
  const texts = (...jobs: string[]): string[][] =>
    jobs.map((jobId) => rig.dispatcher.results(jobId).map(({result}) => result));
  return {rig, run, worker, submit, texts};
}

describe.skipIf(NO_ENGINE)('an operator that checks proofs itself', () => {
  it('sends the words that the engine says too, true and false, with what was found', async () => {
    const {rig, run, submit, texts} = await world({});
    submit('job-0', 'mean', 'mean-0');
    submit('job-1', 'mean', 'mean-0-instance');
    submit('job-2', 'dense', 'dense-0');
    await rig.answered(3);
    submit('job-3', 'dense', 'dense-0-byte');
    await rig.answered(4);
    expect(texts('job-0', 'job-1', 'job-2', 'job-3')).toEqual([['true'], ['false'], ['true'], ['false']]);
    expect(run.of('job_checked').map(({verdict}) => verdict)).toEqual(['ok', 'ok', 'ok', 'ok']);
    await run.stop();
  });

  it('holds the word of a worker that lies, and the proof of an earlier job, and sends neither', async () => {
    const {rig, run, submit, texts} = await world({lies: true});
    submit('lie', 'dense', 'dense-0');
    await run.event('job_held');
    submit('true', 'dense', 'dense-1');
    await rig.answered(1);
    submit('again', 'dense', 'dense-1');
    await run.event('job_held', ({job}) => job.jobId === 'again');
    expect(run.of('job_held').map(({job, code, then}) => [job.jobId, code, then])).toEqual([
      ['lie', 'PROOF_DISAGREES', 'wait'],
      ['again', 'PROOF_REPEATED', 'wait'],
    ]);
    expect(texts('lie', 'true', 'again')).toEqual([[], ['true'], []]);
    expect(run.of('problem').map(({code}) => code)).toContain('ANSWER_HELD');
    await run.stop();
  });

  it('needs no worker with the engine alone, and answers nothing of a proof that is not there', async () => {
    const {rig, run, worker, submit, texts} = await world({}, {verify: 'engine'});
    submit('gone', 'mean', 'none');
    submit('job-0', 'mean', 'mean-1');
    submit('job-1', 'mean', 'mean-1-byte');
    await rig.answered(2);
    expect(texts('gone', 'job-0', 'job-1')).toEqual([[], ['true'], ['false']]);
    expect(worker.stats()).toEqual({true: 0, false: 0, failed: 0});
    expect(run.of('problem').map(({code}) => code)).toContain('PROOF_FETCH_FAILED');
    await run.stop();
  });

  it('holds every word while it cannot check: the file of a model is another one', async () => {
    const [, dense] = [...MODELS.values()];
    if (dense === undefined) throw new Error('no model');
    const {run, submit, texts} = await world(
      {},
      {
        models: new Map([['dense', {...dense, vkSha256: '0'.repeat(64)}]]),
      },
    );
    submit('job-0', 'dense', 'dense-0-byte');
    await run.event('job_held');
    expect(run.of('job_held')).toMatchObject([{code: 'PROOF_MODEL_FILES', then: 'check_again'}]);
    expect(texts('job-0')).toEqual([[]]);
    await run.stop();
  });
});
