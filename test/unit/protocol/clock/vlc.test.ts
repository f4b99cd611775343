import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  advance,
  answerClock,
  clockDigest,
  clockToWire,
  compareClocks,
  mergeClocks,
  updateClock,
  type Clock,
} from '../../../../src/lib/protocol/clock/vlc.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {jsonOf, type JsonValue} from '../../../../src/lib/protocol/wire/json.ts';
import {clockFromWire} from '../../../../src/lib/protocol/wire/clock-field.ts';

const MAX_ID = 2n ** 64n - 1n;
const MAX_COUNTER = 2 ** 32 - 1;

function clock(entries: Record<string, number>): Clock {
  return new Map(Object.entries(entries).map(([id, counter]) => [BigInt(id), counter]));
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return isAosError(error) ? error.code : String(error);
  }
  return 'no error';
}

/** Few ids, so that clocks of one property meet. */
const clocks = fc
  .array(fc.tuple(fc.bigInt({min: 0n, max: 5n}), fc.integer({min: 0, max: 4})), {maxLength: 6})
  .map((entries): Clock => new Map(entries));
const anyClock = fc
  .array(fc.tuple(fc.bigInt({min: 0n, max: MAX_ID}), fc.integer({min: 0, max: MAX_COUNTER})), {maxLength: 8})
  .map((entries): Clock => new Map(entries));

describe('merge', () => {
  it('takes the maximum of each counter', () => {
    expect(mergeClocks(clock({1: 3, 2: 1}), clock({2: 5, 3: 7}))).toEqual(clock({1: 3, 2: 5, 3: 7}));
  });

  it('is commutative, associative and idempotent', () => {
    fc.assert(
      fc.property(clocks, clocks, clocks, (a, b, c) => {
        expect(mergeClocks(a, b)).toEqual(mergeClocks(b, a));
        expect(mergeClocks(mergeClocks(a, b), c)).toEqual(mergeClocks(a, mergeClocks(b, c)));
        expect(mergeClocks(a, a)).toEqual(a);
      }),
    );
  });

  it('is the least clock that is not before either', () => {
    fc.assert(
      fc.property(clocks, clocks, clocks, (a, b, other) => {
        const merged = mergeClocks(a, b);
        expect(['equal', 'before']).toContain(compareClocks(a, merged));
        expect(['equal', 'before']).toContain(compareClocks(b, merged));
        const isUpperBound = [a, b].every((x) => ['equal', 'before'].includes(compareClocks(x, other)));
        if (isUpperBound) expect(['equal', 'before']).toContain(compareClocks(merged, other));
      }),
    );
  });

  it('leaves its arguments as they are', () => {
    const a = clock({1: 1});
    const b = clock({1: 2, 2: 2});
    mergeClocks(a, b);
    advance(a, 1n);
    expect([a, b]).toEqual([clock({1: 1}), clock({1: 2, 2: 2})]);
  });
});

describe('update', () => {
  it('merges all and adds one to its own id', () => {
    expect(updateClock(clock({1: 1}), [clock({2: 4}), clock({1: 6})], 1n)).toEqual(clock({1: 7, 2: 4}));
  });

  it('is after everything it has seen', () => {
    fc.assert(
      fc.property(
        clocks,
        fc.array(clocks, {maxLength: 3}),
        fc.bigInt({min: 0n, max: 5n}),
        (self, others, id) => {
          const updated = updateClock(self, others, id);
          for (const seen of [self, ...others]) expect(compareClocks(seen, updated)).toBe('before');
        },
      ),
    );
  });

  it('never wraps', () => {
    expect(advance(clock({1: MAX_COUNTER - 1}), 1n)).toEqual(clock({1: MAX_COUNTER}));
    expect(codeOf(() => advance(clock({1: MAX_COUNTER}), 1n))).toBe('CLOCK_OVERFLOW');
    expect(codeOf(() => updateClock(clock({}), [clock({1: MAX_COUNTER})], 1n))).toBe('CLOCK_OVERFLOW');
  });

  it('refuses an id outside u64', () => {
    expect(codeOf(() => advance(clock({}), MAX_ID + 1n))).toBe('CLOCK_INVALID');
    expect(codeOf(() => advance(clock({}), -1n))).toBe('CLOCK_INVALID');
  });
});

describe('compare', () => {
  it.each([
    [{}, {}, 'equal'],
    [{1: 0}, {}, 'equal'],
    [{}, {1: 0, 2: 0}, 'equal'],
    [{1: 1}, {1: 1, 2: 0}, 'equal'],
    [{}, {1: 1}, 'before'],
    [{1: 1}, {1: 2}, 'before'],
    [{1: 2, 2: 1}, {1: 2}, 'after'],
    [{1: 1}, {2: 1}, 'concurrent'],
    [{1: 2, 2: 1}, {1: 1, 2: 2}, 'concurrent'],
  ])('%o to %o is %s', (a: Record<string, number>, b: Record<string, number>, order) => {
    expect(compareClocks(clock(a), clock(b))).toBe(order);
  });

  it('is a partial order', () => {
    const atMost = (a: Clock, b: Clock) => ['equal', 'before'].includes(compareClocks(a, b));
    const mirror = {equal: 'equal', before: 'after', after: 'before', concurrent: 'concurrent'};
    fc.assert(
      fc.property(clocks, clocks, clocks, (a, b, c) => {
        expect(compareClocks(a, a)).toBe('equal');
        expect(compareClocks(b, a)).toBe(mirror[compareClocks(a, b)]);
        if (atMost(a, b) && atMost(b, c)) expect(atMost(a, c)).toBe(true);
      }),
    );
  });
});

describe('digest', () => {
  // The binary form written out by hand: length, then key and counter, each in variable-length form.
  it.each([
    ['empty', [], '00'],
    ['one byte', [[1n, 1]], '010101'],
    ['250 is the last of one byte', [[250n, 250]], '01fafa'],
    ['251 takes two', [[251n, 251]], '01fbfb00fbfb00'],
    ['65535', [[65535n, 65535]], '01fbfffffbffff'],
    ['65536 takes four', [[65536n, 65536]], '01fc00000100fc00000100'],
    ['2^32-1', [[2n ** 32n - 1n, MAX_COUNTER]], '01fcfffffffffcffffffff'],
    ['2^32 takes eight', [[2n ** 32n, 0]], '01fd000000000100000000'],
    ['2^64-1', [[MAX_ID, 1]], '01fdffffffffffffffff01'],
    [
      'keys ascending by number',
      [
        [10n, 2],
        [9n, 1],
        [300n, 3],
      ],
      '0309010a02fb2c0103',
    ],
  ] as [string, [bigint, number][], string][])('%s', (_name, entries, form) => {
    const expected = createHash('sha256').update(Buffer.from(form, 'hex')).digest('hex');
    expect(Buffer.from(clockDigest(new Map(entries))).toString('hex')).toBe(expected);
  });

  it('writes a length above 250 in variable-length form, too', () => {
    const large = new Map(Array.from({length: 251}, (_, index): [bigint, number] => [BigInt(index), 0]));
    const body = Array.from({length: 251}, (_, index) => [index, 0]).flat();
    const expected = createHash('sha256')
      .update(Uint8Array.from([0xfb, 251, 0, ...body]))
      .digest('hex');
    expect(Buffer.from(clockDigest(large)).toString('hex')).toBe(expected);
  });

  it('depends on the entries alone, not on their order', () => {
    fc.assert(
      fc.property(anyClock, anyClock, (a, b) => {
        expect(clockDigest(new Map([...a].reverse()))).toEqual(clockDigest(a));
        const same = a.size === b.size && [...a].every(([id, counter]) => b.get(id) === counter);
        expect(Buffer.from(clockDigest(a)).equals(clockDigest(b))).toBe(same);
      }),
    );
  });

  it('refuses what the form cannot hold', () => {
    expect(codeOf(() => clockDigest(new Map([[MAX_ID + 1n, 1]])))).toBe('CLOCK_INVALID');
    expect(codeOf(() => clockDigest(new Map([[1n, MAX_COUNTER + 1]])))).toBe('CLOCK_INVALID');
    expect(codeOf(() => clockDigest(new Map([[1n, -1]])))).toBe('CLOCK_INVALID');
    expect(codeOf(() => clockDigest(new Map([[1n, 0.5]])))).toBe('CLOCK_INVALID');
  });
});

describe('wire form', () => {
  it('reads what it writes', () => {
    fc.assert(
      fc.property(anyClock, (a) => {
        expect(clockFromWire(jsonOf(clockToWire(a)))).toEqual(a);
      }),
    );
  });

  it('writes decimal strings, ids ascending', () => {
    const mixed = new Map([
      [MAX_ID, 3],
      [2n ** 40n, 2],
      [10n, MAX_COUNTER],
      [9n, 0],
    ]);
    const text = '{"9":"0","10":"4294967295","1099511627776":"2","18446744073709551615":"3"}';
    expect(JSON.stringify(clockToWire(mixed))).toBe(text);
  });

  it.each([
    ['no object', ['1']],
    ['null', null],
    ['a counter that is a number', {1: 1}],
    ['a counter that is null', {1: null}],
    ['an empty counter', {1: ''}],
    ['an empty id', {'': '1'}],
    ['a leading zero', {1: '01'}],
    ['a leading zero in the id', {'01': '1'}],
    ['a plus sign', {1: '+1'}],
    ['a minus sign', {1: '-1'}],
    ['minus zero', {1: '-0'}],
    ['a negative id', {'-1': '1'}],
    ['a space before', {1: ' 1'}],
    ['a line end after', {1: '1\n'}],
    ['hex', {1: '0x1'}],
    ['an exponent', {1: '1e3'}],
    ['a fraction', {1: '1.0'}],
    ['digits that are not ASCII', {1: '١'}],
    ['a counter of 2^32', {1: '4294967296'}],
    ['an id of 2^64', {'18446744073709551616': '1'}],
    ['a very long counter', {1: '9'.repeat(100_000)}],
  ] as [string, unknown][])('refuses %s', (_name, value) => {
    expect(codeOf(() => clockFromWire(jsonOf(value)))).toBe('CLOCK_INVALID');
  });

  it('reads the largest values', () => {
    const value: JsonValue = new Map([
      ['18446744073709551615', '4294967295'],
      ['0', '0'],
    ]);
    expect(clockFromWire(value)).toEqual(
      new Map([
        [MAX_ID, MAX_COUNTER],
        [0n, 0],
      ]),
    );
  });
});

describe('the clock of an answer', () => {
  it.each([
    ['one entry', {1: 1}, null, {1: 2}],
    ['one entry, whatever node.clock_id', {7: 4}, 3n, {7: 5}],
    ['several: node.clock_id when it is there', {2: 1, 5: 9, 7: 4}, 5n, {2: 1, 5: 10, 7: 4}],
    ['several: the numerically lowest when it is not', {10: 1, 9: 3}, 5n, {10: 1, 9: 4}],
    ['several: the numerically lowest without one', {100: 1, 20: 3}, null, {100: 1, 20: 4}],
    ['none: node.clock_id', {}, 6n, {6: 1}],
    ['none: 1', {}, null, {1: 1}],
  ] as [string, Record<string, number>, bigint | null, Record<string, number>][])(
    '%s',
    (_name, job, id, answer) => {
      expect(answerClock(clock(job), id)).toEqual(clock(answer));
    },
  );

  it('overflows only where it advances', () => {
    expect(codeOf(() => answerClock(clock({1: MAX_COUNTER}), null))).toBe('CLOCK_OVERFLOW');
    expect(codeOf(() => answerClock(clock({1: MAX_COUNTER, 2: 1}), null))).toBe('CLOCK_OVERFLOW');
    expect(answerClock(clock({1: MAX_COUNTER, 2: 1}), 2n)).toEqual(clock({1: MAX_COUNTER, 2: 2}));
  });

  it('is after the clock of the job', () => {
    fc.assert(
      fc.property(clocks, fc.option(fc.bigInt({min: 0n, max: 5n})), (job, id) => {
        expect(compareClocks(job, answerClock(job, id))).toBe('before');
      }),
    );
  });
});
