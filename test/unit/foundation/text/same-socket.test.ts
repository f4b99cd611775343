import {describe, expect, it} from 'vitest';
import {sameSocket} from '../../../../src/lib/foundation/text/same-socket.ts';

describe('two sockets', () => {
  it.each([
    ['http://203.0.113.7:21001', '203.0.113.7:21001', true],
    ['http://Node.example.org:21001/', 'https://node.example.org:21001', true],
    ['http://203.0.113.7:21001', 'http://203.0.113.9:21001', false],
    ['http://203.0.113.7:21001', 'http://203.0.113.7:21002', false],
    ['', 'http://203.0.113.7:21001', false],
  ])('%s and %s', (one, other, expected) => {
    expect(sameSocket(one, other)).toBe(expected);
    expect(sameSocket(other, one)).toBe(expected);
  });
});
