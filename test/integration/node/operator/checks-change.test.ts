import {describe, expect, it, onTestFinished} from 'vitest';
import type {WorkerConfig} from '../../../../src/lib/config/config.ts';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {AnswerCheck, CheckVerdict, RunChecks} from '../../../../src/lib/node/operator/check-port.ts';
import {createWorkers} from '../../../../src/lib/peers/worker/workers.ts';
import {createRig} from '../../../support/operator-rig.ts';
import {testZkml} from '../../../support/zkml-worker.ts';

const SECOND = 1_000;
const OK: CheckVerdict = {verdict: 'ok', message: 'the engine says so too'};

/** Checks that another configuration replaces. */
function replaceable(
  list: readonly AnswerCheck[],
): RunChecks & {replace(next: readonly AnswerCheck[]): void} {
  let now = list;
  const listeners: (() => void)[] = [];
  return {
    now: () => now,
    onChange: (heard) => void listeners.push(heard),
    replace(next) {
      now = next;
      for (const heard of listeners) heard();
    },
  };
}

const checkOf = (
  name: 'proof' | 'second',
  kind: 'zkml' | 'opml',
  check: () => Promise<CheckVerdict>,
): AnswerCheck => ({name, kind, atOnce: 1, wants: () => true, check});

/** An operator whose zkml worker has no known-good proof, and whose engine judges each word. */
async function zkmlWorld(list: readonly AnswerCheck[]) {
  const rig = await createRig();
  const zkml = await testZkml(rig.time);
  const limits: WorkerConfig = {
    ...{urls: [zkml.url], concurrency: 1, readyTimeoutMs: 60 * SECOND, answerTimeoutMs: 20 * SECOND},
    ...{attempts: 3, deadlineMs: 600 * SECOND, knownGood: null},
    onFailure: 'silent',
  };
  const proofEngine = {judges: () => true, wordOf: () => Promise.reject(new Error('not asked'))};
  const workers = createWorkers('zkml', limits, {time: rig.time, proofEngine});
  onTestFinished(() => workers.close());
  const checks = replaceable(list);
  const start = async () => {
    const run = await rig.start({workers: [workers], checks, backoff: {firstMs: 50, capMs: 500}});
    await run.event('range');
    await run.event('connected');
    return run;
  };
  const submit = (): void =>
    void rig.dispatcher.submit({
      ...{jobId: 'job-0', kind: 'zkml', model: 'mean', prompt: ''},
      params: '{"proof_path":"http://proofs/wrong"}',
    });
  const texts = (): string[] => rig.dispatcher.results('job-0').map(({result}) => result);
  return {rig, zkml, checks, start, submit, texts};
}

describe('checks that another configuration replaces', () => {
  it('are those of answers that come after it, and a false that relied on the ones before is none', async () => {
    const all = await zkmlWorld([]);
    const run = await all.start();
    all.submit();
    await run.event('job_retry');
    expect([all.texts(), run.journal.get(1)?.state]).toEqual([[], 'selected']);
    all.checks.replace([checkOf('proof', 'zkml', () => Promise.resolve(OK))]);
    await all.rig.answered(1);
    expect([all.texts(), run.of('job_checked').map(({verdict}) => verdict)]).toEqual([['false'], ['ok']]);
    await run.stop();
  });

  it('are not there any more for a false that waits for them: it is held, and a worker is asked again', async () => {
    const never = new Promise<CheckVerdict>(() => undefined);
    const all = await zkmlWorld([checkOf('proof', 'zkml', () => never)]);
    const first = await all.start();
    all.submit();
    await first.event('job_answered');
    await first.crash();
    all.checks.replace([]);
    const second = await all.start();
    await second.event('job_held', ({code, then}) => code === 'WORKER_UNPROVEN' && then === 'ask_again');
    expect(all.texts()).toEqual([]);
    await second.stop();
  });

  it('look at once at what could not be checked, and end the problem of a second worker that is gone', async () => {
    const rig = await createRig();
    const failing = checkOf('second', 'opml', () =>
      Promise.reject(new AosError('ATTESTATION_UNJUDGED', 'no memory')),
    );
    const open: CheckVerdict = {verdict: 'not_checked', code: 'SECOND_NOT_COMPARED', message: 'away'};
    const checks = replaceable([failing]);
    const run = await rig.start({checks, backoff: {firstMs: 50, capMs: 500}});
    await run.event('range');
    await run.event('connected');
    rig.submit(1);
    await run.event('job_held');
    const at = rig.time.monotonic();
    checks.replace([checkOf('second', 'opml', () => Promise.resolve(open))]);
    await rig.answered(1);
    // Without a change the first pause has 15 s at least.
    expect(rig.time.monotonic() - at).toBeLessThan(10 * SECOND);
    await run.event('problem', ({code}) => code === 'SECOND_NOT_COMPARED');
    checks.replace([]);
    await run.event('recovered', ({part}) => part === 'worker');
    await run.stop();
  });
});
