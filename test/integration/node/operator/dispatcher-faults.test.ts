import {describe, expect, it} from 'vitest';
import type {FrameSpec} from '../../../../src/devnet/dispatcher/frames.ts';
import {createRig} from '../../../support/operator-rig.ts';

const BAD: readonly FrameSpec[] = [
  'garbage',
  'unsigned',
  'wrong-signature',
  'wrong-address',
  'wrong-hash',
  'good',
];

describe('what the dispatcher sends wrong', () => {
  it.each([
    ['require', ['unreadable', 'unsigned', 'wrong-signature', 'wrong-sender'], 1],
    ['when-signed', ['unreadable', 'wrong-signature', 'wrong-sender'], 2],
    ['off', ['unreadable'], 4],
  ] as const)(
    'is dealt with by the policy %s, and the good frame gets its answer',
    async (policy, reasons, duplicates) => {
      const rig = await createRig({dispatcher: {faults: {dispatch: () => BAD}}});
      const run = await rig.start({verifyDispatcher: policy});
      rig.submit(1);
      await rig.answered(1);
      await rig.dispatcher.waitFor(({acknowledged}) => acknowledged >= 5);
      await run.event('result_accepted');
      const summary = await run.stop();
      expect(run.of('frame_rejected').map(({reason}) => reason)).toEqual(reasons);
      expect(summary).toMatchObject({received: 1, duplicates, rejected: reasons.length, accepted: 1});
      expect(run.of('frame_unsigned')).toHaveLength(policy === 'when-signed' ? 1 : 0);
      expect(run.of('hash_mismatch')).toHaveLength(policy === 'off' ? 0 : 1);
      const codes = rig.dispatched.flatMap((event) => (event.type === 'acknowledged' ? [event.code] : []));
      expect(codes.filter((code) => code === 401)).toHaveLength(reasons.length - 1);
      expect(codes.filter((code) => code === 200)).toHaveLength(duplicates + 1);
    },
  );

  it('is taken from anyone who signs rightly when no dispatcher_address is set', async () => {
    const rig = await createRig({dispatcher: {faults: {dispatch: () => ['wrong-address']}}});
    const run = await rig.start({dispatcherAddress: null});
    rig.submit(1);
    await rig.answered(1);
    expect(await run.stop()).toMatchObject({received: 1, rejected: 0});
  });

  it('unsigned throughout, as the public dispatcher, is warned of once and worked with', async () => {
    const rig = await createRig({dispatcher: {signMessages: false}});
    const run = await rig.start({verifyDispatcher: 'when-signed'});
    rig.submit(5);
    await rig.answered(5);
    await run.stop();
    expect(run.of('frame_unsigned')).toHaveLength(1);
  });

  it('is connected to under require when nothing is signed, and its jobs are one problem that names the setting', async () => {
    const rig = await createRig({dispatcher: {signMessages: false}});
    const run = await rig.start({verifyDispatcher: 'require'});
    await run.event('connected');
    rig.submit(2);
    const problem = await run.event('problem', ({part}) => part === 'jobs');
    expect(problem).toMatchObject({code: 'DISPATCHER_UNSIGNED'});
    expect(problem.next.say).toContain('net.verify_dispatcher');
    await run.event('frame_rejected', ({count}) => count === 2);
    expect(run.of('problem')).toHaveLength(1);
    expect(run.of('job_received')).toEqual([]);
    await run.stop();
  });

  it('larger than 64 MiB costs the connection, and nothing else', async () => {
    const rig = await createRig({dispatcher: {faults: {dispatch: ({n}) => (n === 1 ? ['huge'] : ['good'])}}});
    const run = await rig.start();
    rig.submit(2);
    await rig.answered(2);
    expect(run.of('disconnected').length).toBeGreaterThan(0);
    await run.stop();
  });
});

describe('results the dispatcher does not take at first', () => {
  it('are sent again after 500 until accepted', async () => {
    const rig = await createRig({dispatcher: {faults: {result: ({n}) => (n <= 3 ? 'fail' : 'judge')}}});
    const run = await rig.start();
    rig.submit(1);
    await rig.answered(1);
    await run.event('result_accepted');
    expect(run.of('result_sent').map(({attempt}) => attempt)).toEqual([1, 2, 3, 4]);
    expect(run.of('result_retry').map(({code}) => code)).toEqual(Array(3).fill('DISPATCHER_REFUSED'));
    expect(await run.stop()).toMatchObject({accepted: 1, resent: 3});
  });

  it('are sent again when no answer comes, and the same answer twice is counted once', async () => {
    const rig = await createRig({
      dispatcher: {faults: {result: ({n}) => (n === 1 ? 'mute' : 'judge')}},
    });
    const run = await rig.start();
    rig.submit(1);
    await run.event('result_accepted');
    expect(run.of('result_retry')).toMatchObject([{code: 'DISPATCHER_TIMEOUT'}]);
    expect(rig.dispatcher.stats()).toMatchObject({accepted: 1, repeated: 1, conflicts: 0});
    expect(await run.stop()).toMatchObject({accepted: 1, resent: 1});
  });

  it('are sent again when the dispatcher hangs up instead of answering', async () => {
    const rig = await createRig({dispatcher: {faults: {result: ({n}) => (n <= 2 ? 'close' : 'judge')}}});
    const run = await rig.start();
    rig.submit(3);
    await rig.answered(3);
    await run.event('result_accepted', () => run.of('result_accepted').length === 3);
    expect(await run.stop()).toMatchObject({accepted: 3});
  });

  it('do not stand in the way of the others, however many they are', async () => {
    const isRefused = (jobId: string): boolean => Number(jobId.slice('job-'.length)) < 80;
    const rig = await createRig({
      dispatcher: {faults: {result: ({jobId}) => (isRefused(jobId) ? 'fail' : 'judge')}},
    });
    const run = await rig.start({worker: {concurrency: 16}});
    rig.submit(80);
    await run.event(
      'result_retry',
      () => new Set(run.of('result_retry').map(({job}) => job.seq)).size === 80,
    );
    rig.submit(3, 80);
    await rig.answered(3);
    rig.dispatcher.setFaults({});
    await rig.answered(83);
    expect(await run.stop()).toMatchObject({received: 83, pending: 0});
  });

  it('are given up after the retention', async () => {
    const rig = await createRig({dispatcher: {faults: {result: () => 'fail'}}});
    const run = await rig.start({retentionMs: 3_000});
    rig.submit(1);
    await run.event('result_expired');
    expect(await run.stop()).toMatchObject({accepted: 0, pending: 0});
  });
});

describe('a dispatcher that will not have us', () => {
  it.each([
    ['refuse', 'DISPATCHER_REFUSED'],
    ['ignore', 'DISPATCHER_SILENT'],
    ['close', 'DISPATCHER_UNREACHABLE'],
    ['accept-then-close', 'DISPATCHER_UNREACHABLE'],
  ] as const)(
    '%s: is told once with its code, tried again, and worked with in the end',
    async (fault, code) => {
      const rig = await createRig({dispatcher: {faults: {connect: ({n}) => (n <= 2 ? fault : 'accept')}}});
      const run = await rig.start();
      rig.submit(2);
      await rig.answered(2);
      await run.event('recovered', ({part}) => part === 'dispatcher');
      expect(run.of('problem').map((event) => event.code)).toContain(code);
      await run.stop();
    },
  );

  it('refuses TCP: jobs of the last run wait, and are delivered once it is back', async () => {
    const rig = await createRig({dispatcher: {faults: {result: () => 'ignore'}}});
    const first = await rig.start();
    rig.submit(2);
    await first.event('result_sent', () => first.of('result_sent').length === 2);
    await first.crash();
    rig.dispatcher.setFaults({});
    await rig.proxy.refuse(true);
    const run = await rig.start();
    await run.event('problem', ({part}) => part === 'dispatcher');
    expect(run.of('started')[0]?.pending).toBe(2);
    await rig.proxy.refuse(false);
    await rig.answered(2);
    await run.event('result_accepted', () => run.of('result_accepted').length === 2);
    expect(await run.stop()).toMatchObject({accepted: 2, received: 0, pending: 0});
  });
});
