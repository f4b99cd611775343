import {describe, expect, it} from 'vitest';
import {answerTo, createRig} from '../../../support/operator-rig.ts';

const MIB = 1024 * 1024;

describe('what is larger than the signer takes', () => {
  it('is an answer that is none: its job is unanswered, and the other results are delivered', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = (question) => {
      const huge = question.prompt === 'prompt 0';
      void rig.worker.answer(question, huge ? {answer: 'x'.repeat(6 * MIB)} : {});
      return 200;
    };
    const run = await rig.start({worker: {attempts: 2, deadlineMs: 60_000}});
    rig.submit(3);
    await rig.answered(2);
    const problem = await run.event('problem', ({part}) => part === 'worker');
    expect(problem).toMatchObject({
      code: 'WORKER_BAD_ANSWER',
      message: expect.stringMatching(/answer is too large/) as string,
    });
    await run.event('job_unanswered');
    expect(rig.dispatcher.results('job-0')).toEqual([]);
    expect(rig.dispatcher.results('job-1')).toMatchObject([{result: answerTo('prompt 1')}]);
    expect(await run.stop()).toMatchObject({accepted: 2, unanswered: 1, failed: 0, pending: 0});
  });

  it.each([
    ['its user', {user: 'u'.repeat(6 * MIB)}],
    ['its job_id', {jobId: 'j'.repeat(6 * MIB)}],
  ])('is a job with %s: it is rejected, and the others are worked on', async (_what, submission) => {
    const rig = await createRig({dispatcher: {redeliver: false}});
    const run = await rig.start();
    await run.event('connected');
    rig.dispatcher.submit({prompt: 'p', ...submission});
    const rejected = await run.event('frame_rejected');
    expect(rejected).toMatchObject({reason: 'bad-message', code: 'MESSAGE_INVALID'});
    rig.submit(2);
    await rig.answered(2);
    expect(await run.stop()).toMatchObject({accepted: 2, received: 2, pending: 0});
  });

  it('is a frame with an id of that size: it is not even answered', async () => {
    const text = (id: string): string =>
      `{"id":"${id}","method":"strange","params":null,"result":null,"address":"","hash":"","signature":""}`;
    const rig = await createRig({
      dispatcher: {
        faults: {
          dispatch: () => [...Array<{text: string}>(10).fill({text: text('i'.repeat(6 * MIB))}), 'good'],
        },
      },
    });
    const run = await rig.start({verifyDispatcher: 'when-signed'});
    rig.submit(1);
    await rig.answered(1);
    await rig.dispatcher.waitFor(({acknowledged}) => acknowledged >= 1);
    expect(run.of('problem')).toMatchObject([{part: 'jobs', code: 'JOB_REFUSED'}]);
    await run.stop();
  });
});
