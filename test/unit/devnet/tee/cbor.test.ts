import {createPublicKey, verify} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {createAttestor, STAND_IN} from '../../../../src/devnet/tee/attestation.ts';
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

describe('an attestation document of the stand-in', () => {
  it('is signed with the key that it names, over the answer, and trusts no enclave', () => {
    const document = createAttestor()('an answer', 1_795_935_924_741);
    // The list of four, the header, the empty map, and a payload of two bytes of length.
    const start = 1 + 5 + 1;
    const length = document.readUInt16BE(start + 1);
    const payload = document.subarray(start + 3, start + 3 + length);
    const rest = document.subarray(start + 3 + length);
    expect(rest.subarray(0, 2).toString('hex')).toBe('5860');
    const signed = cbor(['Signature1', Buffer.from('a1013822', 'hex'), Buffer.alloc(0), payload]);
    const keyAt = payload.indexOf('public_key') + 'public_key'.length;
    const key = createPublicKey({
      key: payload.subarray(keyAt + 2, keyAt + 2 + 120),
      format: 'der',
      type: 'spki',
    });
    expect(verify('sha384', signed, {key, dsaEncoding: 'ieee-p1363'}, rest.subarray(2))).toBe(true);
    expect(payload.indexOf(STAND_IN)).toBeGreaterThan(0);
    // A register of zeros is that of a debug enclave.
    expect(payload.includes(Buffer.concat([Buffer.from('005830', 'hex'), Buffer.alloc(48)]))).toBe(true);
  });
});
