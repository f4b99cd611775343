import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../src/lib/foundation/errors/error.ts';
import {createRig} from '../../../support/operator-rig.ts';
import {OPERATOR} from '../../../support/signer.ts';

const row = (operator: string) => ({operator, result: 'an answer', reason: '', selected: true});

describe('an operator with a restored journal', () => {
  it('answers a job that comes when the dispatcher keeps no result of this node for it', async () => {
    const rig = await createRig();
    const looked: string[] = [];
    const resultReader = {
      kept: (jobId: string) => {
        looked.push(jobId);
        // Those of others, and of the reference operator, which names none.
        return Promise.resolve([row('0x0000000000000000000000000000000000000001'), row('')]);
      },
    };
    const run = await rig.start({isRestored: () => true, resultReader});
    rig.submit(3);
    await rig.answered(3);
    expect(new Set(looked)).toEqual(new Set(run.of('job_received').map(({job}) => job.jobId)));
    await run.stop();
  });

  it('does not answer a job that the former operator answered', async () => {
    const rig = await createRig();
    const resultReader = {kept: () => Promise.resolve([row(OPERATOR.toLowerCase())])};
    const run = await rig.start({isRestored: () => true, resultReader});
    rig.submit(2);
    await run.event('warning', ({code}) => code === 'RESTORED_ANSWERED');
    await rig.time.until(() => expect(run.journal.counts().expired).toBe(2));
    expect(run.of('result_sent')).toEqual([]);
    expect(rig.worker.asked).toEqual([]);
    await run.stop();
  });

  it('lets a job wait while the dispatcher cannot be asked, also over a restart', async () => {
    const rig = await createRig();
    let isThere = false;
    const resultReader = {
      kept: () =>
        isThere ? Promise.resolve([]) : Promise.reject(new AosError('DISPATCHER_UNREACHABLE', 'refused')),
    };
    const first = await rig.start({isRestored: () => true, resultReader});
    rig.submit(2);
    await first.event('job_received', () => first.of('job_received').length === 2);
    expect(await first.event('problem', ({part}) => part === 'jobs')).toMatchObject({
      code: 'RESTORED_UNCHECKED',
    });
    expect(await first.stop()).toMatchObject({received: 2, accepted: 0, pending: 2});
    const next = await rig.start({isRestored: () => true, resultReader});
    await next.event('problem', ({part}) => part === 'jobs');
    expect(next.of('result_sent')).toEqual([]);
    isThere = true;
    await rig.answered(2);
    await next.event('recovered', ({part}) => part === 'jobs');
    expect(await next.stop()).toMatchObject({accepted: 2, pending: 0});
  });
});
