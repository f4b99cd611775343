import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {parseHead} from '../../../../../src/lib/node/operator/http/head.ts';

describe('the head of a request', () => {
  it('has a method, a path without its query, and headers in lower case', () => {
    expect(parseHead('GET /ping?x=1 HTTP/1.1\r\nHost:  here \r\nX-A: 1\r\nx-a: 2\r\nX-Empty:')).toEqual({
      method: 'GET',
      path: '/ping',
      headers: {host: 'here', 'x-a': '1, 2', 'x-empty': ''},
    });
    expect(parseHead('GET / HTTP/1.0')).toEqual({method: 'GET', path: '/', headers: {}});
  });

  it.each([
    '',
    'GET',
    'GET /ping',
    'GET /ping HTTP/2.0',
    'GET  /ping HTTP/1.1',
    'get /ping HTTP/1.1',
    'GET /pi ng HTTP/1.1',
    'GET /ping HTTP/1.1\r\nno colon',
    'GET /ping HTTP/1.1\r\n: no name',
    'GET /ping HTTP/1.1\r\nHost : x',
    'GET /ping HTTP/1.1\r\nHost: x\r\n folded',
  ])('is none: %j', (text) => expect(parseHead(text)).toBeNull());

  it('never throws, and takes __proto__ for a name like others', () => {
    fc.assert(fc.property(fc.string({maxLength: 200}), (text) => void parseHead(text)));
    expect(Object.hasOwn(parseHead('GET / HTTP/1.1\r\n__proto__: x')?.headers ?? {}, '__proto__')).toBe(true);
  });
});
