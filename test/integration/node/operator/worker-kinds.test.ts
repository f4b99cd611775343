import {describe, expect, it, onTestFinished} from 'vitest';
import type {WorkerConfig} from '../../../../src/lib/config/config.ts';
import {createAttestationCheck} from '../../../../src/lib/features/run/attestation-check.ts';
import type {AnswerCheck} from '../../../../src/lib/node/operator/check-port.ts';
import {createAttestationChecker} from '../../../../src/lib/protocol/attestation/check/check.ts';
import {kindRig} from '../../../support/kind-rig.ts';
import {createRig} from '../../../support/operator-rig.ts';
import type {TeeFault} from '../../../support/tee-worker.ts';
import type {ZkmlFault} from '../../../support/zkml-worker.ts';

const SECOND = 1_000;

/** The check of `workers.tee.verify: require`, in this thread. */
function attestationRequired(): AnswerCheck {
  const check = createAttestationChecker();
  return createAttestationCheck({
    attestation: {verify: 'require', rootFile: null, registers: {0: ['ab'.repeat(48)]}},
    root: null,
    thread: {check: (document, policy, answer) => check(document, policy, answer)},
    claim: (_mark, owner) => Promise.resolve(owner),
  });
}

async function world(change: Partial<WorkerConfig> = {}) {
  const rig = await createRig();
  const kinds = await kindRig(rig, {...change, atEnd: onTestFinished});
  const wait = (ms: number): Promise<void> => rig.time.during(rig.time.sleep(ms), `${ms} ms`, ms + SECOND);
  return {rig, ...kinds, wait};
}

describe('a tee worker', () => {
  it('answers its jobs one after the other, with the attestation kept beside each', async () => {
    const all = await world();
    const run = await all.start();
    for (const n of [0, 1, 2]) all.submitTee(`job-${n}`, `prompt ${n}`);
    await all.rig.answered(3);
    expect(['job-0', 'job-1', 'job-2'].map(all.texts)).toEqual([
      ['answer to prompt 0'],
      ['answer to prompt 1'],
      ['answer to prompt 2'],
    ]);
    expect(run.journal.requests(1)[0]?.answer).toContain('"attestation":"hEShATgioAEC"');
    expect([all.tee.asked.length, all.tee.called]).toEqual([3, [200, 200, 200]]);
    await run.stop();
  });

  it.each<TeeFault>(['no-base64', 'empty'])(
    'that sends %s gives no answer: it is kept, and said',
    async (fault) => {
      const all = await world({deadlineMs: 120 * SECOND});
      all.tee.fault = fault;
      const run = await all.start();
      all.submitTee('job-0', 'p');
      const {reason} = await run.event('job_unanswered');
      expect(reason).toContain('no tee worker answered');
      expect(run.of('job_retry')[0]).toMatchObject({code: 'WORKER_BAD_ANSWER'});
      expect([all.tee.asked.length, all.tee.called]).toEqual([3, [422, 422, 422]]);
      expect(all.texts('job-0')).toEqual([]);
      await run.stop();
    },
  );

  it('that sends no attestation has its answer held where one is required, and delivered when it is released', async () => {
    const all = await world({deadlineMs: 120 * SECOND});
    all.tee.fault = 'no-base64';
    const run = await all.start({checks: [attestationRequired()]});
    all.submitTee('job-0', 'p');
    const held = await run.event('job_held');
    expect(held).toMatchObject({
      ...{code: 'ATTESTATION_MALFORMED', then: 'wait'},
      message: 'its attestation is no base64: nothing shows which program gave the answer',
    });
    const problem = await run.event('problem', ({part, code}) => part === 'jobs' && code === 'ANSWER_HELD');
    expect(problem.message).toContain('its attestation is no base64');
    await run.event('job_unanswered');
    expect([all.tee.asked.length, all.tee.called, all.texts('job-0')]).toEqual([1, [200], []]);
    expect(await run.release(1)).toBe('released');
    await all.rig.answered(1);
    expect(all.texts('job-0')).toEqual(['answer to p']);
    await run.stop();
  });

  it('whose attestation is of something else has its answer held, by the code of what fails', async () => {
    const all = await world();
    const run = await all.start({checks: [attestationRequired()]});
    all.submitTee('job-0', 'p');
    expect(await run.event('job_held')).toMatchObject({code: 'ATTESTATION_MALFORMED'});
    await all.wait(SECOND);
    expect([all.tee.called, all.texts('job-0')]).toEqual([[200], []]);
    await run.stop();
  });

  it.each<[TeeFault, string]>([
    ['none', 'has no enclave'],
    ['busy', 'has taken no request'],
    ['gone', 'has taken no request'],
  ])('with %s is said to be restarted, and answers its jobs after that', async (fault, words) => {
    const all = await world({readyTimeoutMs: 15 * SECOND});
    all.tee.fault = fault;
    const run = await all.start();
    all.submitTee('job-0', 'p');
    const problem = await run.event('problem', ({code}) => code === 'WORKER_STUCK');
    expect(problem.message).toContain(words);
    expect(JSON.stringify(problem.next)).toContain('Restart the tee worker');
    all.tee.restart();
    await all.rig.answered(1);
    await run.event('recovered', ({part}) => part === 'worker');
    expect(all.texts('job-0')).toEqual(['answer to p']);
    await run.stop();
  });

  it('is heard after a crash of the operator: the callback of the request before counts', async () => {
    const all = await world();
    all.tee.workMs = 3 * SECOND;
    const first = await all.start();
    all.submitTee('job-0', 'p');
    await first.event('job_asked');
    await all.wait(SECOND);
    await all.crash(first);
    const second = await all.start();
    await all.rig.answered(1);
    expect([all.tee.asked.length, all.tee.called]).toEqual([1, [200]]);
    await second.stop();
  });
});

describe('a zkml worker', () => {
  it('answers true, and false of what a good proof is true beside', async () => {
    const all = await world();
    const run = await all.start();
    all.submitZkml('job-0', 'a-good');
    all.submitZkml('job-1', 'wrong');
    await all.rig.answered(2);
    expect([all.texts('job-0'), all.texts('job-1')]).toEqual([['true'], ['false']]);
    expect(all.zkml.most).toBe(1);
    await run.stop();
  });

  it('without its SRS sends no false: the job waits, and is answered when the worker is well again', async () => {
    const all = await world();
    all.zkml.fault = 'no-srs';
    const run = await all.start();
    all.submitZkml('job-0', 'a-good');
    const problem = await run.event('problem', ({code}) => code === 'WORKER_UNSOUND');
    expect(JSON.stringify(problem.next)).toContain('SRS');
    // The answer of another kind says nothing of it.
    all.submitTee('job-1', 'p');
    await all.rig.answered(1);
    await all.wait(200 * SECOND);
    expect([all.texts('job-0'), run.journal.failed(1), run.of('recovered')]).toEqual([[], 0, []]);
    all.zkml.fault = null;
    await all.rig.answered(2);
    expect(all.texts('job-0')).toEqual(['true']);
    await run.event('recovered', ({part}) => part === 'worker');
    await run.stop();
  });

  it('that is late for the proof of a job leaves it unanswered, with that reason and no problem', async () => {
    const all = await world({deadlineMs: 120 * SECOND});
    const run = await all.start();
    all.submitZkml('job-0', 'slow');
    const {reason} = await run.event('job_unanswered');
    expect(reason).toContain('; the last failure: zkml worker');
    expect(reason).toContain('HTTP 408');
    expect(run.of('problem')).toEqual([]);
    expect(all.texts('job-0')).toEqual([]);
    await run.stop();
  });

  it('without its SRS leaves a job unanswered at its deadline', async () => {
    const all = await world({deadlineMs: 60 * SECOND});
    all.zkml.fault = 'no-srs';
    const run = await all.start();
    all.submitZkml('job-0', 'a-good');
    expect(await run.event('job_unanswered')).not.toHaveProperty('unfit');
    expect(all.texts('job-0')).toEqual([]);
    await run.stop();
  });

  it('that has no known-good proof sends no false, and says what to configure', async () => {
    const all = await world({knownGood: null, deadlineMs: 200 * SECOND});
    const run = await all.start();
    all.submitZkml('job-0', 'wrong');
    all.submitZkml('job-1', 'a-good');
    const problem = await run.event('problem', ({code}) => code === 'WORKER_UNPROVEN');
    expect(JSON.stringify(problem.next)).toContain('workers.zkml.known_good');
    await run.event('job_unanswered');
    expect([all.texts('job-0'), all.texts('job-1')]).toEqual([[], ['true']]);
    // Asked again now and then, as its proof or its worker may have been put right.
    expect(all.zkml.asked.filter(({proof_path}) => proof_path.endsWith('wrong')).length).toBeGreaterThan(2);
    await run.stop();
  });

  it.each<[ZkmlFault, string]>([
    ['no-model', 'Model directory does not exist'],
    [422, 'HTTP 422: Failed to deserialize'],
    [500, 'HTTP 500'],
  ])('that fails with %s is asked again later, and its text is no answer', async (fault, words) => {
    const all = await world();
    all.zkml.fault = fault;
    const run = await all.start();
    all.submitZkml('job-0', 'a-good');
    const retry = await run.event('job_retry');
    expect(retry.message).toContain(words);
    await all.wait(SECOND);
    expect([all.texts('job-0'), run.journal.failed(1)]).toEqual([[], 0]);
    all.zkml.fault = null;
    await all.rig.answered(1);
    expect(all.texts('job-0')).toEqual(['true']);
    await run.stop();
  });

  it.each([
    ['../mean', 'a-good', 'the model name'],
    ['mean', '', 'proof_path'],
  ])(
    'is never asked about the model %s and the proof %j: the job ends at once, with its reason',
    async (...of) => {
      const [model, proof, words] = of;
      const all = await world();
      const run = await all.start();
      if (proof === '')
        all.rig.dispatcher.submit({jobId: 'job-0', kind: 'zkml', model, params: '{"proof_path":"/etc/x"}'});
      else all.submitZkml('job-0', proof, model);
      const {reason, unfit} = await run.event('job_unanswered');
      expect([reason, unfit]).toEqual([expect.stringContaining(words), true]);
      expect([all.zkml.asked, all.texts('job-0')]).toEqual([[], []]);
      await run.stop();
    },
  );

  it('is asked again after a crash of the operator, under the same id, and that costs no attempt', async () => {
    const all = await world();
    all.zkml.workMs = 5 * SECOND;
    const first = await all.start();
    all.submitZkml('job-0', 'a-good');
    await first.event('job_asked');
    await all.wait(SECOND);
    await all.crash(first);
    const second = await all.start();
    await all.rig.answered(1);
    expect(all.texts('job-0')).toEqual(['true']);
    expect(new Set(all.zkml.asked.map(({req_id}) => req_id)).size).toBe(1);
    await second.stop();
  });

  it('is heard after the deadline: its late word is delivered', async () => {
    const all = await world({deadlineMs: 3 * SECOND});
    all.zkml.workMs = 10 * SECOND;
    const run = await all.start();
    all.submitZkml('job-0', 'a-good');
    await run.event('job_unanswered');
    await all.rig.answered(1);
    expect(all.texts('job-0')).toEqual(['true']);
    await run.stop();
  });

  it('cannot be spoken for by a callback, at its own route or that of another kind', async () => {
    const all = await world();
    all.zkml.workMs = 5 * SECOND;
    const run = await all.start();
    all.submitZkml('job-0', 'wrong');
    await all.rig.time.until(() => expect(all.zkml.asked).toHaveLength(1));
    const id = all.zkml.asked[0]?.req_id;
    const post = async (kind: string, body: object): Promise<number> => {
      const reply = await fetch(`${all.rig.callbackUrl}/api/${kind}_callback`, {
        method: 'POST',
        body: JSON.stringify(body),
      });
      return reply.status;
    };
    const attestation = 'hEShATgioAEC';
    expect(await post('zkml', {req_id: id, code: 200, result: 'false'})).toBe(404);
    expect(await post('opml', {req_id: id, answer: 'false'})).toBe(404);
    expect(await post('tee', {request_id: id, answer: 'false', attestation})).toBe(422);
    await all.rig.answered(1);
    // By its reply alone, beside the known-good proof.
    expect([all.texts('job-0'), all.zkml.asked.length]).toEqual([['false'], 2]);
    await run.stop();
  });
});
