import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {atOnce} from '../../../../src/lib/foundation/async/slices.ts';
import {isAosError} from '../../../../src/lib/foundation/errors/error.ts';
import {draftEnvelope, parseEnvelope, verifyEnvelope} from '../../../../src/lib/protocol/wire/envelope.ts';
import {readFrame, verifyFrame, type Incoming} from '../../../../src/lib/protocol/wire/frame.ts';
import {toHex} from '../../../../src/lib/protocol/wire/ethereum.ts';
import {keccak256} from '../../../../src/lib/protocol/wire/keccak.ts';
import {parseJson, writeJson} from '../../../../src/lib/protocol/wire/json.ts';
import {OTHER_KEY, signText, TEST_ADDRESS} from '../../../support/envelope-signing.ts';
import {FRAMES} from '../../../support/dispatcher-frames.ts';
import {jsonSpace, jsonText} from '../../../support/json-text.ts';

type Vector = {name: string; text: string; signer: string};
const {vectors} = JSON.parse(
  readFileSync(new URL('../../../vectors/envelope.json', import.meta.url), 'utf8'),
) as {vectors: Vector[]};

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string): Incoming => atOnce(readFrame(utf8(text)));

/** What both ways to read a frame say of its signature, which is the same. */
function verify(frame: Uint8Array) {
  const found = verifyEnvelope(parseEnvelope(frame));
  const incoming = atOnce(readFrame(frame));
  if (incoming.kind === 'request') expect(atOnce(verifyFrame(incoming.frame))).toEqual(found);
  return found;
}

/** 'signed', 'unsigned', 'invalid', or 'refused' when it does not parse (with one of our errors). */
function stateOf(frame: Uint8Array): string {
  try {
    return verify(frame).state;
  } catch (error) {
    if (isAosError(error) && error.code !== 'BUG') return 'refused';
    throw error;
  }
}

/** A frame in any spelling, as text with the values of hash and signature open. */
const template = fc
  .record({
    id: fc.constantFrom('"1"', '"\\u0031"', '"é"', '"\\u00e9"'),
    method: fc.constantFrom('"dispatch_job"', 'null', '"m\\/x"'),
    params: jsonText,
    result: jsonText,
    extra: jsonText,
    order: fc.shuffledSubarray(
      ['id', 'method', 'params', 'result', 'extra', 'address', 'hash', 'signature'],
      {minLength: 8},
    ),
    spaces: fc.array(jsonSpace, {minLength: 34, maxLength: 34}),
    hashKey: fc.constantFrom('"hash"', '"\\u0068ash"'),
  })
  .map(({order, spaces, hashKey, ...values}) => (hash: string, signature: string) => {
    const texts: Record<string, string> = {
      ...values,
      address: `"${TEST_ADDRESS}"`,
      hash: JSON.stringify(hash),
      signature: JSON.stringify(signature),
    };
    const members = order.map((name, i) => {
      const key = name === 'hash' ? hashKey : `"${name}"`;
      return `${spaces[i * 4]!}${key}${spaces[i * 4 + 1]!}:${spaces[i * 4 + 2]!}${texts[name]!}${spaces[i * 4 + 3]!}`;
    });
    return `${spaces[32]!}{${members.join(',')}}${spaces[33]!}`;
  });

const sealed = (write: (hash: string, signature: string) => string, hash?: string): string => {
  const message = utf8(write('', ''));
  return write(hash ?? toHex(keccak256(message)), signText(message));
};

describe('real signed envelopes', () => {
  it.each(vectors)('$name', ({text, signer}) => {
    expect(verify(utf8(text))).toEqual({state: 'signed', signer, hashMatches: true});
    expect(parseEnvelope(utf8(text)).text).toBe(text);
  });

  it('survives being read into a tree and written again', () => {
    for (const {text, signer} of vectors) {
      expect(verify(utf8(writeJson(parseJson(utf8(text)).value)))).toMatchObject({state: 'signed', signer});
    }
  });

  it('fails when 1.0 becomes 1', () => {
    const text = vectors[0]!.text;
    expect(stateOf(utf8(text.replace('"temperature":1.0', '"temperature":1')))).toBe('invalid');
    expect(stateOf(utf8(JSON.stringify(JSON.parse(text))))).toBe('invalid');
  });
});

describe('frames of the published dispatcher', () => {
  it.each(FRAMES.newest.jobs.map((text) => [text]))('a signed job verifies: %#', (text) => {
    const {newest} = FRAMES;
    expect(verify(utf8(text))).toEqual({state: 'signed', signer: newest.signer, hashMatches: true});
    for (const form of [
      (hex: string) => `0x${hex}`,
      (hex: string) => hex.replace(/1b$/, '00').replace(/1c$/, '01'),
    ]) {
      const other = text.replace(
        /"signature":"([0-9a-f]{130})"/,
        (_, hex: string) => `"signature":"${form(hex)}"`,
      );
      expect(other).not.toBe(text);
      expect(verify(utf8(other))).toMatchObject({state: 'signed', signer: newest.signer});
    }
  });

  it('an unsigned job is a request, and reads as unsigned', () => {
    expect(read(FRAMES.head.job)).toMatchObject({kind: 'request', frame: {method: 'dispatch_job'}});
    expect(verify(utf8(FRAMES.head.job))).toEqual({state: 'unsigned'});
  });

  it.each(['head', 'newest'] as const)('a reply of %s is a response to our connect', (version) => {
    const {reply, connectId} = FRAMES[version];
    expect(read(reply)).toEqual({
      kind: 'response',
      id: connectId,
      reply: {code: 200, message: 'success'},
    });
  });
});

describe('what is a response', () => {
  it.each([
    [
      'a refusal without address, hash and signature',
      '{"id":"x","code":403,"message":"not on the list"}',
      403,
    ],
    ['an error member', '{"id":"x","method":null,"error":{"code":-32000,"message":"no"}}', -32000],
    ['a result without a code', '{"id":"x","result":"ok","address":"","hash":"","signature":""}', null],
    ['a code that is no integer', '{"id":"x","result":{"code":1.5}}', null],
  ])('%s', (_name, text, code) => {
    const came = read(text);
    expect(came).toMatchObject({kind: 'response', id: 'x'});
    expect(came.kind === 'response' ? (came.reply?.code ?? null) : 0).toBe(code);
  });

  it.each([
    [
      'a request with a result',
      '{"id":"x","method":"m","result":{"code":1},"address":"","hash":"","signature":""}',
    ],
    [
      'an envelope that says nothing',
      '{"id":"x","method":null,"params":null,"result":null,"address":"","hash":"","signature":""}',
    ],
  ])('%s is none', (_name, text) => {
    expect(read(text).kind).toBe('request');
  });

  it('without an id is an error that names no id: it is never answered', () => {
    expect(() => read('{"code":500,"message":"error"}')).toThrow(
      expect.objectContaining({code: 'ENVELOPE_INVALID', details: {isResponse: true}}),
    );
  });
});

describe('verification over the bytes as received', () => {
  it('holds for any number spelling, escape, key order, white space and nesting', () => {
    fc.assert(
      fc.property(template, (write) => {
        expect(verify(utf8(sealed(write)))).toEqual({
          state: 'signed',
          signer: TEST_ADDRESS,
          hashMatches: true,
        });
      }),
      {numRuns: 300},
    );
  });

  it('does not look at the value of hash, but says whether it matches', () => {
    fc.assert(
      fc.property(template, fc.string({unit: 'grapheme', minLength: 1}), (write, hash) => {
        expect(verify(utf8(sealed(write, hash)))).toEqual({
          state: 'signed',
          signer: TEST_ADDRESS,
          hashMatches: false,
        });
        expect(verify(utf8(sealed(write, '')))).toEqual({
          state: 'signed',
          signer: TEST_ADDRESS,
          hashMatches: true,
        });
      }),
      {numRuns: 100},
    );
  });

  it('takes the signature in any letter case', () => {
    fc.assert(
      fc.property(template, fc.array(fc.boolean(), {minLength: 130, maxLength: 130}), (write, upper) => {
        const message = utf8(write('', ''));
        const signature = Array.from(signText(message), (digit, i) =>
          upper[i] === true ? digit.toUpperCase() : digit,
        ).join('');
        expect(verify(utf8(write('', signature))).state).toBe('signed');
      }),
      {numRuns: 50},
    );
  });

  it('takes the forms of the published programs: 0x before it, and v 00 or 01', () => {
    fc.assert(
      fc.property(template, fc.boolean(), fc.boolean(), (write, prefix, low) => {
        const signature = signText(utf8(write('', '')));
        const v = low ? {'1b': '00', '1c': '01'}[signature.slice(128)] : signature.slice(128);
        const written = `${prefix ? '0x' : ''}${signature.slice(0, 128)}${v}`;
        expect(verify(utf8(write('', written)))).toMatchObject({state: 'signed', signer: TEST_ADDRESS});
      }),
      {numRuns: 40},
    );
  });

  it.each(['02', '1a', '1d', 'ff'])('refuses v %s', (v) => {
    const frame = sealed(
      (hash, signature) =>
        `{"id":"1","method":"m","address":"${TEST_ADDRESS}","hash":"${hash}","signature":"${signature.slice(0, 128)}${signature === '' ? '' : v}"}`,
    );
    expect(verify(utf8(frame)).state).toBe('invalid');
  });

  it('fails for any byte changed, put in or taken out elsewhere', () => {
    const change = fc.tuple(
      fc.constantFrom('change', 'insert', 'delete'),
      fc.nat(),
      fc.oneof(fc.integer({min: 0x20, max: 0x7e}), fc.nat({max: 255})),
    );
    fc.assert(
      fc.property(template, change, (write, [kind, where, byte]) => {
        const frame = utf8(sealed(write, ''));
        const at = where % frame.length;
        const changed = Buffer.concat([
          frame.subarray(0, at),
          kind === 'delete' ? Uint8Array.of() : Uint8Array.of(byte),
          frame.subarray(kind === 'insert' ? at : at + 1),
        ]);
        fc.pre(!isFreeChange(Buffer.from(frame), changed));
        expect(['invalid', 'refused', 'unsigned']).toContain(stateOf(changed));
      }),
      {numRuns: 1500},
    );
  });

  it('fails for every single byte of a real envelope', () => {
    const frame = Buffer.from(vectors[1]!.text);
    for (let at = 0; at < frame.length; at++) {
      for (const byte of [frame[at]! ^ 0x01, frame[at]! ^ 0x20, 0x22, 0x30]) {
        const changed = Buffer.from(frame);
        changed[at] = byte;
        if (isFreeChange(frame, changed)) continue;
        expect(['invalid', 'refused'], `byte ${at} as ${byte}`).toContain(stateOf(changed));
      }
    }
  });

  /** True for a change of nothing but the value of hash (blank in these frames) or letter case in the signature. */
  function isFreeChange(before: Buffer, after: Buffer): boolean {
    const blanked = (frame: Buffer) =>
      frame
        .toString('latin1')
        .replace(/("(?:hash|\\u0068ash)"\s*:\s*)"(?:[^"\\]|\\.)*"/, '$1""')
        .replace(
          /("signature"\s*:\s*")([0-9a-fA-F]{130}")/,
          (_, key: string, value: string) => key + value.toLowerCase(),
        );
    return blanked(before) === blanked(after);
  }

  it('fails for other spellings of the same signature', () => {
    const write = (signature: string) =>
      `{"id":"1","params":[],"address":"${TEST_ADDRESS}","hash":"","signature":"${signature}"}`;
    const signature = signText(utf8(write('')));
    expect(stateOf(utf8(write(signature)))).toBe('signed');
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const twin = (order - BigInt(`0x${signature.slice(64, 128)}`)).toString(16).padStart(64, '0');
    const otherV = signature.endsWith('1b') ? '1c' : '1b';
    const spellings: Record<string, string> = {
      escaped: `\\u00${signature.charCodeAt(0).toString(16)}${signature.slice(1)}`,
      'high s': signature.slice(0, 64) + twin + otherV,
      'other v': signature.slice(0, 128) + otherV,
      'the other v as 0 or 1': signature.slice(0, 128) + (otherV === '1b' ? '00' : '01'),
      'too short': signature.slice(2),
      'too long': `${signature}00`,
      'space in front': ` ${signature}`,
      'not hex': `g${signature.slice(1)}`,
      'r of zero': '0'.repeat(64) + signature.slice(64),
      's of zero': signature.slice(0, 64) + '0'.repeat(64) + signature.slice(128),
      'r beyond the order': 'f'.repeat(64) + signature.slice(64),
    };
    for (const [name, spelling] of Object.entries(spellings))
      expect(stateOf(utf8(write(spelling))), name).toBe('invalid');
  });
});

describe('who signed', () => {
  const write = (address: string, signature: string) =>
    `{"id":"1","params":null,"address":"${address}","hash":"","signature":"${signature}"}`;

  it.each([TEST_ADDRESS, TEST_ADDRESS.toLowerCase(), `0x${TEST_ADDRESS.slice(2).toUpperCase()}`])(
    'address %s compares without letter case',
    (address) => {
      expect(verify(utf8(write(address, signText(utf8(write(address, ''))))))).toMatchObject({
        state: 'signed',
        signer: TEST_ADDRESS,
      });
    },
  );

  it.each(['', 'nobody', TEST_ADDRESS.slice(2), `${TEST_ADDRESS}00`])(
    'address %j with a signature is invalid',
    (address) => {
      expect(stateOf(utf8(write(address, signText(utf8(write(address, ''))))))).toBe('invalid');
    },
  );

  it('refuses a signature of somebody else', () => {
    expect(stateOf(utf8(write(TEST_ADDRESS, signText(utf8(write(TEST_ADDRESS, '')), OTHER_KEY))))).toBe(
      'invalid',
    );
  });

  it('calls a blank signature unsigned, whatever the hash', () => {
    expect(stateOf(utf8('{"id":"1","result":{"code":200},"address":"","hash":"","signature":""}'))).toBe(
      'unsigned',
    );
    expect(stateOf(utf8('{"id":"1","address":"","hash":"00","signature":""}'))).toBe('unsigned');
  });
});

describe('parseEnvelope', () => {
  it('takes a response that leaves method and params out', () => {
    const envelope = parseEnvelope(
      utf8('{"id":"7","result":{"code":200},"address":"","hash":"","signature":""}'),
    );
    expect(envelope).toMatchObject({
      id: '7',
      method: null,
      params: null,
      result: new Map([['code', {text: '200'}]]),
    });
  });

  it('keeps __proto__ away from prototypes', () => {
    const envelope = parseEnvelope(
      utf8('{"__proto__":{"id":"x"},"id":"7","address":"","hash":"","signature":""}'),
    );
    expect(envelope.id).toBe('7');
    expect(stateOf(utf8('{"__proto__":{"id":"x"},"address":"","hash":"","signature":""}'))).toBe('refused');
  });

  const valid = {
    id: '"1"',
    method: 'null',
    params: 'null',
    result: 'null',
    address: '""',
    hash: '""',
    signature: '""',
  };
  const write = (fields: Record<string, string>) =>
    `{${Object.entries(fields)
      .map(([key, text]) => `"${key}":${text}`)
      .join(',')}}`;

  it.each([
    ...['id', 'address', 'hash', 'signature'].flatMap((name) =>
      ['null', '1', 'true', '[]', '{}'].map((text) => [name, text] as const),
    ),
    ...['1', 'false', '[]', '{}'].map((text) => ['method', text] as const),
    ['id', '""'] as const,
  ])('refuses %s: %s', (name, text) => {
    expect(stateOf(utf8(write(valid)))).toBe('unsigned');
    expect(() => parseEnvelope(utf8(write({...valid, [name]: text})))).toThrow(
      expect.objectContaining({
        code: 'ENVELOPE_INVALID',
        details: expect.objectContaining({field: name}) as object,
      }),
    );
  });

  it.each(['id', 'address', 'hash', 'signature'])('refuses a frame without %s', (name) => {
    const fields = Object.fromEntries(Object.entries(valid).filter(([key]) => key !== name));
    expect(() => parseEnvelope(utf8(write(fields)))).toThrow(
      expect.objectContaining({code: 'ENVELOPE_INVALID'}),
    );
  });

  it.each(['[]', 'null', '"x"', '1'])('refuses %s', (text) => {
    expect(() => parseEnvelope(utf8(text))).toThrow(expect.objectContaining({code: 'ENVELOPE_INVALID'}));
  });

  it('tells the id of a refused frame, so that it can be answered', () => {
    expect(() => parseEnvelope(utf8(write({...valid, address: '1'})))).toThrow(
      expect.objectContaining({details: {field: 'address', id: '1'}}),
    );
  });
});

describe('draftEnvelope', () => {
  it('signs, seals, and reads back', () => {
    fc.assert(
      fc.property(
        fc.string({unit: 'grapheme', minLength: 1}),
        fc.option(fc.string({unit: 'grapheme'})),
        jsonText,
        jsonText,
        (id, method, params, result) => {
          const draft = draftEnvelope({id, method, params, result, address: TEST_ADDRESS});
          const frame = draft.seal(signText(draft.message));
          const envelope = parseEnvelope(utf8(frame));
          expect(envelope).toMatchObject({
            id,
            method,
            address: TEST_ADDRESS,
            text: frame,
            params: parseJson(utf8(params)).value,
            result: parseJson(utf8(result)).value,
          });
          expect(verifyEnvelope(envelope)).toEqual({
            state: 'signed',
            signer: TEST_ADDRESS,
            hashMatches: true,
          });
        },
      ),
      {numRuns: 100},
    );
  });

  it('writes the fields compactly and in order', () => {
    const draft = draftEnvelope({
      id: '1',
      method: 'connect',
      params: '[{"a":1.0}]',
      result: 'null',
      address: TEST_ADDRESS,
    });
    const unsigned = `{"id":"1","method":"connect","params":[{"a":1.0}],"result":null,"address":"${TEST_ADDRESS}","hash":"","signature":""}`;
    expect(new TextDecoder().decode(draft.message)).toBe(unsigned);
    const signature = signText(draft.message);
    expect(draft.seal(signature)).toBe(
      unsigned
        .replace('"hash":""', `"hash":"${toHex(keccak256(draft.message))}"`)
        .replace('"signature":""', `"signature":"${signature}"`),
    );
  });

  it.each(['', '0x', 'ab', `0x${'0'.repeat(128)}`])('does not seal with %j', (signature) => {
    const draft = draftEnvelope({id: '1', method: null, params: 'null', result: '{}', address: TEST_ADDRESS});
    expect(() => draft.seal(signature)).toThrow(expect.objectContaining({code: 'BUG'}));
  });
});
