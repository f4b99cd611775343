import {describe, expect, it} from 'vitest';
import {createRig} from '../../../support/operator-rig.ts';

const JOBS = 30;

describe('a signer that sends a byte now and then', () => {
  it('is a problem, holds nothing for good, and every job is delivered when it is well', async () => {
    const rig = await createRig();
    const run = await rig.start({signerLimitMs: 300, worker: {concurrency: 32}});
    await run.event('connected');
    rig.signerProxy.set({bytesPerSecond: 1});
    rig.submit(JOBS);
    const {code} = await run.event('problem', ({part}) => part === 'signer');
    expect(code).toBe('SIGNER_UNREACHABLE');
    await run.event('job_concluded', () => run.of('job_concluded').length === JOBS);
    expect(rig.dispatcher.stats()).toMatchObject({accepted: 0});
    rig.signerProxy.set({bytesPerSecond: null});
    await rig.answered(JOBS);
    await run.event('recovered', ({part}) => part === 'signer');
    expect(await run.stop()).toMatchObject({accepted: JOBS, pending: 0});
  });

  it('does not keep an operator that stops: what cannot be signed waits in the journal', async () => {
    const rig = await createRig();
    const graceMs = 1_000_000;
    const run = await rig.start({signerLimitMs: 300, shutdownGraceMs: graceMs});
    await run.event('connected');
    rig.signerProxy.set({bytesPerSecond: 1});
    rig.submit(3);
    await run.event('job_concluded', () => run.of('job_concluded').length === 3);
    await run.event('problem', ({part}) => part === 'signer');
    const asked = rig.time.monotonic();
    expect(await run.stop()).toMatchObject({accepted: 0, pending: 3});
    expect(rig.time.monotonic() - asked).toBeLessThan(graceMs);
  });
});
