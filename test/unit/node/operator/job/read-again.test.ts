import {describe, expect, it} from 'vitest';
import {AosError} from '../../../../../src/lib/foundation/errors/error.ts';
import type {OperatorEventBody} from '../../../../../src/lib/node/events/events.ts';
import {createHealth} from '../../../../../src/lib/node/operator/health.ts';
import type {Job, StepOf} from '../../../../../src/lib/node/operator/job/job.ts';
import {readAgain} from '../../../../../src/lib/node/operator/job/read-again.ts';
import {virtualTime} from '../../../../support/virtual-time.ts';

const unreadable = new AosError('JOURNAL_UNREADABLE', 'disk I/O error');

function stage(step: StepOf) {
  const events: OperatorEventBody[] = [];
  const health = createHealth((event) => events.push(event), virtualTime());
  const all = {sample: step, work: step, giveUp: step, deliver: step};
  return {events, steps: readAgain(all, {health, random: () => 0.5})};
}

describe('a step while the journal cannot be read', () => {
  it('is repeated after growing pauses, which is a problem until it is through', async () => {
    let failures = 3;
    const {events, steps} = stage(() =>
      (failures -= 1) >= 0 ? Promise.reject(unreadable) : Promise.resolve('done'),
    );
    const job: Job = {seq: 5};
    expect([await steps.deliver(job), await steps.deliver(job), await steps.giveUp(job)]).toEqual([
      {step: 'deliver', inMs: 1_000},
      {step: 'deliver', inMs: 2_000},
      {step: 'giveUp', inMs: 4_000},
    ]);
    expect(events).toMatchObject([{type: 'problem', part: 'journal', code: 'JOURNAL_UNREADABLE'}]);
    expect(await steps.deliver(job)).toBe('done');
    expect(events.at(-1)).toMatchObject({type: 'recovered', part: 'journal'});
  });

  it('fails as it does by anything else, and leaves no problem behind', async () => {
    const errors = [unreadable, new AosError('ANSWER_CONFLICT', 'another')];
    const {events, steps} = stage(() => Promise.reject(errors.shift() ?? unreadable));
    const job: Job = {seq: 5};
    await steps.work(job);
    await expect(steps.work(job)).rejects.toMatchObject({code: 'ANSWER_CONFLICT'});
    expect(events.map(({type}) => type)).toEqual(['problem', 'recovered']);
  });
});
