import {describe, expect, it, onTestFinished} from 'vitest';
import {devnetPaths} from '../../../../src/devnet/paths.ts';
import type {TeeFaults} from '../../../../src/devnet/tee/faults.ts';
import {startTeeWorker, type TeeWorker} from '../../../../src/devnet/tee/tee-worker.ts';
import type {ZkmlFaults} from '../../../../src/devnet/zkml/faults.ts';
import {startProofServer} from '../../../../src/devnet/zkml/proof-server.ts';
import {readProofs} from '../../../../src/devnet/zkml/proofs.ts';
import {startZkmlWorker} from '../../../../src/devnet/zkml/zkml-worker.ts';
import type {WorkerConfig} from '../../../../src/lib/config/config.ts';
import {createWorkers} from '../../../../src/lib/peers/worker/workers.ts';
import type {WorkerKind} from '../../../../src/lib/protocol/wire/messages.ts';
import {instantLlm} from '../../../support/instant-llm.ts';
import {createRig, type Rig, type Run} from '../../../support/operator-rig.ts';

const SECOND = 1_000;
/** For a job that nothing will answer: each second more is another look at the worker. */
const SHORT = {deadlineMs: 45 * SECOND, answerTimeoutMs: 10 * SECOND};
const proofs = readProofs(devnetPaths().assetsDir);

const LIMITS: Omit<WorkerConfig, 'urls'> = {
  concurrency: 1,
  readyTimeoutMs: 20 * SECOND,
  answerTimeoutMs: 20 * SECOND,
  attempts: 3,
  deadlineMs: 1_200 * SECOND,
  onFailure: 'silent',
};

/** An operator whose only worker is of this kind. */
async function operatorOf(
  rig: Rig,
  kind: WorkerKind,
  config: Pick<WorkerConfig, 'urls'> & Partial<WorkerConfig>,
): Promise<Run> {
  const limits = {...LIMITS, ...config};
  const workers = createWorkers(kind, limits, {time: rig.time});
  const run = await rig.start({workers: [{...workers, ...limits}]});
  onTestFinished(() => workers.close());
  await run.event('range');
  await run.event('connected');
  return run;
}

/** What the dispatcher has of a job: its texts. */
const texts = (rig: Rig, jobId: string): string[] => rig.dispatcher.results(jobId).map(({result}) => result);

async function teeWorker(rig: Rig, faults: TeeFaults, port = 0): Promise<TeeWorker> {
  const worker = await startTeeWorker({
    host: '127.0.0.1',
    port,
    llm: instantLlm(),
    callbackPort: () => Number(new URL(rig.callbackUrl).port),
    faults,
    time: rig.time,
  });
  onTestFinished(() => worker.close());
  return worker;
}

function submitTee({dispatcher}: Rig, count: number): string[] {
  const ids = Array.from({length: count}, (_, n) => `tee-${n}`);
  const params = '{"temperature":0.0,"top_p":0.95,"max_tokens":64.0}';
  for (const jobId of ids) dispatcher.submit({jobId, kind: 'tee', prompt: `prompt ${jobId}`, params});
  return ids;
}

describe('the published tee worker', () => {
  it('answers the jobs one after the other', async () => {
    const rig = await createRig();
    const worker = await teeWorker(rig, {});
    const run = await operatorOf(rig, 'tee', {urls: [worker.url]});
    const ids = submitTee(rig, 3);
    await rig.answered(3);
    for (const id of ids) expect(texts(rig, id)).toEqual([`answer to prompt ${id}`]);
    expect(run.of('callback_refused')).toEqual([]);
    expect(worker.stats()).toEqual({asked: 3, refused: 0, delivered: 3, failed: 0});
    await run.stop();
  });

  it.each([
    ['was never there', 'none'],
    ['is gone', 'gone'],
    ['ends during a question', 'dies'],
  ] as const)(
    'whose enclave %s is named as stuck, and its jobs are answered after its start',
    async (_name, enclave) => {
      const rig = await createRig();
      const worker = await teeWorker(rig, {enclave});
      const run = await operatorOf(rig, 'tee', {urls: [worker.url]});
      const ids = submitTee(rig, 2);
      await run.event('problem', ({code}) => code === 'WORKER_STUCK');
      for (const id of ids) expect(texts(rig, id)).toEqual([]);
      await worker.close();
      await teeWorker(rig, {}, Number(new URL(worker.url).port));
      await rig.answered(2);
      for (const id of ids) expect(texts(rig, id)).toEqual([`answer to prompt ${id}`]);
      await run.event('recovered', ({part}) => part === 'worker');
      await run.stop();
    },
  );

  it.each<[string, TeeFaults]>([
    ['says 503 for ever', {busy: true}],
    ['attests with no base64', {badAttestation: true}],
    ['answers for another job', {otherId: true}],
    ['answers with an empty text', {emptyAnswer: true}],
    ['answers with 5 MiB', {hugeAnswer: true}],
  ])('that %s leaves its job unanswered, with nothing sent', async (_name, faults) => {
    const rig = await createRig();
    const worker = await teeWorker(rig, faults);
    const run = await operatorOf(rig, 'tee', {...SHORT, urls: [worker.url]});
    submitTee(rig, 1);
    await run.event('job_unanswered');
    expect(texts(rig, 'tee-0')).toEqual([]);
    expect(await run.stop()).toMatchObject({accepted: 0, unanswered: 1});
  });
});

/** A zkml worker, whose faults may change, its proofs, and an operator that knows a good one. */
async function zkmlWorld(
  faults: ZkmlFaults,
  limits: Partial<WorkerConfig> = {},
): Promise<{rig: Rig; run: Run; submit(names: string[]): void}> {
  const rig = await createRig();
  const place = {host: '127.0.0.1', port: 0, proofs, faults, time: rig.time};
  const server = await startProofServer(place);
  onTestFinished(() => server.close());
  const worker = await startZkmlWorker(place);
  onTestFinished(() => worker.close());
  const knownGood = {model: 'mean', proofPath: `${server.url}/mean-0.json`};
  const run = await operatorOf(rig, 'zkml', {...limits, urls: [worker.url], knownGood});
  return {
    rig,
    run,
    submit: (names) => {
      for (const name of names) {
        const params = JSON.stringify({proof_path: `${server.url}/${name}.json`});
        rig.dispatcher.submit({jobId: name, kind: 'zkml', model: 'mean', prompt: name, params});
      }
    },
  };
}

describe('the published zkml worker', () => {
  it('is believed, "false" too, as its good proof is "true" right after it', async () => {
    const {rig, run, submit} = await zkmlWorld({});
    const names = ['mean-0', 'mean-1', 'mean-0-instance', 'mean-1-byte', 'dense-0'];
    submit(names);
    await rig.answered(names.length);
    const verdicts = names.map((name) => texts(rig, name));
    expect(verdicts).toEqual([['true'], ['true'], ['false'], ['false'], ['false']]);
    await run.stop();
  });

  it('without its SRS is named, and no "false" of it is sent', async () => {
    const faults: ZkmlFaults = {noSrs: true};
    const {rig, run, submit} = await zkmlWorld(faults);
    submit(['mean-1', 'mean-0-byte', 'mean-0']);
    await run.event('problem', ({code}) => code === 'WORKER_UNSOUND');
    expect(rig.dispatcher.jobs().flatMap(({key}) => texts(rig, key.jobId))).toEqual([]);
    faults.noSrs = false;
    await rig.answered(3);
    expect([texts(rig, 'mean-1'), texts(rig, 'mean-0-byte')]).toEqual([['true'], ['false']]);
    await run.stop();
  });

  it.each<[string, ZkmlFaults]>([
    ['has no ezkl', {noEzkl: true}],
    ['has no SRS', {noSrs: true}],
    ['is overloaded', {busy: true}],
    ['never ends', {never: true}],
  ])('that %s leaves its job unanswered, with nothing sent', async (_name, faults) => {
    const {rig, run, submit} = await zkmlWorld(faults, SHORT);
    submit(['mean-1']);
    await run.event('job_unanswered');
    expect(texts(rig, 'mean-1')).toEqual([]);
    expect(await run.stop()).toMatchObject({accepted: 0, unanswered: 1});
  });
});
