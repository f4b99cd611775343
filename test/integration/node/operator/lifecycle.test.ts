import {join} from 'node:path';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {pickDriver} from '../../../../src/lib/node/journal/driver.ts';
import {JOURNAL_FILE} from '../../../../src/lib/node/journal/sqlite.ts';
import {createRig, type Asked} from '../../../support/operator-rig.ts';
import {settled} from '../../../support/virtual-time.ts';

/** Longer than any test: a drain that waits for its end fails by the test's time limit. */
const NO_END = 100 * 3_600_000;

describe('the sampling range', () => {
  it('is kept with the jobs that were drawn with it, whatever it becomes later', async () => {
    const rig = await createRig({range: [0n, 599_999n]});
    rig.worker.onQuestion = () => 200;
    const run = await rig.start({worker: {answerTimeoutMs: NO_END}, shutdownGraceMs: 1_000});
    rig.submit(1);
    await rig.time.until(() => expect(run.journal.counts().selected).toBe(1));
    rig.range.now = {start: 0n, end: 0n, max: 600_000n, block: 9n};
    const [job] = run.journal.list({states: ['selected'], after: 0, limit: 1});
    expect(job?.range).toEqual({start: 0n, end: 599_999n, max: 600_000n, block: 1n});
    await run.stop();
  });
});

describe('told to stop', () => {
  it('finishes what is being worked on, begins nothing more, and the next run does the rest', async () => {
    const rig = await createRig();
    const open: Asked[] = [];
    rig.worker.onQuestion = (question) => {
      open.push(question);
      return 200;
    };
    const run = await rig.start({worker: {concurrency: 2, answerTimeoutMs: NO_END}, shutdownGraceMs: NO_END});
    rig.submit(6);
    await rig.time.until(() => expect(open).toHaveLength(2));
    await rig.time.until(() => expect(run.journal.counts().selected).toBe(6));
    const stopped = run.stop('SIGINT');
    expect(await run.event('stopping')).toMatchObject({reason: 'SIGINT', inProgress: 2});
    for (const question of open) void rig.worker.answer(question);
    expect(await stopped).toMatchObject({
      accepted: 2,
      received: 6,
      selected: 6,
      pending: 4,
      reason: 'SIGINT',
    });
    expect(open).toHaveLength(2);
    expect(run.events.at(-1)?.type).toBe('summary');

    rig.worker.onQuestion = (question) => {
      void rig.worker.answer(question);
      return 200;
    };
    const next = await rig.start();
    // The clock that came last is known from the journal.
    const {merged, ahead} = await next.event('clock');
    expect(merged).toMatchObject({jobId: run.of('job_received').at(-1)?.job.jobId, clock: {'1': '6'}});
    expect(Number(ahead)).toBeGreaterThan(0);
    await rig.answered(6);
    await next.event('result_accepted', () => next.of('result_accepted').length === 4);
    expect(await next.stop()).toMatchObject({accepted: 4, received: 0, pending: 0});
  });

  it('waits no longer than the grace', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 200;
    const run = await rig.start({worker: {answerTimeoutMs: NO_END}, shutdownGraceMs: 1_000});
    rig.submit(1);
    await run.event('job_asked');
    expect(await run.stop()).toMatchObject({accepted: 0, pending: 1});
  });

  it('does not wait for another try of a worker that refuses', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 500;
    const run = await rig.start({worker: {attempts: 1_000}, shutdownGraceMs: NO_END});
    rig.submit(1);
    await run.event('job_retry', () => run.of('job_retry').length === 3);
    expect(await run.stop()).toMatchObject({accepted: 0, failed: 0, pending: 1});
    expect(run.of('warning')).toEqual([]);
  });

  it('does not wait for a dispatcher that is gone', async () => {
    const rig = await createRig({dispatcher: {faults: {result: () => 'ignore'}}});
    const run = await rig.start({shutdownGraceMs: NO_END});
    rig.submit(3);
    await run.event('result_sent', () => run.of('result_sent').length === 3);
    await rig.proxy.refuse(true);
    rig.proxy.cut();
    await run.event('disconnected');
    expect(await run.stop()).toMatchObject({accepted: 0, pending: 3});
  });

  it('does not wait for the first range of a chain that is gone', async () => {
    const rig = await createRig();
    rig.range.now = null;
    const run = await rig.start({shutdownGraceMs: NO_END});
    rig.submit(2);
    await run.event('job_received', () => run.of('job_received').length === 2);
    await rig.dispatcher.waitFor(({acknowledged}) => acknowledged === 2);
    expect(await run.stop()).toMatchObject({accepted: 0, failed: 0, pending: 2});
    expect(run.of('warning')).toEqual([]);
  });

  it('before it was started ends at once', async () => {
    const rig = await createRig();
    const run = await rig.start({shutdownGraceMs: NO_END});
    expect(await run.stop('for')).toMatchObject({accepted: 0, reason: 'for'});
  });

  it('says nothing after its summary', async () => {
    const rig = await createRig();
    const run = await rig.start();
    await run.stop();
    await fetch(`${rig.callbackUrl}/ping`);
    expect(run.events.at(-1)?.type).toBe('summary');
  });

  it('by a damaged journal, it ends with the error and leaves no timer behind', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 200;
    const first = await rig.start();
    rig.submit(1);
    await first.event('job_asked');
    await first.crash();
    const database = pickDriver().open(join(rig.dir, JOURNAL_FILE), {readOnly: false});
    database.exec('UPDATE jobs SET kind = 5');
    database.close();
    const before = rig.time.timers();
    const run = await rig.start();
    await expect(run.ended()).rejects.toMatchObject({code: 'JOURNAL_UNREADABLE'});
    await rig.time.until(() => expect(rig.time.timers()).toBeLessThanOrEqual(before));
    expect(run.of('summary')).toEqual([]);
  });

  it('not by one job that is damaged: it stays where it is, and the others are answered', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 200;
    const first = await rig.start();
    rig.submit(1);
    await first.event('job_asked');
    await first.crash();
    const database = pickDriver().open(join(rig.dir, JOURNAL_FILE), {readOnly: false});
    database.exec("UPDATE jobs SET vrf = 'damaged'");
    database.close();
    rig.worker.onQuestion = (question) => {
      void rig.worker.answer(question);
      return 200;
    };
    const run = await rig.start();
    expect(await run.event('warning')).toMatchObject({code: 'JOURNAL_UNREADABLE'});
    rig.submit(2, 1);
    await rig.answered(2);
    expect(await run.stop()).toMatchObject({accepted: 2, pending: 1});
  });

  it('leaves no socket and no timer behind', async () => {
    const rig = await createRig();
    const run = await rig.start();
    rig.submit(20);
    await rig.answered(20);
    await run.stop();
    expect(rig.time.timers()).toBe(0);
    await rig.time.until(() =>
      expect([rig.proxy.stats().open, rig.signerProxy.stats().open]).toEqual([0, 0]),
    );
  });
});

describe('maxAccepted', () => {
  it('is exact, and what was not begun is left to the next run', async () => {
    const rig = await createRig();
    rig.submit(10);
    const run = await rig.start({maxAccepted: 3});
    const summary = await run.ended();
    expect(summary).toMatchObject({accepted: 3, reason: 'jobs'});
    expect(rig.dispatcher.stats()).toMatchObject({accepted: 3, conflicts: 0});
    await run.stop();
    const next = await rig.start({maxAccepted: 7});
    expect(await next.ended()).toMatchObject({accepted: 7, pending: 0});
    await rig.answered(10);
  });

  it('counts results of a former run that are sent again', async () => {
    const rig = await createRig({dispatcher: {faults: {result: () => 'mute'}}});
    const first = await rig.start();
    rig.submit(2);
    await rig.answered(2);
    await first.crash();
    rig.dispatcher.setFaults({});
    rig.submit(5, 2);
    const run = await rig.start({maxAccepted: 4});
    expect(await run.ended()).toMatchObject({accepted: 4, reason: 'jobs'});
    expect(rig.dispatcher.stats()).toMatchObject({accepted: 4, repeated: 2, conflicts: 0});
  });

  it('is reached although jobs of a former run wait in the same lane', async () => {
    const rig = await createRig();
    rig.worker.onQuestion = () => 200;
    const first = await rig.start({worker: {concurrency: 1}});
    rig.submit(4);
    await rig.time.until(() => expect(first.journal.counts().selected).toBe(4));
    await first.crash();
    rig.worker.onQuestion = (question) => {
      void rig.worker.answer(question);
      return 200;
    };
    rig.submit(4, 4);
    const run = await rig.start({maxAccepted: 3, worker: {concurrency: 1}});
    expect(await run.ended()).toMatchObject({accepted: 3, reason: 'jobs'});
  });

  it('is reached although the dispatcher refuses some results for ever', async () => {
    const rig = await createRig({
      dispatcher: {faults: {result: ({jobId}) => (jobId === 'job-0' ? 'fail' : 'judge')}},
    });
    rig.submit(3);
    const run = await rig.start({maxAccepted: 3, retentionMs: 10_000});
    await run.event('result_expired');
    rig.submit(3, 3);
    expect(await run.ended()).toMatchObject({accepted: 3, reason: 'jobs'});
    expect(run.of('result_expired')).toHaveLength(1);
  });
});

describe('killed and started again on the same journal', () => {
  it('answers each job exactly once, whatever the moments', async () => {
    // In the middle of the work, or when all of it waits.
    const moment = fc.oneof(fc.record({turns: fc.nat({max: 300})}), fc.record({ms: fc.nat({max: 1_000})}));
    const moments = fc.array(moment, {minLength: 1, maxLength: 4});
    await fc.assert(
      fc.asyncProperty(moments, async (kills) => {
        const rig = await createRig();
        rig.submit(8);
        for (const [index, kill] of kills.entries()) {
          const run = await rig.start();
          rig.submit(3, 8 + index * 3);
          if ('turns' in kill) await settled(kill.turns);
          else await rig.time.during(rig.time.sleep(kill.ms), 'the moment');
          await run.crash();
        }
        const jobs = 8 + kills.length * 3;
        const last = await rig.start();
        await rig.answered(jobs);
        // Those of which a former run was not told any more that they were accepted are sent once again.
        await rig.time.until(() => expect(last.journal.counts().accepted).toBe(jobs));
        expect(await last.stop()).toMatchObject({pending: 0});
        expect(rig.dispatcher.stats()).toMatchObject({accepted: jobs, conflicts: 0});
      }),
      {numRuns: 8},
    );
  });
});
