import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {answerTo, createRig, type Asked} from '../../../support/operator-rig.ts';

describe('a worker', () => {
  it('that answers twice is thanked once', async () => {
    const rig = await createRig();
    const statuses: number[] = [];
    const both = deferred();
    rig.worker.onQuestion = (question) => {
      void (async () => {
        statuses.push(await rig.worker.answer(question));
        statuses.push(await rig.worker.answer(question, {answer: 'another answer'}));
        both.resolve();
      })();
      return 200;
    };
    const run = await rig.start();
    rig.submit(1);
    await rig.answered(1);
    await rig.time.during(both.promise, 'both answers');
    expect(statuses).toEqual([200, 404]);
    expect(run.of('callback_refused')).toMatchObject([{why: 'already', count: 1}]);
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: answerTo('prompt 0')}]);
    await run.stop();
  });

  it('that answers before it has replied to the question is heard', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = async (question) => {
      await rig.worker.answer(question);
      return 200;
    };
    const run = await rig.start();
    rig.submit(3);
    await rig.answered(3);
    expect(await run.stop()).toMatchObject({accepted: 3, failed: 0});
  });

  it('that answers before its question is known to be on disk is heard, once', async () => {
    const rig = await createRig();
    const heard = deferred();
    rig.worker.onQuestion = async (question) => {
      expect(await rig.worker.answer(question)).toBe(200);
      heard.resolve();
      return 200;
    };
    const run = await rig.start({
      journal: (journal) => ({
        ...journal,
        receive: async (job, begin) => {
          const received = await journal.receive(job, begin);
          // The write is through, and the operator does not know yet.
          await heard.promise;
          return received;
        },
      }),
    });
    await run.event('range');
    await run.event('connected');
    rig.submit(1);
    await rig.answered(1);
    expect(rig.worker.asked).toHaveLength(1);
    expect(run.of('job_retry')).toEqual([]);
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: answerTo('prompt 0')}]);
    expect(await run.stop()).toMatchObject({accepted: 1, failed: 0});
  });

  it.each([1, 3])(
    'is asked anew when the first write of a job is refused, in one attempt of %i',
    async (attempts) => {
      const rig = await createRig();
      let refused = 0;
      const run = await rig.start({
        worker: {attempts},
        journal: (journal) => ({
          ...journal,
          receive: async (job, begin) => {
            // The worker has been asked, and its answer finds nothing.
            await rig.time.until(() => expect(rig.worker.asked.length).toBeGreaterThan(0));
            refused += 1;
            if (refused === 1) throw new AosError('JOURNAL_WRITE_FAILED', 'database or disk is full');
            return journal.receive(job, begin);
          },
        }),
      });
      await run.event('range');
      await run.event('connected');
      rig.submit(1);
      await rig.answered(1);
      expect(rig.dispatcher.results('job-0')).toMatchObject([{result: answerTo('prompt 0')}]);
      expect(run.of('job_retry')).toEqual([]);
      expect(new Set(rig.worker.asked.map(({req_id}) => req_id)).size).toBe(2);
      await run.stop();
    },
  );

  it.each([1, 4])(
    'is asked once about a job that comes thrice in a burst, with %i at once',
    async (concurrency) => {
      const rig = await createRig({dispatcher: {faults: {dispatch: () => ['good', 'same', 'good']}}});
      const run = await rig.start({worker: {concurrency}});
      await run.event('range');
      await run.event('connected');
      rig.submit(1);
      await rig.answered(1);
      await run.event('job_duplicate', () => run.of('job_duplicate').length === 2);
      expect(rig.worker.asked).toHaveLength(1);
      expect(run.of('callback_refused')).toEqual([]);
      await run.stop();
    },
  );

  it('that answers late, after the question was put again, is still heard', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => {
      const [first, second] = rig.worker.asked;
      if (first !== undefined && second !== undefined) void rig.worker.answer(first, {answer: 'late'});
      return 200;
    };
    const run = await rig.start({worker: {answerTimeoutMs: 2_000}});
    rig.submit(1);
    await rig.answered(1);
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: 'late', reason: ''}]);
    expect(run.of('job_retry')[0]).toMatchObject({code: 'WORKER_TIMEOUT'});
    await run.stop();
  });

  it('that answers with another id is refused, and the question put again', async () => {
    const rig = await createRig();
    const statuses: number[] = [];
    rig.worker.onQuestion = async (question) => {
      if (rig.worker.asked.length === 1)
        statuses.push(await rig.worker.answer(question, {req_id: 'f'.repeat(32)}));
      else void rig.worker.answer(question);
      return 200;
    };
    const run = await rig.start({worker: {answerTimeoutMs: 2_000}});
    rig.submit(1);
    await rig.answered(1);
    expect(statuses).toEqual([404]);
    expect(run.of('callback_refused')).toMatchObject([{why: 'unknown'}]);
    const ids = rig.worker.asked.map(({req_id}) => req_id);
    expect(new Set(ids).size).toBe(2);
    expect(ids.every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
    await run.stop();
  });

  it.each([
    ['never answers', 'never', 'no answer within 2 s', 2],
    ['refuses every question', 'refuse', 'refused the request with HTTP 500', 2],
    ['is not there', 'absent', 'opml worker 127.0.0.1', 0],
    ['is busy for too long', 'busy', 'is not idle: status "1"', 0],
    ['dies after the first question', 'dies', 'opml worker 127.0.0.1', 1],
  ] as const)('that %s makes a failed answer with the reason in words', async (_name, how, reason, asked) => {
    const rig = await createRig();
    rig.worker.onQuestion = () => {
      if (how === 'dies') rig.worker.status = 'hang-up';
      return how === 'refuse' ? 500 : 200;
    };
    if (how === 'absent') rig.worker.status = 'hang-up';
    if (how === 'busy') rig.worker.status = '{"msg":"1"}';
    const run = await rig.start({worker: {answerTimeoutMs: 2_000, readyTimeoutMs: 3_000, attempts: 2}});
    rig.submit(1);
    await rig.answered(1);
    await run.event('result_accepted');
    const [result] = rig.dispatcher.results('job-0');
    expect(result).toMatchObject({result: '', vrf: {selected: true}});
    expect(result?.reason).toContain('opml worker: ');
    expect(result?.reason).toContain(reason);
    expect(rig.worker.asked).toHaveLength(asked);
    expect(run.of('problem').filter(({part}) => part === 'worker').length).toBeGreaterThan(0);
    expect(await run.stop()).toMatchObject({failed: 1, accepted: 1, pending: 0});
  });

  it('that is back in time answers, and is told to work again', async () => {
    const rig = await createRig();
    rig.worker.status = 'hang-up';
    const run = await rig.start();
    rig.submit(2);
    await run.event('problem', ({part, code}) => part === 'worker' && code === 'WORKER_UNREACHABLE');
    rig.worker.status = '{"msg":"0"}';
    await rig.answered(2);
    await run.event('recovered', ({part}) => part === 'worker');
    expect(await run.stop()).toMatchObject({failed: 0, accepted: 2});
  });

  it('may answer a question of the run before, and is not asked again', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 200;
    const first = await rig.start();
    rig.submit(1);
    await first.event('job_asked');
    await rig.dispatcher.waitFor(({acknowledged}) => acknowledged === 1);
    while (rig.worker.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
    await first.crash();
    rig.worker.status = '{"msg":"1"}';
    const run = await rig.start();
    await run.event('connected');
    const question = rig.worker.asked[0] as Asked;
    expect(await rig.worker.answer(question, {answer: 'from before'})).toBe(200);
    await rig.answered(1);
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: 'from before'}]);
    expect(rig.worker.asked).toHaveLength(1);
    expect(await rig.worker.answer(question)).toBe(404);
    await run.stop();
  });

  it('is never given more questions at once than its concurrency', async () => {
    const rig = await createRig();
    let open = 0;
    let most = 0;
    rig.worker.onQuestion = (question) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        void rig.worker.answer(question);
      });
      return 200;
    };
    const run = await rig.start({worker: {concurrency: 2}});
    rig.submit(12);
    await rig.answered(12);
    expect(most).toBeLessThanOrEqual(2);
    await run.stop();
  });
});

function deferred(): {promise: Promise<void>; resolve: () => void} {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return {promise, resolve};
}
