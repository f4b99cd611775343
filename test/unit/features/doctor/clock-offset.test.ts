import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  judgeOffset,
  medianRange,
  narrow,
  offsetText,
  rangeOfDate,
  type OffsetSource,
} from '../../../../src/lib/features/doctor/clock-offset.ts';

const source = (low: number, high: number, isLocal = false): OffsetSource => ({
  name: 'a',
  isLocal,
  low,
  high,
});
const judge = (sources: OffsetSource[], allLocal = false) =>
  judgeOffset(sources, {allLocal, unread: ['b: away']});

describe('what a Date header says', () => {
  it('always has the true offset in it, however the seconds fall and the network dawdles', () => {
    const ms = (max: number) => fc.integer({min: 0, max});
    fc.assert(
      fc.property(
        fc.integer({min: -9_000, max: 9_000}),
        ms(10_000),
        ms(900),
        ms(900),
        (offset, phase, there, back) => {
          const sentAt = 1_700_000_000_000 + phase;
          const trueAtServer = sentAt - offset + there;
          const date = Math.floor(trueAtServer / 1000) * 1000;
          const {low, high} = rangeOfDate(date, sentAt, sentAt + there + back);
          return low <= offset && offset <= high;
        },
      ),
    );
  });

  it('is narrowed by answers at other moments to about the time between them', () => {
    const offset = 700;
    const ranges = Array.from({length: 8}, (_, index) => {
      const sentAt = 1_700_000_000_123 + index * 140;
      const date = Math.floor((sentAt - offset) / 1000) * 1000;
      return rangeOfDate(date, sentAt, sentAt + 5);
    });
    const all = ranges.reduce((a, b) => narrow(a, b) ?? a);
    expect(all.high - all.low).toBeLessThanOrEqual(145);
    expect(all.low <= offset && offset <= all.high).toBe(true);
    expect(narrow({low: 0, high: 1}, {low: 2, high: 3})).toBeNull();
  });
});

describe('the median of the sources', () => {
  it('has the truth in it while most of them are right', () => {
    const right = fc.tuple(fc.integer({min: 0, max: 500}), fc.integer({min: 0, max: 500}));
    const wrong = fc.tuple(fc.integer({min: -1e6, max: 1e6}), fc.integer({min: 0, max: 1e6}));
    const offset = fc.integer({min: -5_000, max: 5_000});
    fc.assert(
      fc.property(
        offset,
        fc.array(right, {minLength: 1, maxLength: 6}),
        fc.array(wrong, {maxLength: 5}),
        (truth, good, bad) => {
          fc.pre(bad.length < good.length);
          const ranges = [
            ...good.map(([below, above]) => ({low: truth - below, high: truth + above})),
            ...bad.map(([low, size]) => ({low, high: low + size})),
          ];
          const found = medianRange(ranges);
          return found !== null && found.low <= truth && truth <= found.high;
        },
      ),
    );
  });

  it('is nothing without sources', () => {
    expect(medianRange([])).toBeNull();
  });
});

describe('the verdict', () => {
  it.each<[string, OffsetSource[], string]>([
    ['right', [source(-60, 80)], 'ok'],
    ['certainly more than 200 ms ahead', [source(210, 350)], 'warn'],
    ['behind', [source(-900, -300)], 'warn'],
    ['perhaps 300 ms off, perhaps not', [source(150, 300)], 'ok'],
    ['certainly more than 2 s', [source(2_000, 3_100)], 'fail'],
    ['more than 2 s behind', [source(-90_000, -70_000)], 'fail'],
    ['known too vaguely', [source(-15_000, 100)], 'unknown'],
    ['one of three lies', [source(-50, 50), source(9_000, 9_100), source(-70, 90)], 'ok'],
    ['only programs of this machine', [source(-50, 50, true)], 'unknown'],
    ['they can show that it is wrong', [source(5_000, 5_100, true)], 'fail'],
    ['they do not count beside others', [source(5_000, 5_100, true), source(-50, 50)], 'ok'],
    ['nobody', [], 'unknown'],
  ])('%s', (_name, sources, state) => {
    const found = judge(sources);
    expect(found.state).toBe(state);
    expect(found.next === null).toBe(state === 'ok');
  });

  it('takes the word of this machine where the whole network is on it', () => {
    expect(judge([source(-50, 50, true)], true).state).toBe('ok');
  });

  it('says what is open', () => {
    expect(offsetText({low: -60, high: 80})).toBe('accurate to 80 ms');
    expect(offsetText({low: 300, high: 500})).toBe('400 ms ahead (±100 ms)');
    expect(offsetText({low: -61_000, high: -59_000})).toBe('60.0 s behind (±1000 ms)');
    expect(judge([]).found).toContain('b: away');
  });
});
