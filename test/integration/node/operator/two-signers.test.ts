import {describe, expect, it} from 'vitest';
import {createRig, type Asked} from '../../../support/operator-rig.ts';
import {devSigner} from '../../../support/signer.ts';

describe('an operator with two signers', () => {
  it('answers once the job in whose middle the first dies, says so, and returns to the first', async () => {
    const rig = await createRig();
    const second = await devSigner();
    const asked: Asked[] = [];
    rig.worker.onQuestion = (question) => {
      asked.push(question);
      return 200;
    };
    const run = await rig.start({standIns: [second.url]});
    await run.event('connected');
    rig.submit(1);
    await rig.time.until(() => expect(asked).toHaveLength(1));

    rig.signer.setFaults({reset: 'always'});
    const [question] = asked;
    if (question === undefined) throw new Error('no question');
    void rig.worker.answer(question);
    await rig.answered(1);
    const {code, message, next} = await run.event('problem', ({part}) => part === 'standby');
    expect(code).toBe('SIGNER_FAILED_OVER');
    expect(message).toContain(`${new URL(second.url).host} signs, because`);
    expect(next).toBeDefined();
    // The node works: the signer is no problem of its own.
    expect(run.of('problem').filter(({part}) => part === 'signer')).toEqual([]);

    rig.signer.setFaults({});
    const {afterMs} = await run.event('recovered', ({part}) => part === 'standby');
    expect(afterMs).toBeGreaterThanOrEqual(60_000);
    // The first signs again: the second is not needed.
    second.setFaults({reset: 'always'});
    rig.worker.onQuestion = (other) => {
      void rig.worker.answer(other);
      return 200;
    };
    rig.submit(5, 1);
    await rig.answered(6);
    expect(run.of('problem').filter(({code: of}) => of === 'SIGNER_FAILED_OVER')).toHaveLength(1);
    expect(await run.stop()).toMatchObject({accepted: 6, pending: 0});
  });
});
