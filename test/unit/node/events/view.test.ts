import type {ErrorCode} from '../../../../src/lib/foundation/errors/table.ts';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {OperatorEvent, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {
  emptyView,
  MAX_JOBS,
  reduceEvents,
  reduceView,
  type OperatorView,
} from '../../../../src/lib/node/events/view.ts';
import {eventLog, jobRef, STARTED} from '../../../support/event-log.ts';
import {say} from '../../../../src/lib/foundation/next-step/next-step.ts';

const after = (...bodies: OperatorEventBody[]): OperatorView =>
  bodies.map(eventLog()).reduce(reduceView, emptyView);
const at = (seq: number): number => Date.UTC(2026, 0, 1) + seq * 1_000;

describe('reduceView', () => {
  it('knows who runs and how the connection is', () => {
    const view = after(
      STARTED,
      {type: 'connecting', url: 'ws://d/ws'},
      {type: 'connected', url: 'ws://d/ws'},
      {type: 'disconnected', reason: 'gone', retryInMs: 500},
      {type: 'disconnected', reason: 'refused', retryInMs: 900},
    );
    expect(view.node).toMatchObject({network: 'devnet', startedAt: at(1)});
    expect(view.connection).toEqual({
      state: 'disconnected',
      url: 'ws://d/ws',
      since: at(4),
      reason: 'refused',
      refusal: null,
    });
  });

  it('counts jobs on between the measurements, and no rate is above 100 %', () => {
    const none = {received: 0, accepted: 0, selected: 0, answered: 0, p95Ms: null};
    const work = {
      lastJobAt: null,
      usualGapMs: null,
      noJobAfterMs: 1,
      open: 0,
      oldestOpenAt: null,
      cameForWorkers: 0,
      answeredByWorkers: 0,
      windowMs: 1,
      refused: 0,
      rates: {hour: none, day: none},
    };
    const [job, other] = [jobRef(1), jobRef(2)];
    const started = {...STARTED, workers: [job.kind], pending: 1};
    const events: OperatorEventBody[] = [
      started,
      {type: 'work', ...work},
      {type: 'job_received', job, signer: null},
      {type: 'job_sampled', job, selected: true, r: 0, threshold: 1},
      {type: 'job_received', job: other, signer: null},
      {type: 'job_concluded', job, outcome: 'answered', reason: ''},
      {type: 'result_accepted', job, ms: 80, outcome: 'answered'},
    ];
    const view = after(...events);
    const counted = {received: 2, accepted: 1, selected: 1, answered: 1, p95Ms: 80};
    expect(view.work?.rates).toEqual({hour: counted, day: counted});
    expect(view.load).toMatchObject({inProgress: 1, pending: 2});
    // Those that came before are in no count of the hour.
    const accepted: OperatorEventBody = {type: 'result_accepted', job, ms: 80, outcome: 'answered'};
    expect(after(...events, accepted, accepted).work?.rates?.hour.accepted).toBe(2);
    expect(after(...events, {type: 'work', ...work}).work?.rates?.hour).toEqual(none);
  });

  it('knows a refusal from an outage, since when, and in whose words', () => {
    const refusal = {how: 'http', code: 403, words: 'not on the list'} as const;
    const refused: OperatorEventBody = {type: 'disconnected', reason: 'HTTP 403', retryInMs: 1, refusal};
    const gone: OperatorEventBody = {type: 'disconnected', reason: 'gone', retryInMs: 1};
    const connected: OperatorEventBody = {type: 'connected', url: 'ws://d/ws'};
    expect(after(connected, gone, refused, refused).connection).toMatchObject({
      state: 'refused',
      since: at(3),
      reason: 'HTTP 403',
      refusal,
    });
    expect(after(refused, gone).connection).toMatchObject({
      state: 'disconnected',
      since: at(2),
      refusal: null,
    });
    expect(after(refused, connected).connection).toMatchObject({state: 'connected', refusal: null});
  });

  it('keeps a problem from its first telling to the recovery', () => {
    const problem = (code: ErrorCode) =>
      ({type: 'problem', part: 'signer', code, message: 'm', next: say('n')}) as const;
    const failing = after(problem('SIGNER_UNREACHABLE'), problem('SIGNER_REFUSED'));
    expect(failing.problems).toEqual([
      {part: 'signer', code: 'SIGNER_REFUSED', message: 'm', next: say('n'), since: at(1)},
    ]);
    expect(
      after(problem('SIGNER_UNREACHABLE'), {type: 'recovered', part: 'signer', afterMs: 1}).problems,
    ).toEqual([]);
  });

  it('follows a job', () => {
    const job = jobRef(1);
    const steps: OperatorEventBody[] = [
      {type: 'job_received', job, signer: null},
      {type: 'job_sampled', job, selected: true, r: 1, threshold: 2},
      {type: 'job_asked', job, request: '0a1b2c3d', attempt: 1},
      {type: 'job_retry', job, code: 'WORKER_BUSY', message: 'busy', retryInMs: 1},
      {type: 'job_answered', job, request: '0a1b2c3d', ms: 1},
      {type: 'job_concluded', job, outcome: 'answered', reason: ''},
      {type: 'result_sent', job, envelopeId: 'e', attempt: 1},
      {type: 'result_accepted', job, ms: 1, outcome: 'answered'},
    ];
    const seen = steps.map((_, i) => after(...steps.slice(0, i + 1)).jobs[0]);
    expect(seen.map((one) => one?.stage)).toEqual([
      'received',
      'sampled',
      'asked',
      'asked',
      'answered',
      'concluded',
      'sent',
      'accepted',
    ]);
    expect(seen[3]?.problem).toBe('busy');
    expect(seen.at(-1)).toMatchObject({
      selected: true,
      outcome: 'answered',
      problem: null,
      firstAt: at(1),
      at: at(8),
    });
    expect(after(...steps)).toMatchObject({
      lastReceivedAt: at(1),
      lastAcceptedAt: at(8),
      counters: {accepted: 1},
    });
  });

  const body: fc.Arbitrary<OperatorEventBody> = fc.oneof(
    fc.nat(200).map((seq): OperatorEventBody => ({type: 'job_received', job: jobRef(seq), signer: null})),
    fc.tuple(fc.nat(200), fc.string({maxLength: 2_000})).map(([seq, message]): OperatorEventBody => ({
      type: 'job_retry',
      job: jobRef(seq),
      code: 'BUG',
      message,
      retryInMs: 1,
    })),
    fc.nat(200).map((seq): OperatorEventBody => ({
      type: 'result_accepted',
      job: jobRef(seq),
      ms: 1,
      outcome: 'answered',
    })),
    fc.constant<OperatorEventBody>({type: 'probe_answered', via: 'http'}),
    fc
      .tuple(fc.constantFrom('signer', 'chain', 'worker'), fc.string({maxLength: 2_000}))
      .map(([part, message]): OperatorEventBody => ({
        type: 'problem',
        part,
        code: 'BUG',
        message,
        next: say(message),
      })),
  );

  it('stays small whatever happened', () => {
    fc.assert(
      fc.property(fc.array(body, {maxLength: 300}), (bodies) => {
        const view = after(...bodies);
        expect(view.jobs.length).toBeLessThanOrEqual(MAX_JOBS);
        expect(new Set(view.jobs.map(({seq}) => seq)).size).toBe(view.jobs.length);
        expect(view.jobs.map((job) => job.at)).toEqual(
          view.jobs.map((job) => job.at).toSorted((a, b) => a - b),
        );
        expect(JSON.stringify(view).length).toBeLessThan(MAX_JOBS * 1_000 + 10_000);
        expect(view.seq).toBe(bodies.length);
      }),
    );
  });

  it('is the same when events come twice, and from any snapshot on', () => {
    fc.assert(
      fc.property(fc.array(body, {maxLength: 60}), fc.nat(60), (bodies, cut) => {
        const events: OperatorEvent[] = bodies.map(eventLog());
        const whole = events.reduce(reduceView, emptyView);
        const snapshot = events.slice(0, cut).reduce(reduceView, emptyView);
        expect(events.reduce(reduceView, snapshot)).toEqual(whole);
      }),
    );
  });

  it('takes many events at once as one after the other', () => {
    fc.assert(
      fc.property(fc.array(body, {maxLength: 200}), fc.nat(200), (bodies, cut) => {
        const events: OperatorEvent[] = bodies.map(eventLog());
        const whole = events.reduce(reduceView, emptyView);
        expect(reduceEvents(emptyView, events)).toEqual(whole);
        const start = reduceEvents(emptyView, events.slice(0, cut));
        expect(reduceEvents(start, events)).toEqual(whole);
      }),
    );
  });
});
