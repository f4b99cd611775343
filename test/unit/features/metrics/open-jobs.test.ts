import {describe, expect, it} from 'vitest';
import {createOpenJobs, type OpenAtStart} from '../../../../src/lib/features/metrics/open-jobs.ts';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {eventLog, jobRef, STARTED} from '../../../support/event-log.ts';

function after(start: OpenAtStart, ...bodies: OperatorEventBody[]): string[] {
  const event = eventLog();
  const jobs = createOpenJobs(start);
  for (const body of [STARTED, ...bodies]) jobs.onEvent(event(body));
  return jobs
    .counts()
    .filter(({count}) => count > 0)
    .map(({state, kind, count}) => `${kind} ${state} ${count}`)
    .sort();
}

const NONE: OpenAtStart = {jobs: [], unanswered: []};
const received = {type: 'job_received', job: jobRef(1), signer: null} as const;
const sampled = {type: 'job_sampled', job: jobRef(1), selected: true, r: 1, threshold: 2} as const;
const unanswered = {type: 'job_unanswered', job: jobRef(1), reason: ''} as const;
const concluded = (outcome: 'answered' | 'unselected') =>
  ({type: 'job_concluded', job: jobRef(1), outcome, reason: ''}) as const;
const accepted = {type: 'result_accepted', job: jobRef(1), ms: 1, outcome: 'answered'} as const;
const again = {type: 'job_asked_again', job: jobRef(1)} as const;

describe('jobs that wait, counted by events', () => {
  it.each<[string, OperatorEventBody[], string[]]>([
    ['a new job', [received], ['opml received 1']],
    ['a selected one', [received, sampled], ['opml selected 1']],
    ['a selected one whose arrival is reported later', [sampled, received], ['opml selected 1']],
    ['an answered one', [received, sampled, concluded('answered')], ['opml answered 1']],
    ['one that was not selected', [received, concluded('unselected')], ['opml answered 1']],
    ['an accepted one', [received, sampled, concluded('answered'), accepted], []],
    ['one left without an answer', [received, sampled, unanswered], []],
    ['one that is asked about again', [received, sampled, unanswered, again], ['opml selected 1']],
    ['a late answer', [received, sampled, unanswered, concluded('answered')], ['opml answered 1']],
    [
      'a kind without workers',
      [
        {...received, job: {...jobRef(1), kind: 'x'}},
        {...sampled, job: {...jobRef(1), kind: 'x'}},
        {type: 'job_concluded', job: {...jobRef(1), kind: 'x'}, outcome: 'unsupported', reason: ''},
      ],
      ['other answered 1'],
    ],
  ])('%s', (_, bodies, counts) => {
    expect(after(NONE, ...bodies)).toEqual(counts);
  });

  it('begin with what the journal holds, and a late answer of an earlier run', () => {
    const start: OpenAtStart = {
      jobs: [
        {state: 'selected', kind: 'opml', count: 2},
        {state: 'received', kind: 'odd', count: 3},
      ],
      unanswered: [1],
    };
    expect(after(start)).toEqual(['opml selected 2', 'other received 3']);
    expect(after(start, concluded('answered'))).toEqual([
      'opml answered 1',
      'opml selected 2',
      'other received 3',
    ]);
  });
});
