import {bn254} from '@noble/curves/bn254.js';
import fc from 'fast-check';
import {describe, expect, it} from 'vitest';
import {R} from '../../../../src/lib/protocol/zk/judging/field.ts';
import {
  groth16Mark,
  readGroth16Key,
  readGroth16Statement,
  verifiesGroth16,
} from '../../../../src/lib/protocol/zk/judging/groth16.ts';
import {groth16Key, groth16Proof, type Groth16File} from '../../../support/groth16.ts';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const key = readGroth16Key(bytes(groth16Key(2)));
const holds = (file: Groth16File): boolean => verifiesGroth16(key, readGroth16Statement(bytes(file), null));

/** A point of the twist that is outside of the group of order r. */
function outsideG2(): string[][] {
  const {Fp2} = bn254.fields;
  const {b} = bn254.G2.Point.CURVE();
  for (let c0 = 1n; ; c0 += 1n) {
    const x = Fp2.fromBigTuple([c0, 0n]);
    try {
      const y = Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), b));
      return [
        [String(x.c0), String(x.c1)],
        [String(y.c0), String(y.c1)],
        ['1', '0'],
      ];
    } catch {
      continue; // no root: no point has this x
    }
  }
}

describe('a Groth16 proof', () => {
  it('holds for its signals and for no others', () => {
    const file = groth16Proof([4n, 9n]);
    expect(holds(file)).toBe(true);
    expect(holds({...file, publicSignals: ['9', '4']})).toBe(false);
    expect(holds({...file, publicSignals: ['4', '10']})).toBe(false);
    expect(holds({...file, proof: groth16Proof([4n, 10n]).proof})).toBe(false);
  });

  it('is the same statement when it is made anew: anyone can', () => {
    const [one, two] = [groth16Proof([4n, 9n]), groth16Proof([4n, 9n], [23n, 29n])];
    expect(holds(two)).toBe(true);
    const marks = [one, two].map((file) => groth16Mark('vk', readGroth16Statement(bytes(file), null)));
    expect(marks[0]).toBe(marks[1]);
  });

  it('may have its signals in a file of its own', () => {
    const {proof, publicSignals} = groth16Proof([1n, 2n]);
    expect(verifiesGroth16(key, readGroth16Statement(bytes(proof), bytes(publicSignals)))).toBe(true);
  });

  it('is never taken after a change of a number', () => {
    const file = groth16Proof([4n, 9n]);
    fc.assert(
      fc.property(fc.nat({max: 9}), fc.bigInt(1n, R - 1n), (at, by) => {
        const numbers = JSON.stringify(file).match(/"\d{2,}"|"4"|"9"/g) ?? [];
        const old = numbers[at] ?? '';
        const next = `"${(BigInt(old.slice(1, -1)) + by).toString()}"`;
        const text = JSON.stringify(file).replace(old, next);
        let verdict: boolean | string;
        try {
          verdict = verifiesGroth16(key, readGroth16Statement(Buffer.from(text), null));
        } catch (error) {
          verdict = (error as {code: string}).code;
        }
        expect([false, 'PROOF_MALFORMED']).toContain(verdict);
      }),
      {numRuns: 12},
    );
  });
});

describe('what is no Groth16 proof', () => {
  const file = groth16Proof([4n, 9n]);
  it.each<[string, unknown, string]>([
    ['a signal plus the order', {...file, publicSignals: ['4', String(9n + R)]}, 'PROOF_MALFORMED'],
    ['a negative signal', {...file, publicSignals: ['4', '-9']}, 'PROOF_MALFORMED'],
    ['one signal less', {...file, publicSignals: ['4']}, 'PROOF_MALFORMED'],
    ['a point off the curve', {...file, proof: {...file.proof, pi_a: ['1', '3', '1']}}, 'PROOF_MALFORMED'],
    ['infinity', {...file, proof: {...file.proof, pi_a: ['0', '1', '0']}}, 'PROOF_MALFORMED'],
    ['zero', {...file, proof: {...file.proof, pi_a: ['0', '0', '1']}}, 'PROOF_MALFORMED'],
    ['a point outside of its group', {...file, proof: {...file.proof, pi_b: outsideG2()}}, 'PROOF_MALFORMED'],
    ['PLONK', {...file, proof: {...file.proof, protocol: 'plonk'}}, 'PROOF_SETTINGS_UNTRIED'],
    ['another curve', {...file, proof: {...file.proof, curve: 'bls12381'}}, 'PROOF_SETTINGS_UNTRIED'],
  ])('is refused: %s', (_, value, code) => {
    expect(() => verifiesGroth16(key, readGroth16Statement(bytes(value), null))).toThrow(
      expect.objectContaining({code}),
    );
  });

  it('is refused as a key: PLONK, a point too few', () => {
    const plonk = {...groth16Key(2), protocol: 'plonk'};
    expect(() => readGroth16Key(bytes(plonk))).toThrow(
      expect.objectContaining({code: 'PROOF_SETTINGS_UNTRIED'}),
    );
    expect(() => readGroth16Key(bytes({...groth16Key(2), nPublic: 3}))).toThrow('IC has 3 points');
  });
});
