import {describe, expect, it} from 'vitest';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {jobQuery} from '../../../../src/lib/features/job/query.ts';
import {thrown} from '../../../support/config-file.ts';

const NOTHING = {states: [], outcomes: [], kinds: [], tags: [], since: null, limit: null, held: false};

describe('the filters', () => {
  it.each([
    [{}, {}],
    [{state: ['accepted, failed', 'signed']}, {states: ['signed', 'accepted'], outcomes: ['failed']}],
    [{kind: ['opml,tee']}, {kinds: ['opml', 'tee']}],
    [{tag: ['', 'a,b']}, {tags: ['', 'a,b']}],
    [
      {since: 400, limit: 3},
      {since: 600, limit: 3},
    ],
  ])('%j', (flags, query) => {
    expect(jobQuery(flags, 1_000)).toEqual({...NOTHING, ...query});
  });

  it.each([
    ['fialed', 'did you mean failed?'],
    ['acepted', 'did you mean accepted?'],
    ['\u001b[31m', 'is no state'],
  ])('refuse the state %j', (state, message) => {
    const error = thrown(() => jobQuery({state: [state]}, 0));
    expect(isAosError(error, 'USAGE') && error.message).toContain(message);
    expect(isAosError(error) && error.message).not.toContain('\u001b');
  });
});
