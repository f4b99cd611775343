import {bn254} from '@noble/curves/bn254.js';
import {encodePacked, keccak256, type Hex} from 'viem';

/** BN254 as the contracts have it, by @noble/curves alone: a second opinion. */
export type G1 = {X: bigint; Y: bigint};
export type G2 = {X: readonly [bigint, bigint]; Y: readonly [bigint, bigint]};

const {Fp} = bn254.fields;
const Point = bn254.G1.Point;

export function hashToG1(digest: Hex): G1 {
  for (let x = Fp.create(BigInt(digest)); ; x = Fp.create(x + 1n)) {
    const square = Fp.create(x * x * x + 3n);
    const y = Fp.pow(square, (Fp.ORDER + 1n) / 4n);
    if (Fp.sqr(y) === square) return {X: x, Y: y};
  }
}

export function keysOf(secret: bigint): {g1: G1; g2: G2; id: Hex} {
  const one = Point.BASE.multiply(secret).toAffine();
  const two = bn254.G2.Point.BASE.multiply(secret).toAffine();
  const g1 = {X: one.x, Y: one.y};
  const g2 = {X: [two.x.c1, two.x.c0], Y: [two.y.c1, two.y.c0]} as const;
  return {g1, g2, id: keccak256(encodePacked(['uint256', 'uint256'], [g1.X, g1.Y]))};
}

export function signG1(secret: bigint, message: G1): G1 {
  const {x, y} = Point.fromAffine({x: message.X, y: message.Y}).multiply(secret).toAffine();
  return {X: x, Y: y};
}

/** The third argument of RegistryCoordinator.registerOperator. */
export function registrationParams(secret: bigint, message: G1) {
  const {g1, g2} = keysOf(secret);
  return {pubkeyRegistrationSignature: signG1(secret, message), pubkeyG1: g1, pubkeyG2: g2};
}
