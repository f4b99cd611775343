import {describe, expect, it} from 'vitest';
import {createRig, type Asked} from '../../../support/operator-rig.ts';

const NO_END = 100 * 3_600_000;

describe('a drained node', () => {
  it('finishes and delivers what it has, is not at the dispatcher, and takes jobs again afterwards', async () => {
    const rig = await createRig();
    const open: Asked[] = [];
    rig.worker.onQuestion = (question) => {
      open.push(question);
      return 200;
    };
    const run = await rig.start({worker: {answerTimeoutMs: NO_END}});
    rig.submit(3);
    await rig.time.until(() => expect(open).toHaveLength(3));
    run.door.drain();
    const {message} = await run.event('problem', ({code}) => code === 'NODE_DRAINED');
    // It is true to the end of the drain, of which it is said once.
    expect(message).toBe('the node is drained: it finishes the jobs that it has, and takes no new one');
    await rig.time.until(() => expect(rig.dispatcher.stats().connected).toEqual([]));
    expect(run.door.state()).toEqual({phase: 'draining', toAnswer: 3, toDeliver: 0});

    for (const question of open) void rig.worker.answer(question);
    await rig.answered(3);
    await rig.time.until(() =>
      expect(run.door.state()).toEqual({phase: 'drained', toAnswer: 0, toDeliver: 0}),
    );
    await rig.time.until(() => expect(rig.dispatcher.stats().connected).toEqual([]));
    expect((await fetch(`${rig.callbackUrl}/ping`)).status).toBe(200);

    run.door.open();
    await run.event('recovered', ({part}) => part === 'dispatcher');
    rig.worker.onQuestion = (question) => {
      void rig.worker.answer(question);
      return 200;
    };
    rig.submit(2, 3);
    await rig.answered(5);
    expect(await run.stop()).toMatchObject({accepted: 5, pending: 0});
  });

  it('loses no job that comes while it leaves, or while it is back to deliver', async () => {
    const rig = await createRig({dispatcher: {version: 'head'}});
    const run = await rig.start();
    await run.event('connected');
    rig.submit(1);
    run.door.drain();
    rig.submit(20, 1);
    await rig.time.until(() => expect(run.door.state().phase).toBe('drained'));
    const sent = rig.dispatcher.stats().sent;
    expect(await run.stop()).toMatchObject({received: sent, accepted: sent, pending: 0});
  });

  it('ends when the operator is stopped', async () => {
    const rig = await createRig();
    const run = await rig.start();
    await run.event('connected');
    run.door.drain();
    await rig.time.until(() => expect(run.door.state().phase).toBe('drained'));
    expect(await run.stop()).toMatchObject({pending: 0});
  });
});
