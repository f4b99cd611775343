import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {openJobReader} from '../../../../src/lib/node/journal/job-query.ts';
import {loadVrf} from '../../../../src/lib/protocol/vrf/ecvrf.ts';
import {deferred} from '../../../support/deferred.ts';
import {answerTo, createRig, VRF_SEED, type Asked} from '../../../support/operator-rig.ts';

describe('a worker', () => {
  it('that answers twice is thanked twice, and its first answer is sent', async () => {
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
    expect(statuses).toEqual([200, 200]);
    expect(run.of('callback_refused')).toEqual([]);
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

  it('that has a request of a job which turns out to be known has its place free for the next one', async () => {
    const rig = await createRig();
    let isFirst = true;
    const run = await rig.start({
      worker: {concurrency: 1},
      journal: (journal) => ({
        ...journal,
        receive: async (job, begin) => {
          // Stored by another way, while the worker has the request already.
          if (isFirst) await journal.receive(job);
          isFirst = false;
          return journal.receive(job, begin);
        },
      }),
    });
    await run.event('range');
    await run.event('connected');
    rig.submit(1);
    await run.event('job_duplicate');
    await run.event('callback_refused');
    rig.submit(1, 1);
    await rig.answered(1);
    expect(rig.dispatcher.results('job-1')).toMatchObject([{result: answerTo('prompt 1')}]);
    await run.stop();
  });

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
    ['never answers', 'never', 'WORKER_TIMEOUT', 2],
    ['refuses every question', 'refuse', 'WORKER_REFUSED', null],
    ['is not there', 'absent', 'WORKER_UNREACHABLE', 0],
    ['is busy for too long', 'busy', 'WORKER_BUSY', 0],
    ['dies after the first question', 'dies', 'WORKER_UNREACHABLE', 1],
    ['answers with nothing', 'empty', 'WORKER_BAD_ANSWER', 2],
  ] as const)('that %s leaves the job unanswered: nothing is sent', async (_name, how, code, asked) => {
    const rig = await createRig();
    rig.worker.onQuestion = (question) => {
      if (how === 'dies') rig.worker.status = 'hang-up';
      if (how === 'empty') void rig.worker.answer(question, {answer: ''});
      return how === 'refuse' ? 500 : 200;
    };
    if (how === 'absent') rig.worker.status = 'hang-up';
    if (how === 'busy') rig.worker.status = '{"msg":"1"}';
    const run = await rig.start({
      worker: {answerTimeoutMs: 2_000, readyTimeoutMs: 3_000, attempts: 2, deadlineMs: 60_000},
    });
    rig.submit(1);
    await run.event('problem', (problem) => problem.part === 'worker' && problem.code === code);
    const {reason} = await run.event('job_unanswered');
    expect(reason).toMatch(/^no opml worker answered within 1 min; the last failure: ./);
    if (asked !== null) expect(rig.worker.asked).toHaveLength(asked);
    expect(await run.event('answers_missing')).toMatchObject({kinds: [{kind: 'opml', unanswered: 1}]});
    expect(run.of('result_sent')).toEqual([]);
    expect(rig.dispatcher.results('job-0')).toEqual([]);
    expect(await run.stop()).toMatchObject({failed: 0, unanswered: 1, accepted: 0, pending: 0});
  });

  it('that answers a job which was left without one is heard, also after a restart', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 200;
    const worker = {answerTimeoutMs: 2_000, attempts: 1, deadlineMs: 10_000};
    const first = await rig.start({worker});
    rig.submit(2);
    await first.event('job_unanswered', () => first.of('job_unanswered').length === 2);
    const [one, other] = rig.worker.asked as [Asked, Asked];
    expect(await rig.worker.answer(one, {answer: 'late'})).toBe(200);
    await rig.answered(1);
    await first.stop();
    const run = await rig.start({worker});
    await run.event('connected');
    expect(await rig.worker.answer(other, {answer: 'later'})).toBe(200);
    await rig.answered(2);
    await run.event('result_accepted');
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: 'late', reason: ''}]);
    expect(rig.dispatcher.results('job-1')).toMatchObject([{result: 'later', reason: ''}]);
    expect(rig.worker.asked).toHaveLength(2);
    expect(await run.stop()).toMatchObject({accepted: 1, pending: 0});
  });

  it('is asked again about a job that was left without an answer, when that is asked for', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 200;
    const run = await rig.start({worker: {answerTimeoutMs: 2_000, attempts: 1, deadlineMs: 10_000}});
    rig.submit(1);
    const {job} = await run.event('job_unanswered');
    rig.worker.onQuestion = (question) => {
      void rig.worker.answer(question);
      return 200;
    };
    expect(await run.askAgain([job.seq, 999])).toEqual([job.seq]);
    await rig.answered(1);
    await run.event('result_accepted');
    expect(await run.askAgain([job.seq])).toEqual([]);
    expect(new Set(rig.worker.asked.map(({req_id}) => req_id)).size).toBe(2);
    expect(await run.stop()).toMatchObject({accepted: 1, pending: 0});
  });

  it('of a kind that the node runs no more leaves its jobs unanswered, until it is there again', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 503;
    const before = await rig.start();
    rig.submit(1);
    await before.event('job_retry');
    await before.crash();

    const without = await rig.start({workers: []});
    const {reason} = await without.event('job_unanswered');
    expect(reason).toBe('this node runs no opml worker');
    await without.stop();
    expect(rig.dispatcher.results('job-0')).toEqual([]);

    rig.worker.onQuestion = (question) => {
      void rig.worker.answer(question);
      return 200;
    };
    const again = await rig.start();
    expect(await again.askAgain([1])).toEqual([1]);
    await rig.answered(1);
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: answerTo('prompt 0')}]);
  });

  it('that does not answer is answered for with the empty text, where the network wants it', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 200;
    const worker = {answerTimeoutMs: 2_000, attempts: 1, deadlineMs: 10_000, onFailure: 'empty'} as const;
    const run = await rig.start({worker});
    rig.submit(1);
    await rig.answered(1);
    expect(rig.dispatcher.results('job-0')).toMatchObject([
      {result: '', reason: 'no opml worker answered within 10 s', vrf: {selected: true}},
    ]);
    await run.event('result_accepted');
    expect(await rig.worker.answer(rig.worker.asked[0] as Asked)).toBe(200);
    expect(await run.stop()).toMatchObject({failed: 1, unanswered: 0, accepted: 1});
  });

  it('whose empty answer is refused may send a better one for the same question', async () => {
    const rig = await createRig();
    const statuses: number[] = [];
    rig.worker.onQuestion = (question) => {
      void (async () => {
        statuses.push(await rig.worker.answer(question, {answer: ''}));
        statuses.push(await rig.worker.answer(question, {answer: 'better'}));
      })();
      return 200;
    };
    const run = await rig.start();
    rig.submit(1);
    await rig.answered(1);
    expect(statuses).toEqual([422, 200]);
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: 'better', reason: ''}]);
    await run.stop();
  });

  it.each([
    ['another prompt', {prompt: 'a prompt of another job'}],
    ['another model', {model: 'a model of another job'}],
  ])('whose answer repeats %s than it was asked is not believed, and it is kept', async (what, change) => {
    const rig = await createRig();
    const statuses: number[] = [];
    rig.worker.onQuestion = (question) => {
      void (async () => {
        if (rig.worker.asked.length === 1)
          statuses.push(await rig.worker.answer({...question, ...change}, {answer: 'not yours'}));
        else statuses.push(await rig.worker.answer(question));
      })();
      return 200;
    };
    const run = await rig.start();
    rig.submit(1);
    await rig.answered(1);
    expect(statuses).toEqual([422, 200]);
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: answerTo('prompt 0'), reason: ''}]);
    await run.stop();
    const reader = openJobReader({dir: rig.dir});
    const {evidence = []} = reader.record(1) ?? {};
    reader.close();
    expect(evidence).toMatchObject([{why: expect.stringContaining(what) as string}]);
    expect(evidence[0]?.body).toContain('not yours');
  });

  it('whose empty answer comes before its reply is asked again at once', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = async (question) => {
      await rig.worker.answer(question, rig.worker.asked.length === 1 ? {answer: ''} : {});
      return 200;
    };
    const run = await rig.start({worker: {answerTimeoutMs: 600_000}});
    rig.submit(1);
    const {code} = await run.event('job_retry');
    expect(code).toBe('WORKER_BAD_ANSWER');
    await rig.answered(1);
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: answerTo('prompt 0')}]);
  });

  it('that never answers lets a run of so many jobs end', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 200;
    const run = await rig.start({
      maxAccepted: 2,
      worker: {answerTimeoutMs: 2_000, attempts: 1, deadlineMs: 10_000},
    });
    rig.submit(3);
    expect(await run.ended()).toMatchObject({unanswered: 2, accepted: 0, pending: 1, reason: 'jobs'});
  });

  it.each([1, 4])(
    'that answers differently each time has one text for all positions of a (job_id, tag), %i at once',
    async (concurrency) => {
      const rig = await createRig();
      let answers = 0;
      rig.worker.onQuestion = (question) => {
        void rig.worker.answer(question, {answer: `answer ${(answers += 1)}`});
        return 200;
      };
      const run = await rig.start({worker: {concurrency}});
      for (let n = 0; n < 10; n += 1)
        for (const position of ['before', 'after'])
          rig.dispatcher.submit({jobId: `job-${n}`, prompt: `prompt ${n}`, tag: 'malicious', position});
      await rig.answered(20);
      await run.event('result_accepted', () => run.of('result_accepted').length === 20);
      for (let n = 0; n < 10; n += 1) {
        const results = rig.dispatcher.results(`job-${n}`).filter(({vrf}) => vrf.selected);
        expect(new Set(results.map(({result}) => result)).size).toBe(1);
        expect(results[0]?.result).toMatch(/^answer \d+$/);
      }
      expect(rig.worker.asked).toHaveLength(10);
      expect(await run.stop()).toMatchObject({accepted: 20, failed: 0, pending: 0});
    },
  );

  it('is asked once about a (job_id, tag) of which two positions are sampled at once', async () => {
    const {publicKey, prove} = (await loadVrf()).prover(VRF_SEED);
    const both = deferred();
    let proofs = 0;
    const rig = await createRig({
      prover: {
        publicKey,
        prove: (alpha) => {
          proofs += 1;
          if (proofs === 2) both.resolve();
          return both.promise.then(() => prove(alpha));
        },
      },
    });
    const range = rig.range.now;
    rig.range.now = null;
    const run = await rig.start();
    for (const position of ['before', 'after'])
      rig.dispatcher.submit({jobId: 'job-0', prompt: 'prompt 0', tag: 'malicious', position});
    await run.event('job_received', () => run.of('job_received').length === 2);
    rig.range.now = range;
    await rig.answered(2);
    expect(rig.worker.asked).toHaveLength(1);
    expect(await run.stop()).toMatchObject({accepted: 2, failed: 0, pending: 0});
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
    expect(await rig.worker.answer(question, {answer: 'another'})).toBe(200);
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: 'from before'}]);
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
