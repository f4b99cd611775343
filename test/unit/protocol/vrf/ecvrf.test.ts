import {readFileSync} from 'node:fs';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {loadVrf} from '../../../../src/lib/protocol/vrf/ecvrf.ts';
import * as reference from '../../../support/ecvrf-noble.ts';

type Vector = {sk: string; pk: string; alpha: string; pi: string; beta: string};

const vectorFile = new URL('../../../vectors/ecvrf.json', import.meta.url);
const {vectors} = JSON.parse(readFileSync(vectorFile, 'utf8')) as {vectors: Vector[]};
const vrf = await loadVrf();
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const hex = (value: Uint8Array | null) => (value === null ? null : Buffer.from(value).toString('hex'));

const seeds = fc.uint8Array({minLength: 32, maxLength: 32});
const alphas = fc.uint8Array({maxLength: 200});
const SEED = new Uint8Array(32).fill(7);
const ALPHA = new TextEncoder().encode('alpha');
const PUBLIC_KEY = vrf.publicKey(SEED);
const {proof: PROOF, beta: BETA} = vrf.prove(SEED, ALPHA);

/** All points whose order divides 8, and two of their other spellings. */
const LOW_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
];

function withPart(offset: number, part: Uint8Array): Uint8Array {
  const changed = PROOF.slice();
  changed.set(part, offset);
  return changed;
}

describe('the vectors of the draft', () => {
  it.each(vectors)('alpha "$alpha"', ({sk, pk, alpha, pi, beta}) => {
    const proved = vrf.prove(bytes(sk), bytes(alpha));
    expect(hex(vrf.publicKey(bytes(sk)))).toBe(pk);
    expect(hex(proved.proof)).toBe(pi);
    expect(hex(proved.beta)).toBe(beta);
    expect(hex(vrf.verify(bytes(pk), bytes(alpha), bytes(pi)))).toBe(beta);
  });

  it('hold for a prover that keeps its key expanded', () => {
    const {sk, pk} = vectors[0]!;
    const prover = vrf.prover(bytes(sk));
    expect(prover.publicKey).toBe(pk);
    for (const {pi} of [vectors[0]!, vectors[0]!]) expect(hex(prover.prove(bytes('')).proof)).toBe(pi);
  });
});

describe('against an independent implementation', () => {
  it('proves and verifies the same', () => {
    fc.assert(
      fc.property(seeds, alphas, (seed, alpha) => {
        const ours = vrf.prove(seed, alpha);
        const theirs = reference.prove(seed, alpha);
        expect(hex(vrf.publicKey(seed))).toBe(hex(reference.publicKey(seed)));
        expect(hex(ours.proof)).toBe(hex(theirs.proof));
        expect(hex(ours.beta)).toBe(hex(theirs.beta));
        expect(hex(reference.verify(vrf.publicKey(seed), alpha, ours.proof))).toBe(hex(ours.beta));
        expect(hex(vrf.verify(vrf.publicKey(seed), alpha, theirs.proof))).toBe(hex(theirs.beta));
      }),
      {numRuns: 12},
    );
  });

  it('judges damaged proofs the same', () => {
    fc.assert(
      fc.property(fc.nat(79), fc.integer({min: 1, max: 255}), (index, mask) => {
        const damaged = PROOF.map((byte, at) => (at === index ? byte ^ mask : byte));
        expect(reference.verify(PUBLIC_KEY, ALPHA, damaged)).toBeNull();
        expect(vrf.verify(PUBLIC_KEY, ALPHA, damaged)).toBeNull();
      }),
      {numRuns: 12},
    );
  });
});

describe('verify', () => {
  it('accepts a proof for its own key and input alone', () => {
    const other = vrf.publicKey(new Uint8Array(32).fill(8));
    expect(hex(vrf.verify(PUBLIC_KEY, ALPHA, PROOF))).toBe(hex(BETA));
    expect(vrf.verify(other, ALPHA, PROOF)).toBeNull();
    expect(vrf.verify(PUBLIC_KEY, new TextEncoder().encode('Alpha'), PROOF)).toBeNull();
  });

  it('refuses any changed bit', () => {
    fc.assert(
      fc.property(fc.nat(80 * 8 - 1), (bit) => {
        const damaged = PROOF.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
        expect(vrf.verify(PUBLIC_KEY, ALPHA, damaged)).toBeNull();
      }),
    );
  });

  it('is total over any bytes', () => {
    const any = fc.uint8Array({maxLength: 100});
    fc.assert(fc.property(any, any, any, (key, alpha, proof) => vrf.verify(key, alpha, proof) === null));
    const whole = fc.uint8Array({minLength: 80, maxLength: 80});
    fc.assert(fc.property(seeds, whole, (key, proof) => vrf.verify(key, ALPHA, proof) === null));
  });

  it.each(LOW_ORDER)('refuses the low-order point %s as key and as Gamma', (point) => {
    expect(vrf.verify(bytes(point), ALPHA, PROOF)).toBeNull();
    expect(vrf.verify(PUBLIC_KEY, ALPHA, withPart(0, bytes(point)))).toBeNull();
  });

  it('refuses a proof whose Gamma left the prime-order group, though the equations hold', () => {
    const crafted = reference.proveWithTorsion(SEED, ALPHA);
    expect(hex(reference.verify(PUBLIC_KEY, ALPHA, crafted))).toBe(hex(BETA));
    expect(vrf.verify(PUBLIC_KEY, ALPHA, crafted)).toBeNull();
  });

  it('refuses a second spelling of s', () => {
    const s = reference.littleEndian(PROOF.slice(48));
    for (const spelling of [s + reference.ORDER, s + 2n ** 255n]) {
      expect(vrf.verify(PUBLIC_KEY, ALPHA, withPart(48, reference.toBytes(spelling, 32)))).toBeNull();
    }
  });

  it('refuses zero for c and for s', () => {
    expect(vrf.verify(PUBLIC_KEY, ALPHA, withPart(32, new Uint8Array(16)))).toBeNull();
    expect(vrf.verify(PUBLIC_KEY, ALPHA, withPart(48, new Uint8Array(32)))).toBeNull();
  });

  it.each([0, 79, 81, 160])('refuses a proof of %i bytes', (length) => {
    const resized = new Uint8Array(length);
    resized.set(PROOF.subarray(0, length));
    expect(vrf.verify(PUBLIC_KEY, ALPHA, resized)).toBeNull();
  });
});

it.each([0, 31, 33, 64])('a seed of %i bytes is refused', (length) => {
  expect(() => vrf.prover(new Uint8Array(length))).toThrow(
    expect.objectContaining({code: 'VRF_KEY_INVALID'}),
  );
});
