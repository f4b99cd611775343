import {expect, it} from 'vitest';
import type {OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import type {HeldFacts} from '../../../../src/lib/node/journal/verdicts.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {createHeldReport} from '../../../../src/lib/node/operator/held-report.ts';
import {virtualTime} from '../../../support/virtual-time.ts';

/** A report over answers that a test holds. */
function world() {
  const time = virtualTime();
  const end = new AbortController();
  const events: OperatorEventBody[] = [];
  const emit = (event: OperatorEventBody): void => void events.push(event);
  const state: {facts: HeldFacts | null; looks: number; deadlines: Map<number, number>} = {
    ...{facts: null, looks: 0},
    deadlines: new Map(),
  };
  const checks = {
    heldFacts() {
      state.looks += 1;
      return state.facts;
    },
  };
  const health = createHealth(emit, time);
  const report = createHeldReport({
    ...{journal: {checks}, emit, health, time, signal: end.signal},
    deadlineOf: (seq) => state.deadlines.get(seq) ?? null,
    onHeld: () => undefined,
  });
  const hold = (count: number, first: readonly number[] = []): void => {
    state.facts = {count, oldestAt: 1, first, seq: count, code: 'WORKER_UNSOUND', message: 'the two differ'};
  };
  return {time, end, events, state, report, hold};
}

it('reads many held answers once a second at most, however many jobs end', async () => {
  const {time, state, report, hold, events} = world();
  hold(30_000);
  report.look();
  expect(events).toMatchObject([
    {type: 'answers_held', count: 30_000},
    {type: 'problem', code: 'ANSWER_HELD'},
  ]);
  hold(60_000);
  const ended = {type: 'job_unanswered', job: {}, reason: ''} as OperatorEventBody;
  for (let n = 0; n < 1_000; n += 1) report.onEvent(ended);
  expect(state.looks).toBe(1);
  await time.advance(1_000);
  expect(state.looks).toBe(2);
  expect(events.at(-1)).toMatchObject({type: 'answers_held', count: 60_000});
  state.facts = null;
  report.look();
  await time.advance(1_000);
  expect(events.at(-1)).toMatchObject({type: 'recovered', part: 'jobs'});
});

it('says which job ends first and when, and says it again when that changes', () => {
  const {time, state, report, hold, events} = world();
  state.deadlines = new Map([
    [1, 9_000],
    [2, 7_000],
  ]);
  hold(3, [1, 2, 3]);
  report.look();
  report.look();
  const held = (): OperatorEventBody[] => events.filter(({type}) => type === 'answers_held');
  expect(held()).toEqual([
    {type: 'answers_held', count: 3, oldestAt: 1, dueAt: time.now() + 7_000 - time.monotonic(), dueJob: 2},
  ]);
  expect(report.sum()).toEqual({held: 3, heldJob: 3});
  state.deadlines.set(2, 20_000);
  report.look();
  expect(held().at(-1)).toMatchObject({dueJob: 1});
  expect(held()).toHaveLength(2);
});

it('names no number in a problem that is reported once, so that none is out of date', () => {
  const {events, report, hold} = world();
  for (const held of [1, 2, 166]) {
    hold(held);
    report.look();
  }
  expect(events.flatMap((event) => (event.type === 'problem' ? [event.message] : []))).toEqual([
    'the answer to job #1 is held: the two differ (WORKER_UNSOUND)',
    'several answers are held, one of them to job #2: the two differ (WORKER_UNSOUND)',
  ]);
  expect(events.at(-1)).toMatchObject({type: 'answers_held', count: 166});
});

it('reads nothing after the run: the journal is closed then', async () => {
  const {time, end, state, report, hold} = world();
  hold(1_000);
  report.look();
  report.look();
  end.abort();
  report.look();
  await time.advance(5_000);
  expect(state.looks).toBe(1);
});
