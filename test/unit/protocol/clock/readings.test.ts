import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  nextReading,
  verifyReadings,
  type Reading,
  type ReadingEvent,
} from '../../../../src/lib/protocol/clock/readings.ts';
import {clockDigest} from '../../../../src/lib/protocol/clock/vlc.ts';

const START = 1_700_000_000_000;

function chainOf(events: readonly ReadingEvent[]): Reading[] {
  const readings: Reading[] = [];
  for (const event of events)
    readings.push(nextReading(readings.at(-1) ?? null, event, START + readings.length, 1n));
  return readings;
}

const plain: ReadingEvent = {event: 'probe_answered', ref: '', merge: null};
const event: fc.Arbitrary<ReadingEvent> = fc.record({
  event: fc.constantFrom('job_received', 'result_concluded', 'probe_answered'),
  ref: fc.string(),
  merge: fc.option(fc.constantFrom(new Map([[1n, 5]]), new Map([[2n, 3]]), new Map<bigint, number>())),
});

describe('readings', () => {
  it('hold the whole clock, merged and advanced', () => {
    const [first, second] = chainOf([
      plain,
      {
        event: 'job_received',
        ref: 'j1',
        merge: new Map([
          [1n, 4],
          [2n, 7],
        ]),
      },
    ]);
    expect(first).toMatchObject({n: 1, at: START, clock: new Map([[1n, 1]]), previous: '0'.repeat(64)});
    expect(second).toMatchObject({
      n: 2,
      ref: 'j1',
      clock: new Map([
        [1n, 5],
        [2n, 7],
      ]),
      previous: first?.hash,
    });
  });

  it('can be hashed again by anyone', () => {
    const reading = nextReading(null, {event: 'job_received', ref: 'a"b', merge: null}, START, 1n);
    const digest = Buffer.from(clockDigest(reading.clock)).toString('hex');
    const text = `["aos-reading-1",1,${START},"job_received","a\\"b","${digest}","${'0'.repeat(64)}"]`;
    expect(reading.hash).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('do not pass the end of a counter', () => {
    const overflow = () => nextReading(null, {...plain, merge: new Map([[1n, 2 ** 32 - 1]])}, START, 1n);
    expect(overflow).toThrow(expect.objectContaining({code: 'CLOCK_OVERFLOW'}));
  });

  it('verify as a whole and from any point on', () => {
    fc.assert(
      fc.property(fc.array(event, {maxLength: 10}), fc.nat(10), (events, from) => {
        expect(verifyReadings(chainOf(events).slice(from))).toEqual({ok: true});
      }),
    );
  });
});

describe('tampering', () => {
  const changes: ((reading: Reading) => Reading)[] = [
    (reading) => ({...reading, n: reading.n + 1}),
    (reading) => ({...reading, at: reading.at + 1}),
    (reading) => ({...reading, event: `${reading.event}x`}),
    (reading) => ({...reading, ref: `${reading.ref}x`}),
    (reading) => ({...reading, clock: new Map(reading.clock).set(1n, (reading.clock.get(1n) ?? 0) + 1)}),
    (reading) => ({...reading, clock: new Map(reading.clock).set(9n, 0)}),
    (reading) => ({...reading, clock: new Map(reading.clock).set(9n, -1)}),
    (reading) => ({...reading, previous: reading.hash}),
    (reading) => ({...reading, hash: reading.previous}),
  ];

  it('with any field is seen at that reading', () => {
    fc.assert(
      fc.property(
        fc.array(event, {minLength: 1, maxLength: 8}),
        fc.nat(),
        fc.constantFrom(...changes),
        (events, at, change) => {
          const index = at % events.length;
          const readings = chainOf(events).map((reading, i) => (i === index ? change(reading) : reading));
          expect(verifyReadings(readings)).toEqual({ok: false, brokenAt: index});
        },
      ),
    );
  });

  it('with the order, or by leaving one out, is seen', () => {
    const [a, b, c, d] = chainOf([plain, plain, plain, plain]) as [Reading, Reading, Reading, Reading];
    expect(verifyReadings([a, c, d])).toEqual({ok: false, brokenAt: 1});
    expect(verifyReadings([a, c, b, d])).toEqual({ok: false, brokenAt: 1});
    expect(verifyReadings([a, b, b, c])).toEqual({ok: false, brokenAt: 2});
  });

  it('by hashing one reading again is seen at the next', () => {
    const [a, b, c] = chainOf([plain, plain, plain]) as [Reading, Reading, Reading];
    const forged = nextReading(a, {...plain, ref: 'forged'}, b.at, 1n);
    expect(verifyReadings([a, forged, c])).toEqual({ok: false, brokenAt: 2});
  });

  it('by turning the clock back is seen although the hashes are right', () => {
    const ahead = nextReading(null, {...plain, merge: new Map([[2n, 9]])}, START, 1n);
    const behind = nextReading({...ahead, clock: new Map([[1n, 1]])}, plain, START, 1n);
    expect(verifyReadings([ahead, behind])).toEqual({ok: false, brokenAt: 1});
  });
});
