import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {AnswerCheck, AnswerToCheck, CheckVerdict} from '../../../../src/lib/node/operator/check-port.ts';
import {answerTo, createRig, type Run, type RunOptions} from '../../../support/operator-rig.ts';

const SECOND = 1_000;
const OK: CheckVerdict = {verdict: 'ok', message: 'the same twice'};
const HELD: CheckVerdict = {
  verdict: 'held',
  code: 'WORKER_UNSOUND',
  then: 'wait',
  message: 'the two differ',
  facts: {secondAnswer: 'no'},
};
const REFUSED: CheckVerdict = {verdict: 'refused', code: 'WORKER_BAD_ANSWER', message: 'a forged seal'};

type Says = CheckVerdict | AosError | Promise<CheckVerdict>;

/** A verdict that a test gives when it wants. */
function later(): {promise: Promise<CheckVerdict>; resolve: (verdict: CheckVerdict) => void} {
  let resolve: (verdict: CheckVerdict) => void = () => undefined;
  const promise = new Promise<CheckVerdict>((done) => {
    resolve = done;
  });
  return {promise, resolve};
}

/** An operator whose answers pass through a check that says one thing after the other, the last one for ever. */
async function world(...says: Says[]) {
  const rig = await createRig();
  const asked: AnswerToCheck[] = [];
  const check: AnswerCheck = {
    ...{name: 'second', kind: 'opml', atOnce: 4},
    wants: ({key}) => !key.jobId.startsWith('free'),
    check: (answer) => {
      asked.push(answer);
      const said = says.length > 1 ? says.shift() : says[0];
      return said instanceof AosError ? Promise.reject(said) : Promise.resolve(said ?? OK);
    },
  };
  const wait = (ms: number): Promise<void> => rig.time.during(rig.time.sleep(ms), `${ms} ms`, ms + SECOND);
  const start = async (options: RunOptions = {}): Promise<Run> => {
    const run = await rig.start({checks: [check], backoff: {firstMs: 50, capMs: 500}, ...options});
    await run.event('range');
    await run.event('connected');
    return run;
  };
  const texts = (id = 'job-0'): string[] => rig.dispatcher.results(id).map(({result}) => result);
  return {rig, asked, says, wait, start, texts, submit: (count = 1) => rig.submit(count)};
}

/** Of the problem that answers are held. */
const isHeld = ({part, code}: {part: string; code: string}): boolean =>
  part === 'jobs' && code === 'ANSWER_HELD';

describe('an answer that is checked', () => {
  it('is acknowledged to its worker at once, and delivered when its check has passed it', async () => {
    const verdict = later();
    const all = await world(verdict.promise);
    const acknowledged: number[] = [];
    all.rig.worker.onQuestion = (question) => {
      void all.rig.worker.answer(question).then((status) => acknowledged.push(status));
      return 200;
    };
    const run = await all.start();
    all.submit();
    await run.event('job_answered');
    await all.wait(SECOND);
    expect([acknowledged, run.journal.get(1)?.state, run.journal.checks.stateOf(1)]).toEqual([
      [200],
      'selected',
      'checking',
    ]);
    expect(all.asked).toMatchObject([
      {seq: 1, kind: 'opml', prompt: 'prompt 0', workerUrl: null, said: {answer: answerTo('prompt 0')}},
    ]);
    verdict.resolve(OK);
    await all.rig.answered(1);
    expect(all.texts()).toEqual([answerTo('prompt 0')]);
    expect(run.of('job_checked')).toMatchObject([{verdict: 'ok', message: 'the same twice'}]);
    expect([run.journal.checks.stateOf(1), all.rig.worker.asked.length]).toEqual([null, 1]);
    await run.stop();
  });

  it('that its check refuses is none: the worker is asked again, as often as it may be', async () => {
    const all = await world(REFUSED, OK);
    const run = await all.start();
    all.submit();
    await all.rig.answered(1);
    expect(run.of('job_checked')).toMatchObject([
      {verdict: 'refused', code: 'WORKER_BAD_ANSWER', message: 'a forged seal'},
      {verdict: 'ok'},
    ]);
    expect([all.rig.worker.asked.length, run.journal.requests(1).map(({ended}) => ended)]).toEqual([
      2,
      ['invalid', null],
    ]);
    await run.stop();
  });

  it('that is refused each time leaves its job unanswered at its deadline', async () => {
    const all = await world(REFUSED);
    const run = await all.start({worker: {deadlineMs: 120 * SECOND}});
    all.submit();
    await run.event('job_unanswered');
    expect(run.of('job_checked').map(({message}) => message)).toEqual(Array(3).fill('a forged seal'));
    expect([all.rig.worker.asked.length, all.texts()]).toEqual([3, []]);
    expect(await run.release(1)).toBe('none');
    await run.stop();
  });

  it('that could not be checked is checked again after a while, by itself', async () => {
    const all = await world(new AosError('WORKER_UNREACHABLE', 'the second worker is away'), OK);
    const run = await all.start();
    all.submit();
    expect(await run.event('job_held')).toMatchObject({code: 'WORKER_UNREACHABLE', then: 'check_again'});
    await all.rig.answered(1);
    expect([all.asked.length, all.rig.worker.asked.length]).toEqual([2, 1]);
    await run.event('recovered', ({part}) => part === 'jobs');
    await run.stop();
  });

  it('is not held up by others that are checked again and again', async () => {
    const rig = await createRig();
    const seen = new Set<string>();
    // The server of their proofs hangs.
    const check: AnswerCheck = {
      ...{name: 'second', kind: 'opml', atOnce: 2, wants: () => true},
      check: ({key: {jobId}}) => {
        if (jobId === 'new') return Promise.resolve(OK);
        const isAgain = seen.has(jobId);
        seen.add(jobId);
        const away = new AosError('WORKER_UNREACHABLE', 'the second worker is away');
        return isAgain ? new Promise(() => undefined) : Promise.reject(away);
      },
    };
    const run = await rig.start({checks: [check], backoff: {firstMs: 50, capMs: 500}});
    await run.event('range');
    await run.event('connected');
    rig.submit(4);
    await expect.poll(() => run.of('job_held').length).toBe(4);
    await rig.time.during(rig.time.sleep(60 * SECOND), 'their next checks', 61 * SECOND);
    rig.dispatcher.submit({jobId: 'new', prompt: 'p'});
    await rig.answered(1);
    expect(rig.dispatcher.results('new')).toHaveLength(1);
    await run.stop();
  });

  it('of which nothing was found out is delivered, in words of its own', async () => {
    const all = await world({verdict: 'not_checked', code: 'WORKER_REFUSED', message: 'it was not compared'});
    const run = await all.start();
    all.submit();
    await all.rig.answered(1);
    expect(run.of('job_checked')).toMatchObject([{verdict: 'not_checked', code: 'WORKER_REFUSED'}]);
    await run.stop();
  });

  it('is that of all positions of its job, and checked once', async () => {
    const all = await world();
    const run = await all.start();
    for (const position of ['before', 'after'])
      all.rig.dispatcher.submit({jobId: 'twice', prompt: 'p', tag: 'malicious', position});
    await all.rig.answered(2);
    expect([all.texts('twice'), all.asked.length, all.rig.worker.asked.length]).toEqual([
      [answerTo('p'), answerTo('p')],
      1,
      1,
    ]);
    await run.stop();
  });

  it('comes after the deadline of its job, and counts all the same', async () => {
    const verdict = later();
    const all = await world(verdict.promise);
    const run = await all.start({worker: {deadlineMs: 60 * SECOND}});
    all.submit();
    await run.event('job_unanswered');
    verdict.resolve(OK);
    await all.rig.answered(1);
    await run.stop();
  });

  it('of a job that no check wants takes the one write that it has always taken', async () => {
    const all = await world(HELD);
    const run = await all.start();
    all.rig.dispatcher.submit({jobId: 'free-0', prompt: 'p'});
    await all.rig.answered(1);
    expect([all.asked, run.of('job_checked'), run.of('job_held')]).toEqual([[], [], []]);
    await run.stop();
  });
});

describe('a held answer', () => {
  it('is a problem, is not asked about again, and ends unanswered with nothing sent', async () => {
    const all = await world(HELD);
    const run = await all.start({worker: {deadlineMs: 120 * SECOND}});
    all.submit();
    expect(await run.event('job_held')).toMatchObject({
      ...{code: 'WORKER_UNSOUND', message: 'the two differ', then: 'wait'},
    });
    const problem = await run.event('problem', isHeld);
    expect(problem.message).toBe('the answer to job #1 is held: the two differ (WORKER_UNSOUND)');
    expect(run.of('answers_held')).toMatchObject([{count: 1}]);
    const {reason} = await run.event('job_unanswered');
    expect(reason).toContain('its answer is held: the two differ (WORKER_UNSOUND)');
    expect([all.rig.worker.asked.length, all.asked.length, all.texts()]).toEqual([1, 1, []]);
    // It waits for its answer no more: the problem is now that it is unanswered.
    await run.event('recovered', ({part}) => part === 'jobs');
    await run.stop();
  });

  it('is delivered when it is released, once', async () => {
    const all = await world(HELD);
    const run = await all.start();
    all.submit();
    await run.event('job_held');
    expect([await run.release(1), await run.release(1), await run.release(2)]).toEqual([
      'released',
      'answered',
      'none',
    ]);
    await all.rig.answered(1);
    expect(all.texts()).toEqual([answerTo('prompt 0')]);
    expect(run.of('job_released')).toHaveLength(1);
    await run.event('recovered', ({part}) => part === 'jobs');
    await run.stop();
  });

  it('may be released after its job was left unanswered, by the journal too, and is delivered by the next run', async () => {
    const all = await world(HELD);
    const first = await all.start({worker: {deadlineMs: 60 * SECOND}});
    all.submit();
    await first.event('job_unanswered');
    await first.stop();
    const second = await all.start();
    expect(second.of('job_asked')).toEqual([]);
    expect(await second.release(1)).toBe('released');
    await all.rig.answered(1);
    expect([all.texts(), all.rig.worker.asked.length]).toEqual([[answerTo('prompt 0')], 1]);
    await second.stop();
  });

  it('is held after a restart, too, with its worker not asked again', async () => {
    const all = await world(HELD);
    const first = await all.start();
    all.submit();
    await first.event('job_held');
    await first.stop();
    const second = await all.start();
    await second.event('problem', isHeld);
    await all.wait(60 * SECOND);
    expect([all.asked.length, all.rig.worker.asked.length, all.texts()]).toEqual([1, 1, []]);
    await second.stop();
  });

  it('gives way to an answer that passes, where another attempt may help', async () => {
    const all = await world({...HELD, then: 'ask_again'}, OK);
    let n = 0;
    all.rig.worker.onQuestion = (question) => {
      n += 1;
      void all.rig.worker.answer(question, {answer: `answer ${n}`});
      return 200;
    };
    const run = await all.start();
    all.submit();
    await all.rig.answered(1);
    expect(all.texts()).toEqual(['answer 2']);
    expect(await run.release(1)).toBe('answered');
    await run.stop();
  });

  it('is asked about again when a person wants it', async () => {
    const all = await world(HELD, OK);
    const run = await all.start();
    all.submit();
    await run.event('job_held');
    expect(await run.askAgain([1])).toEqual([1]);
    await all.rig.answered(1);
    expect([all.asked.length, all.rig.worker.asked.length]).toEqual([2, 2]);
    expect(new Set(all.asked.map(({requestId}) => requestId)).size).toBe(2);
    await run.stop();
  });
});

describe('a run of so many jobs', () => {
  it('ends when what is left of it is held, says so, and the next run delivers what was released', async () => {
    const all = await world(OK, HELD);
    const run = await all.start({maxAccepted: 3, worker: {deadlineMs: 600 * SECOND}});
    all.submit(3);
    const summary = await run.ended();
    expect(summary).toMatchObject({accepted: 1, unanswered: 0, pending: 2, held: 2, reason: 'jobs'});
    expect(run.of('job_held').map(({job}) => job.seq)).toContain(summary.heldJob);
    expect(run.of('warning')).toEqual([]);
    const [held] = run.of('answers_held').slice(-1);
    expect([held?.count, held?.dueJob]).toEqual([2, Math.min(...run.of('job_held').map(({job}) => job.seq))]);
    expect((held?.dueAt ?? 0) - (held?.at ?? 0)).toBeGreaterThan(590 * SECOND);
  });

  it('waits for a check that is repeated, and says for what', async () => {
    const all = await world(new AosError('WORKER_UNREACHABLE', 'the second worker is away'), OK);
    const run = await all.start({maxAccepted: 1});
    all.submit();
    expect(await run.event('warning')).toMatchObject({
      code: 'ANSWER_HELD',
      message:
        'the run waits for 1 held answer: checked or asked again until the deadline, unless you release it',
      next: {run: {command: 'job release', args: ['#1']}},
    });
    expect(await run.ended()).toMatchObject({accepted: 1, held: 0, heldJob: null});
  });
});

describe('a crash', () => {
  it('while an answer is checked has it checked again at the next start, by its one request', async () => {
    const all = await world(new Promise<CheckVerdict>(() => undefined), OK);
    const first = await all.start();
    all.submit();
    await first.event('job_answered');
    await all.wait(SECOND);
    await first.crash();
    const second = await all.start();
    await all.rig.answered(1);
    expect([all.asked.length, all.rig.worker.asked.length]).toEqual([2, 1]);
    expect(new Set(all.asked.map(({requestId}) => requestId)).size).toBe(1);
    await second.stop();
  });

  it('and a configuration without the check deliver the answer, and say that it was not checked', async () => {
    const all = await world(new Promise<CheckVerdict>(() => undefined));
    const first = await all.start();
    all.submit();
    await first.event('job_answered');
    await all.wait(SECOND);
    await first.crash();
    const second = await all.start({checks: []});
    await all.rig.answered(1);
    expect(second.of('job_checked')).toMatchObject([{verdict: 'not_checked', code: 'ANSWER_NOT_CHECKED'}]);
    await second.stop();
  });
});
