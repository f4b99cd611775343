import {describe, expect, it} from 'vitest';
import {HEAD} from '../../../../src/devnet/published/head.ts';
import {NEWEST} from '../../../../src/devnet/published/newest.ts';
import {
  addJob,
  addOperator,
  createStore,
  keepResult,
  lastJobsOf,
  resultsOfJob,
  resultsOfUser,
  tableTime,
  takeNewest,
  type Claim,
  type Store,
} from '../../../../src/devnet/published/store.ts';

function storeWith(...users: string[]): Store {
  const store = createStore();
  users.forEach((user, index) =>
    addJob(store, {id: `j${index}`, user, tag: '', job: '{}', clock: {'1': '1'}, createdAt: 0}),
  );
  return store;
}

function claim(change: Partial<Claim> = {}): Claim {
  return {
    jobId: 'j0',
    tag: '',
    operator: 'op',
    result: '"a"',
    vrf: 'null',
    clock: null,
    signature: '',
    selected: true,
    reason: '',
    ...change,
  };
}

describe('a job', () => {
  it('is taken newest first, once', () => {
    const store = storeWith('u', 'u', 'u');
    expect([takeNewest(store)?.id, takeNewest(store)?.id]).toEqual(['j2', 'j1']);
    addJob(store, {id: 'j3', user: 'u', tag: '', job: '{}', clock: {}, createdAt: 0});
    expect([takeNewest(store)?.id, takeNewest(store)?.id, takeNewest(store)]).toEqual([
      'j3',
      'j0',
      undefined,
    ]);
    expect(store.jobs.map(({status}) => status)).toEqual(Array(4).fill('dispatched'));
  });

  it('with an id that is there changes nothing', () => {
    const store = storeWith('u');
    expect(
      addJob(store, {id: 'j0', user: 'other', tag: '', job: '1', clock: {}, createdAt: 1}),
    ).toMatchObject({isNew: false, row: {user: 'u'}});
    expect(store.jobs).toHaveLength(1);
  });

  it('is found by its user, newest first, at most so many', () => {
    const store = storeWith('a', 'b', 'a', 'a');
    expect(lastJobsOf(store, 'a', 2).map(({id}) => id)).toEqual(['j3', 'j2']);
    expect(lastJobsOf(store, 'another', 2)).toEqual([]);
  });
});

describe('a result', () => {
  it.each([
    ['of the same text again', {}, 'same'],
    ['of another text', {result: '"b"'}, 'other'],
    ['of an empty text', {result: '""'}, 'same'],
    ['under another tag', {tag: 'malicious'}, 'first'],
    ['of another operator', {operator: 'OP'}, 'first'],
    ['of no operator, as the published one', {operator: ''}, 'first'],
    ['of a job that there is not', {jobId: 'j9'}, 'unknown'],
  ] as const)('%s is %o: %s', (_, change, fate) => {
    const store = storeWith('u');
    expect(keepResult(store, claim(), 1)).toBe('first');
    expect(keepResult(store, claim(change), 2)).toBe(fate);
    expect(resultsOfJob(store, 'j0').map(({result}) => result)[0]).toBe('"a"');
    expect(store.results).toHaveLength(fate === 'first' ? 2 : 1);
  });

  it('is a row of its version', () => {
    const store = storeWith('u');
    const vrf = '{"selected":true}';
    keepResult(
      store,
      claim({operator: '0xA', vrf, clock: '{"1":"7"}', signature: 's'}),
      Date.UTC(2026, 10, 29),
    );
    const [row] = resultsOfJob(store, 'j0');
    expect(HEAD.resultJson(row!)).toBe(
      '{"id":"0xA_j0_","job_id":"j0","operator":"0xA","result":"a","clock":{"1":"2"},"signature":"","job_type":"","tag":"","created_at":"2026-11-29 00:00:00"}',
    );
    expect(NEWEST.resultJson(row!)).toBe(
      '{"id":"0xA_j0_","job_id":"j0","operator":"0xA","result":"a","verify_id":"j0","vrf":{"selected":true},"clock":{"1":"7"},"signature":"s","job_type":"","tag":"","created_at":"2026-11-29 00:00:00"}',
    );
  });

  it('is found by the user of its job, newest first', () => {
    const store = storeWith('a', 'b', 'a');
    for (const jobId of ['j0', 'j1', 'j2']) keepResult(store, claim({jobId}), 0);
    expect(resultsOfUser(store, 'a', 100).map(({jobId}) => jobId)).toEqual(['j2', 'j0']);
    expect(resultsOfUser(store, 'a', 1).map(({jobId}) => jobId)).toEqual(['j2']);
  });
});

it('an operator’s id is compared as text', () => {
  const store = createStore();
  const row = {id: '0xAb', name: '', address: '', start: '0', end: '1', createdAt: 0};
  expect([
    addOperator(store, row),
    addOperator(store, row),
    addOperator(store, {...row, id: '0xab'}),
  ]).toEqual([true, false, true]);
});

it('a suspected user of the newest version has the tag for ten more jobs, of head for none', () => {
  let user = {tag: 'malicious', count: 1};
  const counts: number[] = [];
  do {
    user = NEWEST.afterJob(user);
    counts.push(user.count);
  } while (user.tag !== '');
  expect(counts).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0]);
  expect(HEAD.afterJob({tag: 'malicious', count: 1})).toEqual({tag: '', count: 0});
});

it('a time of the tables has a blank and no zone', () => {
  expect(tableTime(Date.UTC(2026, 10, 29, 6, 4, 16, 999))).toBe('2026-11-29 06:04:16');
});
