import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {scanObject} from '../../../../src/lib/protocol/wire/callback-scan.ts';

const scan = (text: string, most = 1_000) => scanObject(Buffer.from(text), 'req_id', most);

describe('the look over a body', () => {
  it.each([
    ['{"req_id":"abc","answer":"x"}', 'abc'],
    ['{ "answer" : "x" , "req_id"\n:\t"abc" }', 'abc'],
    ['{"req_id":"abc","answer":"and then it breaks off', 'abc'],
    ['{"answer":"\\"req_id\\":\\"no\\"","req_id":"yes"}', 'yes'],
    ['{"inner":{"req_id":"no"},"req_id":"yes"}', 'yes'],
    ['{"answer":"\\\\","req_id":"yes"}', 'yes'],
    ['{"answer":"req_id","req_id":"yes"}', 'yes'],
    ['{"x":"req_id", "y": "z"}', null],
    ['[{"req_id":"no"}]', null],
    ['{"req_id":7}', null],
    ['{"req_id":"with \\u0041 escape"}', null],
    ['{"answer":"longer than what has come', null],
    ['', null],
    [`{"req_id":"${'x'.repeat(300)}"}`, null],
  ])('finds the request id in %s', (text, id) => expect(scan(text).text).toBe(id));

  it('finds what JSON.parse finds, in any object', () => {
    const value = fc.dictionary(fc.string(), fc.jsonValue({maxDepth: 3}));
    fc.assert(
      fc.property(value, fc.stringMatching(/^[0-9a-f]{32}$/), (object, id) => {
        const {req_id: _same, ...rest} = object;
        expect(scan(JSON.stringify({...rest, req_id: id}), 1_000_000).text).toBe(id);
      }),
    );
  });

  it('counts values, and ends when there are too many', () => {
    expect(scan('{"a":"1,2,[3]","b":[1,2,3],"c":{}}').values).toBe(7);
    expect(scan(`[${'[],'.repeat(1_000_000)}1]`, 100).values).toBe(101);
    expect(scan('['.repeat(500), 100).values).toBe(101);
  });
});
