import {describe, expect, it} from 'vitest';
import {answerTo, createRig} from '../../../support/operator-rig.ts';

describe('a job', () => {
  it('goes from dispatch to acceptance, with the worker’s answer, in the order of the pipeline', async () => {
    const rig = await createRig();
    const run = await rig.start();
    rig.submit(1);
    await rig.answered(1);
    await run.event('result_accepted');
    const summary = await run.stop();
    expect(rig.dispatcher.results('job-0')).toMatchObject([{result: answerTo('prompt 0'), reason: ''}]);
    const steps = run.events.map(({type}) => type).filter((type) => /^(job|result)_/.test(type));
    expect(steps).toEqual([
      'job_received',
      'job_sampled',
      'job_asked',
      'job_answered',
      'job_concluded',
      'result_sent',
      'result_accepted',
    ]);
    expect(summary).toMatchObject({
      accepted: 1,
      received: 1,
      selected: 1,
      failed: 0,
      pending: 0,
      reason: 'SIGTERM',
    });
  });

  it('dispatched many times in one burst is one job with one answer', async () => {
    const rig = await createRig({dispatcher: {faults: {dispatch: () => ['good', 'good', 'same', 'good']}}});
    const run = await rig.start();
    rig.submit(3);
    await rig.answered(3);
    await rig.dispatcher.waitFor(({acknowledged}) => acknowledged >= 9);
    const summary = await run.stop();
    expect(summary).toMatchObject({accepted: 3, received: 3, duplicates: 9, pending: 0});
    expect(rig.dispatcher.stats()).toMatchObject({repeated: 0, conflicts: 0});
    expect(rig.worker.asked).toHaveLength(3);
  });

  it('dispatched again after a reconnect is not answered anew', async () => {
    const rig = await createRig({dispatcher: {faults: {result: () => 'ignore'}}});
    const run = await rig.start();
    rig.submit(1);
    await run.event('result_sent');
    rig.dispatcher.setFaults({});
    rig.proxy.cut();
    await run.event('job_duplicate');
    await rig.answered(1);
    expect(rig.worker.asked).toHaveLength(1);
    expect(await run.stop()).toMatchObject({accepted: 1, received: 1, duplicates: 1});
  });

  it('comes back under another tag or position as another piece of work', async () => {
    const rig = await createRig({range: [300_000n, 300_001n]});
    const run = await rig.start();
    for (const [tag, position] of [
      ['', ''],
      ['suspicion', ''],
      ['malicious', 'before'],
      ['malicious', 'after'],
    ]) {
      rig.dispatcher.submit({jobId: 'same', prompt: 'p', tag: tag ?? '', position: position ?? ''});
    }
    await rig.answered(4);
    expect(await run.stop()).toMatchObject({received: 4, duplicates: 0});
  });
});

describe('100 jobs with the connection cut at twelve moments of the work', () => {
  it('are all answered, each once', async () => {
    const rig = await createRig();
    // Twelve cuts in a row would wait for minutes by the usual back-off; it is tested by itself.
    const run = await rig.start({worker: {concurrency: 16}, backoff: {firstMs: 200, capMs: 800}});
    rig.submit(50);
    for (let cut = 1; cut <= 12; cut += 1) {
      await rig.dispatcher.waitFor(({connects}) => connects >= cut);
      for (let turn = (cut * 37) % 50; turn > 0; turn -= 1) await new Promise(setImmediate);
      rig.proxy.cut();
      if (cut === 6) rig.submit(50, 50);
    }
    // Also when all is answered before the last cut is noticed.
    await rig.dispatcher.waitFor(({connects}) => connects > 12);
    await rig.answered(100);
    await run.event('result_accepted', () => run.of('result_accepted').length === 100);
    const summary = await run.stop();
    expect(rig.dispatcher.stats()).toMatchObject({accepted: 100, conflicts: 0});
    expect(summary).toMatchObject({accepted: 100, received: 100, failed: 0, pending: 0});
  });
});

describe('sampling, against the dispatcher’s own check', () => {
  it('answers what is not selected with the proof of it', async () => {
    const rig = await createRig({range: [0n, 0n]});
    const run = await rig.start();
    rig.submit(5);
    await rig.answered(5);
    expect(rig.dispatcher.results('job-2')).toMatchObject([{result: '', reason: 'unselected worker by vrf'}]);
    expect(rig.worker.asked).toEqual([]);
    expect(await run.stop()).toMatchObject({selected: 0, unselected: 5});
  });

  it('agrees on every job, for every tag and position, in a range that selects some', async () => {
    const rig = await createRig({range: [200_000n, 230_000n]});
    const run = await rig.start();
    const kinds = [
      ['', ''],
      ['suspicion', ''],
      ['suspicion', 'after'],
      ['malicious', 'before'],
      ['malicious', 'after'],
    ] as const;
    for (let n = 0; n < 60; n += 1) {
      const [tag, position] = kinds[n % kinds.length] ?? ['', ''];
      rig.dispatcher.submit({prompt: `some ${n}`, tag, position});
    }
    await rig.answered(60);
    const summary = await run.stop();
    expect(rig.dispatcher.stats().refused.selection).toBe(0);
    expect(summary.selected).toBeGreaterThan(0);
    expect(summary.unselected).toBeGreaterThan(0);
    expect(rig.worker.asked).toHaveLength(summary.selected);
  });

  it('answers a kind it does not run, and a position the protocol does not know, with a reason; an unknown tag is ordinary', async () => {
    const rig = await createRig();
    const run = await rig.start();
    rig.dispatcher.submit({jobId: 'tee', kind: 'tee'});
    rig.dispatcher.submit({jobId: 'tag', tag: 'strange'});
    rig.dispatcher.submit({jobId: 'position', tag: 'malicious', position: 'beside'});
    await rig.answered(3);
    const reason = (jobId: string): string | undefined => rig.dispatcher.results(jobId)[0]?.reason;
    expect(reason('tee')).toBe('unsupported worker type, need opml, got tee');
    expect(reason('tag')).toBe('');
    expect(reason('position')).toBe('invalid tag/position malicious/beside');
    expect(rig.dispatcher.results('tag')[0]?.vrf.selected).toBe(true);
    expect(rig.dispatcher.results('position')[0]?.vrf.selected).toBe(false);
    expect(rig.worker.asked).toHaveLength(1);
    await run.stop();
  });
});
