import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import type {ErrorCode} from '../../../../src/lib/foundation/errors/table.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {
  isJsonObject,
  jsonOf,
  LIMITS,
  parseJson,
  writeJson,
  type JsonValue,
} from '../../../../src/lib/protocol/wire/json.ts';
import {jsonText} from '../../../support/json-text.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): JsonValue => parseJson(utf8(text)).value;

/** The code of the error, or 'ok'. Anything but an AosError fails the test. */
function outcome(bytes: Uint8Array): ErrorCode | 'ok' {
  try {
    parseJson(bytes);
    return 'ok';
  } catch (error) {
    if (isAosError(error)) return error.code;
    throw error;
  }
}

function oracle(text: string): {ok: boolean; value?: unknown} {
  try {
    return {ok: true, value: JSON.parse(text) as unknown};
  } catch {
    return {ok: false};
  }
}

/** We accept what JSON.parse accepts, apart from our own limits, and read the same out of it. */
function agreesWithOracle(text: string): void {
  const expected = oracle(text);
  const code = outcome(utf8(text));
  if (expected.ok && (code === 'FRAME_LONE_SURROGATE' || code === 'FRAME_DUPLICATE_KEY')) return;
  expect({text, accepted: code === 'ok'}).toEqual({text, accepted: expected.ok});
  if (expected.ok) expect(JSON.parse(writeJson(parse(text)))).toEqual(expected.value);
}

describe('parseJson against JSON.parse', () => {
  it('takes every spelling of valid JSON and keeps its content', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(outcome(utf8(text))).toBe('ok');
        agreesWithOracle(text);
      }),
      {numRuns: 1500},
    );
  });

  it('agrees on valid JSON that was damaged', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.nat({max: 3}),
      fc.constantFrom(
        '',
        '"',
        '\\',
        ',',
        ':',
        '{',
        '}',
        '[',
        ']',
        '0',
        '-',
        '.',
        'e',
        '\u0001',
        ' ',
        '\u00a0',
        'u',
        'true',
        '\\ud83d',
      ),
    );
    fc.assert(
      fc.property(jsonText, damage, (text, [at, cut, put]) => {
        const place = at % (text.length + 1);
        agreesWithOracle(
          (text.slice(0, place) + put + text.slice(place + cut)).replace(/\p{Surrogate}/gu, ''),
        );
      }),
      {numRuns: 4000},
    );
  });

  it('agrees on soup of JSON characters', () => {
    const soup = fc.array(
      fc.constantFrom(
        ...'{}[]",:0123456789.eE+-\\/ubnrtfals \n'.split(/(?:)/),
        'true',
        'false',
        'null',
        '"a"',
        '"b":',
      ),
      {maxLength: 12},
    );
    fc.assert(
      fc.property(soup, (parts) => agreesWithOracle(parts.join(''))),
      {numRuns: 6000},
    );
  });

  it.each([
    '',
    ' ',
    '1',
    '01',
    '-',
    '-1',
    '+1',
    '1.',
    '.5',
    '1e',
    '1e+',
    '0x1',
    'NaN',
    'Infinity',
    'tru',
    'nullx',
    '"',
    '"\u0007"',
    '"\\x"',
    '"\\u12"',
    '"\\u12G4"',
    '[1,]',
    '[,1]',
    '[1 2]',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{a:1}',
    "{'a':1}",
    '{"a":1]',
    '[1}',
    '[]]',
    '{}{}',
    '\ufeff1',
    '\u00a01',
    '[1]/**/',
    '"\u2028"',
    '\t[ ]\r\n',
    '{ }',
    '[[],{}]',
  ])('agrees on %j', (text) => agreesWithOracle(text));

  it('never throws anything but its own errors on arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 40}), (bytes) => {
        const strict = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true});
        let text: string | null = null;
        try {
          text = strict.decode(bytes);
        } catch {
          // not UTF-8
        }
        if (text === null) expect(outcome(bytes)).toBe('FRAME_NOT_UTF8');
        else agreesWithOracle(text);
      }),
      {numRuns: 1000},
    );
  });
});

describe('what is kept', () => {
  it.each([
    '[1.0,-0.0,1e400,9007199254740993,1E+2,0.10]',
    '{"b":1,"a":2,"10":3,"9":4}',
    '{"__proto__":{"x":1},"constructor":null}',
  ])('%s is written as it came', (text) => {
    expect(writeJson(parse(text))).toBe(text);
  });

  it('treats __proto__ as a key like any other', () => {
    const value = parse('{"__proto__":{"polluted":true},"a":{"__proto__":1}}');
    expect(isJsonObject(value) && [...value.keys()]).toEqual(['__proto__', 'a']);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(Object.getPrototypeOf(value)).toBe(Map.prototype);
    expect(writeJson(jsonOf(JSON.parse('{"__proto__":{"a":1}}')))).toBe('{"__proto__":{"a":1}}');
  });

  it('tells where marked members of the top-level object stand', () => {
    const text = '{ "é" : [1, {"b": 2}] ,"\\u0062":"x" , "c":{}}';
    const parsed = parseJson(utf8(text), ['é', 'b', 'c', 'd']);
    const found = Array.from(parsed.topLevel, ([key, span]) => [
      key,
      parsed.text.slice(span.start, span.end),
    ]);
    expect(found).toEqual([
      ['é', '[1, {"b": 2}]'],
      ['b', '"x"'],
      ['c', '{}'],
    ]);
    expect(parseJson(utf8('[{"a":1}]'), ['a']).topLevel.size).toBe(0);
  });

  it('gives back the very bytes', () => {
    fc.assert(
      fc.property(jsonText, (text) => {
        expect(utf8(parseJson(utf8(text)).text)).toEqual(utf8(text));
      }),
    );
  });
});

describe('limits', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const spaces = (length: number) => new Uint8Array(length).fill(0x20);
  const zeros = (count: number) => `[${'0,'.repeat(count - 1)}0]`;

  it.each<[string, () => Uint8Array, ErrorCode | 'ok']>([
    ['depth 128', () => utf8(nested(LIMITS.depth)), 'ok'],
    ['depth 129', () => utf8(nested(LIMITS.depth + 1)), 'FRAME_TOO_DEEP'],
    ['depth 129 of objects', () => utf8('{"a":'.repeat(LIMITS.depth + 1)), 'FRAME_TOO_DEEP'],
    ['five million open brackets', () => utf8('['.repeat(5_000_000)), 'FRAME_TOO_DEEP'],
    ['1,000,000 nodes', () => utf8(zeros(LIMITS.nodes - 1)), 'ok'],
    ['1,000,001 nodes', () => utf8(zeros(LIMITS.nodes)), 'FRAME_TOO_MANY_NODES'],
    ['10 MB of [1,1,1…', () => utf8(`[${'1,'.repeat(5_000_000)}`), 'FRAME_TOO_MANY_NODES'],
    ['10 MB of 1,', () => utf8('1,'.repeat(5_000_000)), 'FRAME_NOT_JSON'],
    ['64 MiB', () => Buffer.concat([utf8('1'), spaces(LIMITS.bytes - 1)]), 'ok'],
    ['64 MiB and a byte', () => spaces(LIMITS.bytes + 1), 'FRAME_TOO_LARGE'],
    ['20 MB of escapes', () => utf8(`"${'\\n'.repeat(10_000_000)}"`), 'ok'],
    ['a key twice', () => utf8('{"a":1,"b":2,"a":3}'), 'FRAME_DUPLICATE_KEY'],
    ['a key twice, spelled differently', () => utf8('{"a":1,"\\u0061":3}'), 'FRAME_DUPLICATE_KEY'],
    ['a key twice, deep inside', () => utf8('[{"x":[{"":1,"":{}}]}]'), 'FRAME_DUPLICATE_KEY'],
    ['__proto__ twice', () => utf8('{"__proto__":1,"__proto__":2}'), 'FRAME_DUPLICATE_KEY'],
    ['the same key in two objects', () => utf8('[{"a":{"a":1}},{"a":1}]'), 'ok'],
    ['high surrogate alone', () => utf8('"\\ud83d"'), 'FRAME_LONE_SURROGATE'],
    ['low surrogate alone', () => utf8('{"k\\uDE00":1}'), 'FRAME_LONE_SURROGATE'],
    ['pair the wrong way round', () => utf8('"\\ude00\\ud83d"'), 'FRAME_LONE_SURROGATE'],
    ['high surrogate before another escape', () => utf8('"\\ud83d\\n"'), 'FRAME_LONE_SURROGATE'],
    ['high surrogate before a raw character', () => utf8('"\\ud83d😀"'), 'FRAME_LONE_SURROGATE'],
    ['a pair', () => utf8('"\\ud83d\\ude00"'), 'ok'],
    ['overlong UTF-8', () => Uint8Array.of(0x22, 0xc0, 0xaf, 0x22), 'FRAME_NOT_UTF8'],
    ['a surrogate in UTF-8', () => Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22), 'FRAME_NOT_UTF8'],
    ['UTF-8 cut short', () => Uint8Array.of(0x22, 0xe2, 0x82), 'FRAME_NOT_UTF8'],
  ])('%s', (_, bytes, expected) => {
    expect(outcome(bytes())).toBe(expected);
  });
});

describe('jsonOf', () => {
  it('builds what JSON.stringify would write', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(writeJson(jsonOf(value))).toBe(JSON.stringify(value));
      }),
    );
  });

  it('keeps the order of a Map, spells bigints out and leaves undefined out', () => {
    expect(
      writeJson(
        jsonOf({
          a: new Map([
            ['10', 1n],
            ['2', 2n ** 64n],
          ]),
          b: undefined,
        }),
      ),
    ).toBe('{"a":{"10":1,"2":18446744073709551616}}');
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Symbol('x'), () => 1])('refuses %s', (value) => {
    expect(() => jsonOf(value)).toThrow(expect.objectContaining({code: 'BUG'}));
  });
});
