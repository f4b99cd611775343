import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {classOf, middleOf} from '../../../../src/lib/node/events/duration-classes.ts';
import {createJobRates} from '../../../../src/lib/node/events/job-rates.ts';
import {jobRef} from '../../../support/event-log.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const T0 = Date.UTC(2030, 0, 1);

/** A job of its number that came at a time, was selected and answered, and accepted after `ms`. */
function job(rates: ReturnType<typeof createJobRates>, seq: number, at: number, ms: number): void {
  const ref = jobRef(seq);
  rates.onEvent({type: 'job_received', job: ref, signer: null}, at);
  rates.onEvent({type: 'job_sampled', job: ref, selected: true, r: 0, threshold: 1}, at);
  rates.onEvent({type: 'job_concluded', job: ref, outcome: 'answered', reason: ''}, at + ms);
  rates.onEvent({type: 'result_accepted', job: ref, ms, outcome: 'answered'}, at + ms);
}
const NONE = {received: 0, accepted: 0, selected: 0, answered: 0, p95Ms: null};

describe('the rates of jobs', () => {
  it('are those of the jobs that came within the time', () => {
    const rates = createJobRates([], ['opml']);
    expect(rates.rates(T0)).toEqual({hour: NONE, day: NONE});
    for (let seq = 1; seq <= 100; seq += 1) job(rates, seq, T0 + seq * MINUTE, 100);
    const {hour, day} = rates.rates(T0 + 100 * MINUTE);
    expect(hour).toEqual({received: 60, accepted: 60, selected: 60, answered: 60, p95Ms: 105});
    expect(day).toMatchObject({received: 100, accepted: 100});
    expect(rates.rates(T0 + 26 * HOUR)).toEqual({hour: NONE, day: NONE});
  });

  it('count what becomes of a job later where the job came', () => {
    const rates = createJobRates([], ['opml']);
    rates.onEvent({type: 'job_received', job: jobRef(1), signer: null}, T0);
    rates.onEvent({type: 'job_sampled', job: jobRef(1), selected: true, r: 0, threshold: 1}, T0);
    job(rates, 2, T0 + 90 * MINUTE, 10);
    rates.onEvent(
      {type: 'result_accepted', job: jobRef(1), ms: 90 * MINUTE, outcome: 'answered'},
      T0 + 90 * MINUTE,
    );
    const {hour, day} = rates.rates(T0 + 91 * MINUTE);
    expect(hour).toMatchObject({received: 1, accepted: 1, p95Ms: 15});
    expect(day).toMatchObject({received: 2, accepted: 2, selected: 2, answered: 1});
  });

  it('count a job for a kind that is not run here as not selected', () => {
    const rates = createJobRates([], ['tee']);
    job(rates, 1, T0, 1);
    expect(rates.rates(T0).hour).toMatchObject({received: 1, selected: 0});
  });

  it('begin with what the journal has', () => {
    const minute = T0 / MINUTE;
    const before = [
      {
        minute,
        firstSeq: 5,
        received: 3,
        accepted: 1,
        selected: 3,
        answered: 2,
        durations: [[10, 1]] as const,
      },
    ];
    const rates = createJobRates(before, ['opml']);
    rates.onEvent({type: 'result_accepted', job: jobRef(6), ms: 100, outcome: 'answered'}, T0 + 1);
    // One that came before the oldest minute counts nowhere.
    rates.onEvent({type: 'result_accepted', job: jobRef(4), ms: 100, outcome: 'answered'}, T0 + 1);
    expect(rates.rates(T0 + 1).hour).toEqual({
      received: 3,
      accepted: 2,
      selected: 3,
      answered: 2,
      p95Ms: 105,
    });
  });

  it('never count more accepted than received, nor more answered than selected (property)', () => {
    const event = fc.record({
      gap: fc.integer({min: 0, max: 40 * MINUTE}),
      ms: fc.integer({min: 0, max: 5 * HOUR}),
    });
    fc.assert(
      fc.property(fc.array(event, {maxLength: 60}), (events) => {
        const rates = createJobRates([], ['opml']);
        let at = T0;
        for (const [index, {gap, ms}] of events.entries()) job(rates, index + 1, (at += gap), ms);
        for (const {received, accepted, selected, answered} of Object.values(rates.rates(at))) {
          expect(accepted).toBeLessThanOrEqual(received);
          expect(answered).toBeLessThanOrEqual(selected);
        }
      }),
    );
  });
});

it('a duration and the middle of its class differ by 5 % or 5 ms at most (property)', () => {
  fc.assert(
    fc.property(fc.integer({min: 0, max: 999_999_999}), (ms) => {
      expect(Math.abs(middleOf(classOf(ms)) - ms)).toBeLessThanOrEqual(Math.max(5, ms * 0.051));
    }),
  );
});
