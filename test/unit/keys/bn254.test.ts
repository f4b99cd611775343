import {createHash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {
  encodeG1,
  encodeG2,
  type G2Point,
  GROUP_ORDER,
  hashToG1,
  isOnG1,
  operatorIdOf,
  passesRegistrationCheck,
  publicKeyG1,
  publicKeys,
  signPoint,
} from '../../../src/lib/keys/bn254.ts';

/** The prime of the base field, from EIP-196. */
const P = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const KEY = 123456789012345678901234567890n;
const digestOf = (text: string): Uint8Array => createHash('sha256').update(text).digest();
const privateKey = fc.bigInt({min: 1n, max: GROUP_ORDER - 1n});

function powMod(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, base % P];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

describe('public keys', () => {
  it('of 1 are the generators of EIP-197, the imaginary part of G2 first', () => {
    expect(publicKeys(1n)).toEqual({
      g1: {x: 1n, y: 2n},
      g2: {
        x: [
          11559732032986387107991004021392285783925812861821192530917403151452391805634n,
          10857046999023057135944570762232829481370756359578518086990519993285655852781n,
        ],
        y: [
          4082367875863433681332203403145435568316851327593401208105741076214120093531n,
          8495653923123431417604973247489272438418190587263600148770280649306958101930n,
        ],
      },
    });
  });

  it('of −1 is the mirror image of 1', () => {
    const last = publicKeys(GROUP_ORDER - 1n);
    expect(last.g1).toEqual({x: 1n, y: P - 2n});
    expect(publicKeyG1(GROUP_ORDER - 1n)).toEqual(last.g1);
  });

  it('give the operator id of the vector', () => {
    expect(operatorIdOf(publicKeys(KEY).g1)).toBe(
      '0x0471a09435ed50abeeef351b051f4f190c4d9202c81f8df6b8e216a8b082b801',
    );
  });

  it('are encoded in 64 and 128 bytes, small coordinates padded', () => {
    const {g1, g2} = publicKeys(1n);
    expect(Buffer.from(encodeG1(g1)).toString('hex')).toBe(`${'0'.repeat(63)}1${'0'.repeat(63)}2`);
    const bytes = Buffer.from(encodeG2(g2));
    expect(bytes).toHaveLength(128);
    expect(bytes.subarray(0, 32).toString('hex')).toBe(g2.x[0].toString(16).padStart(64, '0'));
  });
});

describe('hashToG1', () => {
  it('gives the first x from the digest on that has a root, and the root of the contract', () => {
    fc.assert(
      fc.property(fc.uint8Array({minLength: 32, maxLength: 32}), (digest) => {
        const {x, y} = hashToG1(digest);
        const start = BigInt(`0x${Buffer.from(digest).toString('hex')}`) % P;
        for (let skipped = start; skipped !== x; skipped = (skipped + 1n) % P) {
          expect(powMod(skipped ** 3n + 3n, (P - 1n) / 2n)).toBe(P - 1n); // Euler: not a square
        }
        expect(y).toBe(powMod(x ** 3n + 3n, (P + 1n) / 4n));
        expect((y * y - x ** 3n - 3n) % P).toBe(0n);
      }),
      {numRuns: 50},
    );
  });

  it.each([
    ['p − 1 continues at 0 if need be', P - 1n],
    ['p is 0', P],
    ['2^256 − 1', 2n ** 256n - 1n],
  ])('%s', (_, value) => {
    expect(isOnG1(hashToG1(Buffer.from(value.toString(16).padStart(64, '0'), 'hex')))).toBe(true);
  });
});

describe('the registration check', () => {
  const message = hashToG1(digestOf('message'));

  it('passes for every key and message that belong together, and for no other pair', () => {
    fc.assert(
      fc.property(
        privateKey,
        privateKey,
        fc.uint8Array({minLength: 32, maxLength: 32}),
        (key, other, digest) => {
          fc.pre(key !== other);
          const point = hashToG1(digest);
          const signature = signPoint(key, point);
          expect(passesRegistrationCheck(signature, publicKeys(key), point)).toBe(true);
          expect(passesRegistrationCheck(signature, publicKeys(other), point)).toBe(false);
          const mixed = {g1: publicKeys(key).g1, g2: publicKeys(other).g2};
          expect(passesRegistrationCheck(signature, mixed, point)).toBe(false);
        },
      ),
      {numRuns: 6},
    );
  });

  const keys = publicKeys(KEY);
  const signature = signPoint(KEY, message);
  const infinity = {x: 0n, y: 0n};
  const swapped: G2Point = {x: [keys.g2.x[1], keys.g2.x[0]], y: [keys.g2.y[1], keys.g2.y[0]]};
  const noG2: G2Point = {x: [0n, 0n], y: [0n, 0n]};

  it.each([
    ['another message', signature, keys, hashToG1(digestOf('other'))],
    ['the mirrored signature', {x: signature.x, y: P - signature.y}, keys, message],
    ['a signature off the curve', {x: signature.x, y: signature.y + 1n}, keys, message],
    ['a coordinate that is not reduced', {x: signature.x + P, y: signature.y}, keys, message],
    ['a negative coordinate', {x: signature.x - P, y: signature.y}, keys, message],
    ['no signature', infinity, keys, message],
    ['no public key', infinity, {g1: infinity, g2: noG2}, message],
    ['no key in G2', signature, {g1: keys.g1, g2: noG2}, message],
    ['the halves of G2 in the other order', signature, {g1: keys.g1, g2: swapped}, message],
  ])('fails for %s', (_, sigma, pair, point) => {
    expect(passesRegistrationCheck(sigma, pair, point)).toBe(false);
  });

  it.each([
    ['off the curve', {x: 1n, y: 1n}],
    ['at infinity', infinity],
  ])('a message %s is not signed', (_, point) => {
    expect(() => signPoint(KEY, point)).toThrow(expect.objectContaining({code: 'KEY_SELF_CHECK_FAILED'}));
  });
});
