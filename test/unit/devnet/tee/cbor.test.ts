import {describe, expect, it} from 'vitest';
import {cbor, type Cbor} from '../../../../src/devnet/tee/cbor.ts';

describe('cbor', () => {
  // RFC 8949, appendix A.
  it.each<[Cbor, string]>([
    [0, '00'],
    [23, '17'],
    [24, '1818'],
    [1000, '1903e8'],
    [1_000_000, '1a000f4240'],
    [1_000_000_000_000, '1b000000e8d4a51000'],
    [-1, '20'],
    [-1000, '3903e7'],
    [null, 'f6'],
    ['', '60'],
    ['IETF', '6449455446'],
    ['ü', '62c3bc'],
    [Buffer.from('01020304', 'hex'), '4401020304'],
    [[], '80'],
    [[1, [2, 3], [4, 5]], '8301820203820405'],
    [new Map(), 'a0'],
    [
      new Map<string | number, Cbor>([
        [1, 2],
        [3, 4],
      ]),
      'a201020304',
    ],
  ])('of %j is %s', (value, hex) => {
    expect(cbor(value).toString('hex')).toBe(hex);
  });
});
