import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {assessLiveness} from '../../../../src/lib/node/liveness/liveness.ts';
import {
  ALIVE_EVERY_MS,
  gapsOf,
  mark,
  type Heads,
  type Span,
  type StoredSpan,
} from '../../../../src/lib/node/liveness/spans.ts';

const PROBE = 10_000;
const GAPS = gapsOf(PROBE);
const HOUR = 3_600_000;

const assess = (spans: readonly Span[], now: number) =>
  assessLiveness(spans, {now, allowanceMs: HOUR, gaps: GAPS});
const span = (kind: Span['kind'], start: number, end: number, count = 1): Span => ({kind, start, end, count});

/** All marks recorded one after the other, as a list of spans. */
function record(marks: readonly {kind: Span['kind']; at: number; fresh?: boolean}[]): StoredSpan[] {
  const stored = new Map<number, StoredSpan>();
  let heads: Heads = {};
  for (const one of marks) {
    const next = mark(heads, one, GAPS, stored.size + 1);
    stored.set(next.id, next);
    heads = {...heads, [one.kind]: next};
  }
  return [...stored.values()];
}

describe('mark', () => {
  it('makes one period of a month of probes', () => {
    let heads: Heads = {};
    const ids = new Set<number>();
    const count = (30 * 86_400_000) / PROBE;
    for (let i = 0; i < count; i += 1) {
      const next = mark(heads, {kind: 'probed', at: i * PROBE}, GAPS, ids.size + 1);
      ids.add(next.id);
      heads = {probed: next};
    }
    expect(ids.size).toBe(1);
    expect(heads.probed).toMatchObject({start: 0, end: (count - 1) * PROBE, count});
  });

  it('counts every mark once, in periods whose marks are near one another, whatever order they come in', () => {
    const at = fc.integer({min: 0, max: 100 * PROBE});
    fc.assert(
      fc.property(fc.array(at, {minLength: 1, maxLength: 60}), (times) => {
        const spans = record(times.map((time) => ({kind: 'probed', at: time})));
        expect(spans.reduce((sum, {count}) => sum + count, 0)).toBe(times.length);
        for (const {start, end, count} of spans) {
          expect(end).toBeGreaterThanOrEqual(start);
          expect(end - start).toBeLessThanOrEqual((count - 1) * GAPS.probed);
        }
        for (const time of times)
          expect(spans.some(({start, end}) => start <= time && time <= end)).toBe(true);
      }),
    );
  });
});

describe('assessLiveness', () => {
  it('knows nothing without a probe', () => {
    expect(assess([span('running', 0, 5 * HOUR)], 5 * HOUR)).toMatchObject({
      lastProbeAt: null,
      sinceLastProbeMs: null,
      allowanceLeftMs: null,
      outages: [],
      probes: 0,
    });
  });

  it('leaves the whole grace while probes come, and less of it in a silence', () => {
    const spans = [span('probed', 0, 1_000_000, 101)];
    const left = (silence: number): number | null => assess(spans, 1_000_000 + silence).allowanceLeftMs;
    expect([left(0), left(30_000), left(30_001), left(600_000), left(HOUR), left(2 * HOUR)]).toEqual([
      HOUR,
      HOUR,
      HOUR - 30_001,
      HOUR - 600_000,
      0,
      0,
    ]);
  });

  const outage = (spans: readonly Span[]) =>
    assess([span('probed', 0, 0), span('probed', HOUR, HOUR), ...spans], HOUR).outages;
  it.each([
    ['nothing ran', [], 'process-down'],
    ['it ran, but was not connected', [span('running', 0, HOUR)], 'network-down'],
    ['it ran and was connected', [span('running', 0, HOUR), span('connected', 0, HOUR)], 'not-probed'],
    ['mostly down', [span('running', 0, 0.3 * HOUR), span('connected', 0, 0.3 * HOUR)], 'process-down'],
    ['mostly disconnected', [span('running', 0, HOUR), span('connected', 0.7 * HOUR, HOUR)], 'network-down'],
    [
      'restarts between',
      [span('running', 0, 0.5 * HOUR), span('running', 0.5 * HOUR, HOUR), span('connected', 0, HOUR)],
      'not-probed',
    ],
  ])('says why nobody asked: %s', (_name, spans, cause) => {
    expect(outage(spans)).toEqual([{start: 0, end: HOUR, durationMs: HOUR, cause, overAllowance: false}]);
  });

  it('reports an outage that lasts, and one beyond the allowance', () => {
    const {outages} = assess([span('probed', 0, 0), span('probed', 2 * HOUR, 2 * HOUR)], 2.5 * HOUR);
    expect(outages.map(({start, end, overAllowance}) => [start, end, overAllowance])).toEqual([
      [2 * HOUR, null, false],
      [0, 2 * HOUR, true],
    ]);
  });

  it('takes no period from the future', () => {
    const future = span('probed', 1_000 * HOUR, 1_001 * HOUR, 5);
    expect(assess([span('probed', 0, 1_000, 2), future], HOUR)).toMatchObject({lastProbeAt: 1_000});
  });

  const spans = fc.array(
    fc
      .record({
        kind: fc.constantFrom('probed', 'running', 'connected'),
        start: fc.integer({min: 0, max: 20 * HOUR}),
        length: fc.integer({min: 0, max: 3 * HOUR}),
      })
      .map(({kind, start, length}) => span(kind, start, start + length)),
    {maxLength: 20},
  );

  it('gives the same for any order of the spans', () => {
    fc.assert(
      fc.property(
        spans,
        fc.integer({min: 0, max: 24 * HOUR}),
        fc.array(fc.nat(), {minLength: 20, maxLength: 20}),
        (list, now, keys) => {
          const shuffled = list
            .map((item, index) => ({item, key: keys[index] ?? 0}))
            .sort((a, b) => a.key - b.key)
            .map(({item}) => item);
          expect(assess(shuffled, now)).toEqual(assess(list, now));
        },
      ),
    );
  });

  it('has probes and outages cover the time since the first probe, without overlap', () => {
    fc.assert(
      fc.property(spans, fc.integer({min: 0, max: 24 * HOUR}), (list, now) => {
        const {outages, lastProbeAt, sinceLastProbeMs, allowanceLeftMs} = assess(list, now);
        const ordered = [...outages].reverse();
        ordered.forEach(({start, end, durationMs}, index) => {
          expect((end ?? now) - start).toBe(durationMs);
          expect(durationMs).toBeGreaterThan(GAPS.probed);
          expect(start).toBeGreaterThanOrEqual(ordered[index - 1]?.end ?? 0);
          for (const {kind, start: from, end: to} of list)
            if (kind === 'probed' && from <= now)
              expect(from >= (end ?? now) || to <= start || to > now || from === start).toBe(true);
        });
        if (lastProbeAt === null) return;
        expect(sinceLastProbeMs).toBe(now - lastProbeAt);
        expect(allowanceLeftMs).toBeGreaterThanOrEqual(0);
        expect(ordered.at(-1)?.end === null).toBe(now - lastProbeAt > GAPS.probed);
      }),
    );
  });

  it('finds out of a restart what an unbroken process would have seen of the probes', () => {
    const times = fc.array(fc.integer({min: 1, max: 20}), {minLength: 1, maxLength: 40});
    fc.assert(
      fc.property(times, fc.nat(40), (steps, cut) => {
        let at = 0;
        const marks = steps.map((step) => ({kind: 'probed' as const, at: (at += step * 5_000)}));
        const restart = {kind: 'running' as const, at: marks[cut % marks.length]?.at ?? 0, fresh: true};
        const whole = assess(record(marks), at + ALIVE_EVERY_MS);
        const restarted = assess(
          record([...marks.slice(0, cut), restart, ...marks.slice(cut)]),
          at + ALIVE_EVERY_MS,
        );
        expect(restarted.outages.map(({start, end}) => [start, end])).toEqual(
          whole.outages.map(({start, end}) => [start, end]),
        );
        expect(restarted.probes).toBe(whole.probes);
      }),
    );
  });
});
