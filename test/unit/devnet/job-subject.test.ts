import {describe, expect, it} from 'vitest';
import {jobSubject} from '../../../src/devnet/act/job-subject.ts';
import type {JobView, ResultView} from '../../../src/devnet/dispatcher/dispatcher.ts';

const job = (
  jobId: string,
  acceptedFrom: string[] = [],
  clock: Record<string, string> = {'1': '1'},
): JobView => ({
  key: {jobId, tag: '', position: ''},
  user: '',
  kind: 'opml',
  prompt: '',
  clock,
  acceptedFrom,
});
const result = (clock: Record<string, string>): ResultView => ({
  operator: '',
  tag: '',
  result: '',
  reason: '',
  vrf: {selected: true},
  clock,
});
const of = (jobs: JobView[], clocks: Record<string, string>[] = [], id: string | null = null) =>
  jobSubject({jobs: () => jobs, results: () => clocks.map(result)}, id);

describe('the job that a challenge is about', () => {
  it.each([
    ['none', of([]), null],
    ['an unknown one', of([job('a')], [], 'b'), null],
    ['the newest with a result', of([job('a'), job('b', ['0x1']), job('c')]), {jobId: 'b', clockNumber: 1n}],
    ['the newest, without any result', of([job('a'), job('b')]), {jobId: 'b', clockNumber: 1n}],
    [
      'by the clock of its answer',
      of([job('a', ['0x1'])], [{'1': '3', '7': '12'}], 'a'),
      {jobId: 'a', clockNumber: 12n},
    ],
    ['without a clock', of([job('a', [], {})]), {jobId: 'a', clockNumber: 0n}],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
