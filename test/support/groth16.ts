import {bn254} from '@noble/curves/bn254.js';

const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
const {Fr} = bn254.fields;

/** A setup whose secrets are known, so that a proof of any signals is made without a circuit: what a trusted setup prevents. */
const SECRETS = {alpha: 3n, beta: 5n, gamma: 7n, delta: 11n};

type PointG1 = InstanceType<typeof G1>;
type PointG2 = InstanceType<typeof G2>;

export const pointG1 = (point: PointG1): string[] => {
  const {x, y} = point.toAffine();
  return [String(x), String(y), '1'];
};
export const pointG2 = (point: PointG2): string[][] => {
  const {x, y} = point.toAffine();
  return [
    [String(x.c0), String(x.c1)],
    [String(y.c0), String(y.c1)],
    ['1', '0'],
  ];
};

/** The secret behind IC[index]. */
const icOf = (index: number): bigint => 100n + BigInt(index);

/** verification_key.json as snarkjs writes it. */
export function groth16Key(signals: number): Record<string, unknown> {
  return {
    protocol: 'groth16',
    curve: 'bn128',
    nPublic: signals,
    vk_alpha_1: pointG1(G1.BASE.multiply(SECRETS.alpha)),
    vk_beta_2: pointG2(G2.BASE.multiply(SECRETS.beta)),
    vk_gamma_2: pointG2(G2.BASE.multiply(SECRETS.gamma)),
    vk_delta_2: pointG2(G2.BASE.multiply(SECRETS.delta)),
    IC: Array.from({length: signals + 1}, (_, index) => pointG1(G1.BASE.multiply(icOf(index)))),
  };
}

export type Groth16File = {
  proof: {pi_a: string[]; pi_b: string[][]; pi_c: string[]; protocol: string; curve: string};
  publicSignals: string[];
};

/** `{proof, publicSignals}` as fullProve of snarkjs gives. @param random any two scalars */
export function groth16Proof(signals: readonly bigint[], random: [bigint, bigint] = [17n, 19n]): Groth16File {
  const [a, b] = random;
  const {alpha, beta, gamma, delta} = SECRETS;
  const stated = signals.reduce((sum, signal, index) => sum + signal * icOf(index + 1), icOf(0));
  const c = Fr.div(Fr.create(a * b - alpha * beta - stated * gamma), delta);
  return {
    proof: {
      pi_a: pointG1(G1.BASE.multiply(a)),
      pi_b: pointG2(G2.BASE.multiply(b)),
      pi_c: pointG1(G1.BASE.multiply(c)),
      protocol: 'groth16',
      curve: 'bn128',
    },
    publicSignals: signals.map(String),
  };
}
