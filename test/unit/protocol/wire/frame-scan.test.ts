import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {atOnce, inTurns} from '../../../../src/lib/foundation/async/slices.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import type {ErrorCode} from '../../../../src/lib/foundation/errors/table.ts';
import {scanFrame, type ByteSpan, type FrameOutline} from '../../../../src/lib/protocol/wire/frame-scan.ts';
import {isJsonObject, LIMITS, parseJson, writeJson} from '../../../../src/lib/protocol/wire/json.ts';
import {jsonSpace, jsonText} from '../../../support/json-text.ts';

const MIB = 1024 * 1024;
const utf8 = (text: string): Buffer => Buffer.from(text);
const scan = (text: string): FrameOutline => atOnce(scanFrame(utf8(text)));
const textAt = (bytes: Buffer, {start, end}: ByteSpan): string => bytes.toString('utf8', start, end);

/** The code of the error, or 'ok'. Anything but an AosError fails the test. */
function outcome(work: () => unknown): ErrorCode | 'ok' {
  try {
    work();
    return 'ok';
  } catch (error) {
    if (isAosError(error)) return error.code;
    throw error;
  }
}

/** It takes and refuses what the parser does, duplicate keys apart: those are the parser's business. */
function agreesWithParser(bytes: Uint8Array): void {
  const parsed = outcome(() => parseJson(bytes));
  const scanned = outcome(() => atOnce(scanFrame(bytes)));
  if (parsed !== 'FRAME_DUPLICATE_KEY')
    expect([Buffer.from(bytes).toString(), scanned]).toEqual([Buffer.from(bytes).toString(), parsed]);
}

describe('a scan', () => {
  it('agrees with the parser on every spelling of valid JSON, and on damaged JSON', () => {
    const damage = fc.tuple(
      fc.nat(),
      fc.nat({max: 3}),
      fc.constantFrom(
        '',
        ...Array.from('"\\,:{}[]0-.e '),
        'u',
        'true',
        '\u0001',
        '\u00a0',
        '\\ud83d',
        '\\u00',
      ),
    );
    fc.assert(
      fc.property(jsonText, damage, (text, [at, cut, put]) => {
        agreesWithParser(utf8(text));
        const bytes = utf8(text);
        const place = at % (bytes.length + 1);
        agreesWithParser(Buffer.concat([bytes.subarray(0, place), utf8(put), bytes.subarray(place + cut)]));
      }),
      {numRuns: 600},
    );
  });

  it('agrees with the parser on soup of JSON characters and on arbitrary bytes', () => {
    const soup = fc
      .array(
        fc.constantFrom(...Array.from('{}[]",:019.eE+-\\/ub \n'), 'true', 'false', 'null', '"a"', '"b":'),
        {maxLength: 12},
      )
      .map((parts) => utf8(parts.join('')));
    fc.assert(fc.property(soup, agreesWithParser), {numRuns: 1500});
    fc.assert(fc.property(fc.uint8Array({maxLength: 40}), agreesWithParser), {numRuns: 300});
  });

  it('finds the members of the frame and the elements of its params, in bytes', () => {
    const element = fc.tuple(jsonSpace, jsonText, jsonSpace).map((parts) => parts.join(''));
    const key = fc.constantFrom('"params"', '"\\u0070arams"', '"p\\u0061rams"');
    fc.assert(
      fc.property(fc.array(element, {maxLength: 5}), key, jsonText, jsonSpace, (list, name, other, space) => {
        const text = `{"é":${other},${space}${name}${space}:${space}[${list.join(',')}]${space},"z":"ü"}`;
        const bytes = utf8(text);
        const {members, elements} = atOnce(scanFrame(bytes));
        const {value} = parseJson(bytes);
        if (!isJsonObject(value)) throw new Error('the frame is an object');
        expect([...members.keys()]).toEqual([...value.keys()]);
        for (const [member, span] of members)
          expect(writeJson(parseJson(utf8(textAt(bytes, span))).value)).toBe(
            writeJson(value.get(member) ?? null),
          );
        expect(elements?.map((span) => textAt(bytes, span))).toEqual(list.map((one) => one.trim()));
      }),
      {numRuns: 150},
    );
  });

  it('counts what is in an element', () => {
    const {elements} = scan('{"params":[1,{"a":[true,null,"four"],"bb":{}},"ü\\n"]}');
    expect(elements).toMatchObject([
      {nodes: 1, longest: 0},
      {nodes: 6, longest: 4},
      {nodes: 1, longest: 4},
    ]);
  });

  it.each([
    ['params of another type', '{"params":{"a":[1]}}'],
    ['params further in', '{"x":{"params":[1]}}'],
    ['an array at the top', '[{"params":[1]}]'],
    ['no params', '{"id":"1"}'],
    ['null', '{"params":null}'],
  ])('finds no elements in %s', (_name, text) => {
    expect(scan(text).elements).toBeNull();
  });

  it.each([
    ['64 MiB and a byte', () => Buffer.alloc(LIMITS.bytes + 1, 0x20), 'FRAME_TOO_LARGE'],
    ['depth 128', () => utf8('['.repeat(128) + ']'.repeat(128)), 'ok'],
    ['depth 129', () => utf8('['.repeat(129) + ']'.repeat(129)), 'FRAME_TOO_DEEP'],
    ['a million values', () => utf8(`[${'0,'.repeat(LIMITS.nodes - 2)}0]`), 'ok'],
    ['a million and one', () => utf8(`[${'0,'.repeat(LIMITS.nodes - 1)}0]`), 'FRAME_TOO_MANY_NODES'],
    ['a number of 70,000 digits', () => utf8('1'.repeat(70_000)), 'FRAME_NOT_JSON'],
    ['4 MB of escapes', () => utf8(`"${'\\n'.repeat(2_000_000)}"`), 'ok'],
    ['4 MB of white space', () => Buffer.concat([Buffer.alloc(4 * MIB, 0x20), utf8('1')]), 'ok'],
    ['a string that never ends', () => Buffer.alloc(4 * MIB, 0x22).fill(0x61, 1), 'FRAME_NOT_JSON'],
    ['a cut character at the end', () => utf8('"é').subarray(0, 2), 'FRAME_NOT_UTF8'],
  ] as const)('%s: %#', (_name, bytes, expected) => {
    expect(outcome(() => atOnce(scanFrame(bytes())))).toBe(expected);
  });

  it('lets the event loop turn every half MiB, and finds the same', async () => {
    // Characters of 1 to 4 bytes, so that slices end within some.
    const long = 'aé€😀'.repeat(200_000);
    const bytes = utf8(`{"id":"1","params":[{"a":${JSON.stringify(long)}}, "\\n"],"z":1}`);
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    const outline = await inTurns(scanFrame(bytes));
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(Math.floor(bytes.length / (MIB / 2)));
    expect(outline).toEqual(atOnce(scanFrame(bytes)));
    expect(outline.elements?.map((span) => textAt(bytes, span))).toEqual([
      JSON.stringify({a: long}),
      '"\\n"',
    ]);
  });
});
