import {describe, expect, it} from 'vitest';
import type {OperatorEventBody, WorkFacts} from '../../../../src/lib/node/events/events.ts';
import type {JobRecord} from '../../../../src/lib/node/journal/records.ts';
import {createHealth} from '../../../../src/lib/node/operator/health.ts';
import {createWorkFlow} from '../../../../src/lib/node/operator/work-flow.ts';
import {jobRef} from '../../../support/event-log.ts';
import {virtualTime, type VirtualTime} from '../../../support/virtual-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CONNECTED: OperatorEventBody = {type: 'connected', url: 'ws://d'};
const GONE: OperatorEventBody = {type: 'disconnected', reason: 'gone', retryInMs: 1};

type Stage = {
  time: VirtualTime;
  put: (event: OperatorEventBody) => void;
  /** Problems and recoveries of the jobs, in order. */
  said: () => string[];
  facts: () => WorkFacts | undefined;
  message: () => string;
};

/** @param usual jobs in the journal, one every so many ms, the last one now */
function stage({
  usual,
  noJobAfterMs = null,
  selected = 0,
  unanswered = () => [],
}: {
  usual?: number;
  noJobAfterMs?: number | null;
  selected?: number;
  /** Jobs that the journal has without an answer. */
  unanswered?: () => number[];
} = {}): Stage {
  const time = virtualTime();
  const events: OperatorEventBody[] = [];
  const emit = (event: OperatorEventBody): void => void events.push(event);
  const arrivals =
    usual === undefined ? [] : Array.from({length: 50}, (_, n) => time.now() - (49 - n) * usual);
  const flow = createWorkFlow({
    journal: {
      oldestOpenAt: () => null,
      list: ({states}) =>
        states.includes('unanswered') ? unanswered().map((seq) => ({seq}) as JobRecord) : [],
      pending: () => 3,
      inflow: {arrivals: () => arrivals, minutes: () => []},
      counts: () => ({
        unanswered: 0,
        received: 0,
        selected,
        concluded: 0,
        signed: 0,
        accepted: 0,
        expired: 0,
      }),
    },
    kinds: ['opml'],
    noJobAfterMs,
    refused: () => 2,
    time,
    emit,
    health: createHealth(emit, time),
  });
  void flow.run(new AbortController().signal);
  const flows = (): OperatorEventBody[] =>
    events.filter(({type}) => type === 'problem' || type === 'recovered');
  return {
    time,
    put: flow.onEvent,
    said: () => flows().map((event) => (event.type === 'problem' ? event.code : event.type)),
    facts: () => events.flatMap((event) => (event.type === 'work' ? [event] : [])).at(-1),
    message: () =>
      flows()
        .flatMap((event) => (event.type === 'problem' ? [event.message] : []))
        .at(-1) ?? '',
  };
}

const received = (seq: number): OperatorEventBody => ({type: 'job_received', job: jobRef(seq), signer: null});
const selected = (seq: number): OperatorEventBody => ({
  type: 'job_sampled',
  job: jobRef(seq),
  selected: true,
  r: 1,
  threshold: 2,
});
const answered = (seq: number): OperatorEventBody => ({
  type: 'job_concluded',
  job: jobRef(seq),
  outcome: 'answered',
  reason: '',
});

describe('no work', () => {
  it('is a problem after ten usual gaps, and over with the next job', async () => {
    const {time, put, said, message} = stage({usual: 10 * MINUTE});
    put(CONNECTED);
    await time.advance(99 * MINUTE);
    expect(said()).toEqual([]);
    await time.advance(2 * MINUTE);
    expect(said()).toEqual(['NO_JOBS']);
    expect(message()).toBe('connected, but no job for 1 h 40 min; usually one comes every 10 min');
    put(received(1));
    expect(said()).toEqual(['NO_JOBS', 'recovered']);
  });

  it('is one after a day while few jobs are known', async () => {
    const {time, put, said} = stage();
    put(CONNECTED);
    await time.advance(24 * HOUR - MINUTE);
    expect(said()).toEqual([]);
    await time.advance(2 * MINUTE);
    expect(said()).toEqual(['NO_JOBS']);
  });

  it('is one after alerts.no_job_after where that is set', async () => {
    const {time, put, said} = stage({usual: MINUTE, noJobAfterMs: 5 * MINUTE});
    put(CONNECTED);
    await time.advance(6 * MINUTE);
    expect(said()).toEqual(['NO_JOBS']);
  });

  it('counts the time connected alone: an outage is no pause of the jobs, and a reconnect no job', async () => {
    const {time, put, said} = stage({usual: MINUTE});
    put(CONNECTED);
    await time.advance(20 * MINUTE);
    put(GONE);
    await time.advance(10 * HOUR);
    expect(said()).toEqual([]);
    for (let n = 0; n < 12; n += 1) {
      put(CONNECTED);
      await time.advance(MINUTE);
      put(GONE);
    }
    put(CONNECTED);
    await time.advance(MINUTE);
    expect(said()).toEqual(['NO_JOBS']);
  });

  it('is not told while the same jobs come again', async () => {
    const {time, put, said} = stage({usual: MINUTE});
    put(CONNECTED);
    for (let n = 0; n < 10; n += 1) {
      await time.advance(20 * MINUTE);
      put({type: 'job_duplicate', job: jobRef(1), state: 'accepted', count: n + 1});
    }
    expect(said()).toEqual([]);
  });
});

describe('jobs that come faster than workers answer', () => {
  /** So many jobs come and are answered each minute. */
  async function minutes(at: Stage, count: number, came: number, done: number): Promise<void> {
    for (let minute = 0; minute < count; minute += 1) {
      for (let n = 0; n < came; n += 1) at.put(selected(n));
      for (let n = 0; n < done; n += 1) at.put(answered(n));
      await at.time.advance(MINUTE);
    }
  }

  it('are a problem when it lasts, which ends when the workers catch up', async () => {
    const at = stage();
    await minutes(at, 10, 5, 2);
    expect(at.said()).toEqual(['JOBS_PILE_UP']);
    expect(at.message()).toMatch(/^in 10 min \d+ jobs came for workers and \d+ were answered; \d+ wait/);
    await minutes(at, 10, 1, 4);
    expect(at.said()).toEqual(['JOBS_PILE_UP', 'recovered']);
  });

  it('are none in a burst that is worked off', async () => {
    const at = stage();
    await minutes(at, 1, 40, 0);
    await minutes(at, 15, 0, 3);
    expect(at.said()).toEqual([]);
  });

  it('are none where the answers are held by a check: another worker would not help', async () => {
    const at = stage();
    const held = (seq: number): OperatorEventBody => ({
      type: 'job_held',
      job: jobRef(seq),
      code: 'ATTESTATION_WRONG_IMAGE',
      message: 'PCR0 is another one',
      then: 'wait',
    });
    for (let seq = 1; seq <= 60; seq += 1) {
      at.put(selected(seq));
      at.put(held(seq));
      at.put(held(seq)); // its check is repeated
      if (seq % 5 === 0) await at.time.advance(MINUTE);
    }
    expect(at.said()).toEqual([]);
    at.put(answered(60)); // released
    at.put({type: 'job_unanswered', job: jobRef(59), reason: ''});
    at.put({type: 'job_asked_again', job: jobRef(58)});
    await at.time.advance(MINUTE);
    expect(at.facts()).toMatchObject({cameForWorkers: 46, answeredByWorkers: 45});
  });

  it('are none while few wait, nor when they are for workers that do not run here', async () => {
    const at = stage();
    await minutes(at, 9, 1, 0);
    for (let n = 0; n < 100; n += 1)
      at.put({...selected(n), job: {...jobRef(n), kind: 'tee'}} as OperatorEventBody);
    expect(at.said()).toEqual([]);
  });
});

it('does not count the late answer of a job that was left without one, and forgets it when it is cleaned up', async () => {
  const kept = [1, 2];
  const {time, put, facts} = stage({unanswered: () => kept});
  for (const seq of [1, 2]) {
    put(selected(seq));
    put({type: 'job_unanswered', job: jobRef(seq), reason: ''});
  }
  put(answered(2));
  await time.advance(MINUTE);
  expect(facts()).toMatchObject({cameForWorkers: 2, answeredByWorkers: 0});
  kept.length = 0;
  await time.advance(MINUTE);
  // Its number says nothing any more: it counts as any job does.
  put(answered(1));
  await time.advance(MINUTE);
  expect(facts()).toMatchObject({answeredByWorkers: 1});
});

it('remembers the newest of many jobs that were left without an answer', async () => {
  const most = 10_000;
  const {time, put, facts} = stage({unanswered: () => [1]});
  for (let seq = 1; seq <= most + 1; seq += 1) put({type: 'job_unanswered', job: jobRef(seq), reason: ''});
  put(answered(1));
  for (const seq of [2, most + 1]) put(answered(seq));
  await time.advance(MINUTE);
  expect(facts()).toMatchObject({answeredByWorkers: 1});
});

it('reports its facts at the start and once a minute', async () => {
  const {time, put, facts} = stage({usual: 10 * MINUTE});
  expect(facts()).toMatchObject({open: 3, refused: 2, usualGapMs: 10 * MINUTE, noJobAfterMs: 100 * MINUTE});
  put(received(1));
  put(selected(1));
  await time.advance(MINUTE);
  expect(facts()).toMatchObject({lastJobAt: time.now() - MINUTE, cameForWorkers: 1, answeredByWorkers: 0});
});
