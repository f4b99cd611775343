import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {nextReading} from '../../../../src/lib/protocol/clock/readings.ts';
import {counterOf, selectJobs} from '../../../../src/lib/features/challenge/select.ts';
import {contentOf, elementOf, jobRecord} from '../../../support/evidence.ts';
import type {JobRecord} from '../../../../src/lib/node/journal/records.ts';

const selected = (jobs: JobRecord[], counter: number, refs: string[] = []) =>
  [
    ...selectJobs(
      jobs,
      counter,
      refs.map((ref) => nextReading(null, {event: 'job_received', ref, merge: null}, 1, 1n)),
    ),
  ].map(({job, matches}) => [job.seq, matches]);

describe('which jobs belong to a clock number', () => {
  it.each([
    ['the clock the job came with', 3, [], [[1, ['job clock']]]],
    ['the clock of its answer', 4, [], [[1, ['answer clock']]]],
    ['a reading about it', 99, ['job'], [[1, ['clock reading']]]],
    ['several at once', 4, ['job'], [[1, ['answer clock', 'clock reading']]]],
    ['none', 5, [], []],
    ['an id is not a counter', 7, [], []],
    ['an absent id is not a counter of 0', 0, [], []],
    ['a reading about no job', 99, [''], []],
  ])('by %s', (_name, counter, refs, expected) => {
    expect(selected([jobRecord()], counter, refs)).toEqual(expected);
  });

  it('takes all that match, of one frame each by its own clock', () => {
    const elements = [
      elementOf('a', {'1': '5'}),
      elementOf('b', {'1': '6', '2': '5'}),
      elementOf('c', {'1': '6'}),
    ];
    const jobs = elements.map((element, index) => jobRecord({seq: index + 1, index, element, content: null}));
    expect(selected(jobs, 5)).toEqual([
      [1, ['job clock']],
      [2, ['job clock']],
    ]);
  });

  it.each(['', '{}', 'no json', '{"clock":[]}', '{"clock":{"1":5}}'])(
    'does not stumble over a frame and an answer of %j',
    (text) => {
      expect(selected([jobRecord({element: text, content: text})], 5)).toEqual([]);
    },
  );

  it('knows a packed job by the clock of its answer', () => {
    expect(selected([jobRecord({element: null})], 3)).toEqual([]);
    expect(selected([jobRecord({element: null})], 4)).toEqual([[1, ['answer clock']]]);
  });

  it('takes exactly those whose clocks hold the counter', () => {
    const counters = fc.array(fc.integer({min: 0, max: 6}), {maxLength: 4});
    const clock = (values: number[]) =>
      Object.fromEntries(values.map((value, id) => [String(id), String(value)]));
    fc.assert(
      fc.property(counters, counters, fc.integer({min: 0, max: 6}), (came, answered, counter) => {
        const job = jobRecord({
          element: elementOf('job', clock(came)),
          content: contentOf(clock(answered)),
        });
        expect(selected([job], counter).length).toBe([...came, ...answered].includes(counter) ? 1 : 0);
      }),
      {numRuns: 50},
    );
  });

  it('knows that a clock number can be more than a clock can count', () => {
    expect([0n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 256n - 1n].map(counterOf)).toEqual([
      0,
      4294967295,
      null,
      null,
    ]);
  });
});
