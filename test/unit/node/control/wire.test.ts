import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {historyLine, readControlLine, snapshotLine} from '../../../../src/lib/node/control/wire.ts';
import type {OperatorEvent, OperatorEventBody} from '../../../../src/lib/node/events/events.ts';
import {emptyTally} from '../../../../src/lib/node/events/tally.ts';
import {emptyView, reduceView} from '../../../../src/lib/node/events/view.ts';
import {eventLine} from '../../../../src/lib/node/events/lines.ts';
import {codePoint} from '../../../support/any-text.ts';

const at = fc.integer({min: 0, max: 253_402_300_799_999});
const count = fc.nat();
const text = fc.string({unit: codePoint, maxLength: 30});
const ms = fc.integer({min: 0, max: 1e12});
const orNull = <T>(of: fc.Arbitrary<T>) => fc.option(of, {nil: null});

const liveness = fc.record({
  type: fc.constant('liveness' as const),
  lastProbeAt: orNull(at),
  allowanceMs: ms,
  allowanceLeftMs: orNull(ms),
  probes: count,
  probeIntervalMs: ms,
  outages: fc.array(
    fc.record({
      start: at,
      end: orNull(at),
      durationMs: ms,
      cause: fc.constantFrom('process-down', 'network-down', 'not-probed'),
      overAllowance: fc.boolean(),
    }),
    {maxLength: 4},
  ),
});
const clock = fc.record({
  type: fc.constant('clock' as const),
  id: text,
  counter: text,
  readings: count,
  merged: orNull(fc.record({clock: fc.dictionary(fc.stringMatching(/^\d{1,20}$/), text), at, jobId: text})),
  ahead: orNull(text),
});
const block = fc.record({type: fc.constant('block' as const), number: text, blockAt: at, rpcMs: ms});
const range = fc.record(
  {
    type: fc.constant('range' as const),
    start: text,
    end: text,
    max: text,
    block: orNull(text),
    source: fc.constantFrom('chain' as const, 'journal' as const),
    precision: fc.integer({min: 1, max: 13}),
  },
  {requiredKeys: ['type', 'start', 'end', 'max', 'block', 'source']},
);
const signer = fc.record({
  type: fc.constant('signer_stats' as const),
  p50Ms: orNull(ms),
  p95Ms: orNull(ms),
  signatures: count,
  errors: count,
  windowMs: ms,
});
const summary = fc.tuple(orNull(liveness), count).map(([told, n]): OperatorEventBody => ({
  type: 'summary',
  ...emptyTally,
  pending: n,
  held: n,
  heldJob: n,
  durationMs: n,
  reason: 'for',
  liveness: told && facts(told),
}));
const body: fc.Arbitrary<OperatorEventBody> = fc.oneof(liveness, clock, block, range, signer, summary);
const event: fc.Arbitrary<OperatorEvent> = fc
  .tuple(fc.integer({min: 1, max: 1_000_000}), at, body)
  .map(([seq, time, own]) => ({seq, at: time, ...own}));

function facts<T extends {type: string}>({type: _type, ...rest}: T): Omit<T, 'type'> {
  return rest;
}

/** JSON knows no undefined, and prototypes do not matter. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('control lines', () => {
  it('carry every event there and back, times as RFC 3339', () => {
    fc.assert(
      fc.property(event, (one) => {
        const line = eventLine(one);
        expect(plain(readControlLine(line))).toEqual(plain({type: 'event', event: one}));
        for (const [, value] of line.matchAll(/"(?:at|blockAt|lastProbeAt)":([^,}]+)/g))
          expect(value).toMatch(/^(null|"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")$/);
      }),
    );
  });

  it('carry a view made of any events, and a history of them', () => {
    fc.assert(
      fc.property(fc.array(event, {maxLength: 10}), (events) => {
        const view = events.reduce(reduceView, emptyView);
        expect(plain(readControlLine(snapshotLine(view)))).toEqual(plain({type: 'snapshot', view}));
        const history = readControlLine(historyLine(events.map((one) => eventLine(one))));
        expect(plain(history)).toEqual(plain({type: 'history', events}));
      }),
    );
  });

  it('of an older operator lack the newer parts of the view', () => {
    const {probes: _p, liveness: _l, clock: _c, signer: _s, block: _b, load: _o, ...old} = emptyView;
    expect(readControlLine(JSON.stringify({type: 'snapshot', view: old}))).toEqual({
      type: 'snapshot',
      view: emptyView,
    });
  });
});
