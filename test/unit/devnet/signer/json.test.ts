import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {firstValue, readRpc, textOf} from '../../../../src/devnet/signer/json.ts';
import {writeJson} from '../../../../src/lib/protocol/wire/json.ts';

const request = (more: string): Buffer => Buffer.from(`{"jsonrpc":"2.0","method":"m"${more}}`);

describe('JSON as Web3Signer reads it', () => {
  it('is what was written, numbers in their spelling', () => {
    fc.assert(
      fc.property(fc.json({maxDepth: 5}), (text) => {
        const value = firstValue(text);
        expect(value).toBeDefined();
        if (value !== undefined) expect(JSON.parse(writeJson(value))).toEqual(JSON.parse(text));
      }),
    );
    expect(firstValue('[1.0,-0,1e3]')).toEqual([{text: '1.0'}, {text: '-0'}, {text: '1e3'}]);
  });

  it.each(['{} and more', '\ufeff{}', ' \n{}{"a":1}', '{"a":1,"a":2}'])('takes %j', (text) => {
    expect(firstValue(text)).toBeInstanceOf(Map);
  });

  it.each([
    '',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '[1 2]',
    'tru',
    'NaN',
    `${'['.repeat(1_001)}${']'.repeat(1_001)}`,
    '1'.repeat(1_001),
  ])('refuses what is malformed, too deep or too long', (text) => {
    expect(firstValue(text)).toBeUndefined();
  });

  it('takes numbers and booleans for their text', () => {
    expect([textOf({text: '5'}), textOf(true), textOf('x')]).toEqual(['5', 'true', 'x']);
    expect([textOf(null), textOf([]), textOf(new Map()), textOf(undefined)]).toEqual(
      new Array(4).fill(undefined),
    );
  });

  it.each([
    ['', 'null'],
    [',"id":null', 'null'],
    [',"id":"a\\u0007/"', '"a\\u0007/"'],
    [',"id":123456789012345678901234567890', '123456789012345678901234567890'],
    [',"id":-0', '0'],
    [',"id":-0.0', '-0.0'],
    [',"id":1.0', '1.0'],
    [',"id":1e3', '1000.0'],
    [',"id":1e7', '1.0E7'],
    [',"id":1.25e-9', '1.25E-9'],
    [',"id":1,"id":2', '2'],
  ])('repeats the id of %s', (more, id) => {
    expect(readRpc(request(more))).toMatchObject({id});
  });

  it('has no request in invalid UTF-8, a list, null, an id that is none, or another member', () => {
    expect(readRpc(Buffer.from([0x7b, 0xff, 0x7d]))).toBe('malformed');
    expect(readRpc(Buffer.from('[]'))).toBe('malformed');
    expect(readRpc(Buffer.from('null'))).toBe('null');
    for (const more of [',"id":true', ',"id":[]', ',"x":1']) expect(readRpc(request(more))).toBe('malformed');
    expect(readRpc(Buffer.from('{"jsonrpc":{},"method":"m"}'))).toBe('malformed');
    expect(readRpc(Buffer.from('{"jsonrpc":2.0,"method":5}'))).toMatchObject({jsonrpc: '2.0', method: '5'});
  });
});
