import type {WorkerConfig} from '../../src/lib/config/config.ts';
import {createWorkers, type Workers} from '../../src/lib/peers/worker/workers.ts';
import type {Rig, Run, RunOptions} from './operator-rig.ts';
import {testTee, type TestTee} from './tee-worker.ts';
import {KNOWN_GOOD, testZkml, type TestZkml} from './zkml-worker.ts';
import type {AtEnd} from './operator-rig.ts';

const SECOND = 1_000;

/** An operator beside a tee and a zkml worker, which survives its own crashes. */
export type KindRig = {
  tee: TestTee;
  zkml: TestZkml;
  start(options?: RunOptions): Promise<Run>;
  crash(run: Run): Promise<void>;
  submitTee(jobId: string, prompt: string): void;
  submitZkml(jobId: string, proof: string, model?: string): void;
  /** The texts that the dispatcher has of a job. */
  texts(jobId: string): string[];
};

export async function kindRig(
  rig: Rig,
  {atEnd, ...change}: Partial<WorkerConfig> & {atEnd: AtEnd},
): Promise<KindRig> {
  const tee = await testTee(Number(new URL(rig.callbackUrl).port), rig.time, atEnd);
  const zkml = await testZkml(rig.time, atEnd);
  let workers: Workers[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(workers.map((one) => one.close()));
  };
  atEnd(close);
  return {
    tee,
    zkml,
    async start(options = {}) {
      const limits = {
        concurrency: 4,
        readyTimeoutMs: 60 * SECOND,
        answerTimeoutMs: 20 * SECOND,
        attempts: 3,
        deadlineMs: 600 * SECOND,
        onFailure: 'silent',
        knownGood: KNOWN_GOOD,
        ...change,
      } as const;
      workers = [
        createWorkers('tee', {...limits, urls: [tee.url]}, {time: rig.time}),
        createWorkers('zkml', {...limits, urls: [zkml.url]}, {time: rig.time}),
      ];
      const run = await rig.start({workers, backoff: {firstMs: 50, capMs: 500}, ...options});
      await run.event('range');
      await run.event('connected');
      return run;
    },
    async crash(run) {
      await run.crash();
      await close();
    },
    submitTee: (jobId, prompt) => void rig.dispatcher.submit({jobId, kind: 'tee', prompt}),
    submitZkml: (jobId, proof, model = 'mean') => {
      const params = JSON.stringify({proof_path: `http://proofs/${proof}`});
      rig.dispatcher.submit({jobId, kind: 'zkml', model, prompt: '', params});
    },
    texts: (jobId) => rig.dispatcher.results(jobId).map(({result}) => result),
  };
}
