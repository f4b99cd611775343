import {bn254} from '@noble/curves/bn254.js';
import {AosError} from '../foundation/errors/error.ts';
import {keccak256} from '../protocol/wire/keccak.ts';
import {bytesOf, numberOf} from './big-endian.ts';

/** A point of G1 as in the contracts; (0, 0) is the point at infinity. */
export type G1Point = {readonly x: bigint; readonly y: bigint};
/** A point of G2 as in the contracts: each coordinate is [c1, c0], imaginary part first (EIP-197). */
export type G2Point = {readonly x: readonly [bigint, bigint]; readonly y: readonly [bigint, bigint]};
/** Both public keys of one private key. */
export type BlsPublicKeys = {readonly g1: G1Point; readonly g2: G2Point};

const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
const {Fp, Fp2, Fp12} = bn254.fields;
/** Order r of the groups: private keys are 1 … r − 1. */
export const GROUP_ORDER: bigint = bn254.fields.Fr.ORDER;

/** The public keys of a private key (1 … r − 1), in G1 and in G2. */
export function publicKeys(privateKey: bigint): BlsPublicKeys {
  const g2 = G2.BASE.multiply(privateKey).toAffine();
  return {g1: publicKeyG1(privateKey), g2: {x: [g2.x.c1, g2.x.c0], y: [g2.y.c1, g2.y.c0]}};
}

/** The public key of a private key (1 … r − 1) in G1 alone: the one in G2 takes six times as long. */
export function publicKeyG1(privateKey: bigint): G1Point {
  return pointOf(G1.BASE.multiply(privateKey));
}

/**
 * Maps a 32-byte digest to G1 by try-and-increment, like `BN254.hashToG1` of eigenlayer-middleware: x counts up from
 * digest mod p until x³ + 3 has a root y = (x³ + 3)^((p + 1) / 4). A try succeeds with probability 1/2.
 */
export function hashToG1(digest: Uint8Array): G1Point {
  for (let x = Fp.create(numberOf(digest)); ; x = Fp.create(x + 1n)) {
    const beta = Fp.add(Fp.pow(x, 3n), 3n);
    const y = Fp.pow(beta, (Fp.ORDER + 1n) / 4n);
    if (Fp.sqr(y) === beta) return {x, y};
  }
}

/**
 * Signs a message that is a point of G1 (from {@link hashToG1} or from the contract): message · private key.
 * @throws AosError KEY_SELF_CHECK_FAILED when `message` is not a point of the curve
 */
export function signPoint(privateKey: bigint, message: G1Point): G1Point {
  const point = g1Of(message);
  if (point === null || point.is0()) {
    throw new AosError('KEY_SELF_CHECK_FAILED', 'the message to sign is not a point of the curve BN254');
  }
  return pointOf(point.multiply(privateKey));
}

/**
 * Runs the check of `BLSApkRegistry.registerBLSPublicKey`: with γ = keccak256(σ ‖ pk1 ‖ pk2 ‖ H) mod r,
 * e(σ + γ·pk1, −G2) · e(H + γ·G1, pk2) = 1. True only when σ = H·sk and pk1 and pk2 belong to the same sk ≠ 0.
 * Points off the curve or out of their group give false (the contract burns all gas on them).
 */
export function passesRegistrationCheck(signature: G1Point, keys: BlsPublicKeys, message: G1Point): boolean {
  const [sigma, pk1, h, pk2] = [g1Of(signature), g1Of(keys.g1), g1Of(message), g2Of(keys.g2)];
  if (sigma === null || pk1 === null || h === null || pk2 === null || pk1.is0() || pk2.is0()) return false;
  const bytes = [encodeG1(signature), encodeG1(keys.g1), encodeG2(keys.g2), encodeG1(message)];
  const gamma = numberOf(keccak256(Buffer.concat(bytes))) % GROUP_ORDER;
  const left = sigma.add(pk1.multiplyUnsafe(gamma));
  const right = h.add(G1.BASE.multiplyUnsafe(gamma));
  // The library refuses infinity in a pairing; e(0, ·) is 1.
  const pairs = [
    {g1: left, g2: G2.BASE.negate()},
    {g1: right, g2: pk2},
  ].filter((pair) => !pair.g1.is0());
  return Fp12.eql(bn254.pairingBatch(pairs), Fp12.ONE);
}

/** X ‖ Y, 64 bytes, uncompressed. */
export function encodeG1(point: G1Point): Uint8Array {
  return Buffer.concat([point.x, point.y].map(bytesOf));
}

/** X.c1 ‖ X.c0 ‖ Y.c1 ‖ Y.c0, 128 bytes (EIP-197). */
export function encodeG2(point: G2Point): Uint8Array {
  return Buffer.concat([...point.x, ...point.y].map(bytesOf));
}

/** The operator's id at the registry: keccak256(G1.X ‖ G1.Y), 0x and 64 hex digits. */
export function operatorIdOf(g1: G1Point): string {
  return `0x${Buffer.from(keccak256(encodeG1(g1))).toString('hex')}`;
}

/** True for a point of the curve other than infinity. */
export function isOnG1(point: G1Point): boolean {
  const found = g1Of(point);
  return found !== null && !found.is0();
}

type Projective = InstanceType<typeof G1>;

function pointOf(point: Projective): G1Point {
  const {x, y} = point.toAffine();
  return {x, y};
}

/** Null when the coordinates are out of the field or not on the curve. */
function g1Of({x, y}: G1Point): Projective | null {
  try {
    if (x === 0n && y === 0n) return G1.ZERO;
    if (!Fp.isValid(x) || !Fp.isValid(y)) return null;
    const point = G1.fromAffine({x, y});
    point.assertValidity();
    return point;
  } catch {
    return null; // assertValidity reports an invalid point by throwing
  }
}

function g2Of({x, y}: G2Point): InstanceType<typeof G2> | null {
  try {
    const affine = {x: {c0: x[1], c1: x[0]}, y: {c0: y[1], c1: y[0]}};
    if (![...x, ...y].every((part) => Fp.isValid(part))) return null;
    if (Fp2.is0(affine.x) && Fp2.is0(affine.y)) return G2.ZERO;
    const point = G2.fromAffine(affine);
    point.assertValidity(); // checks the subgroup too: not every point of the curve of G2 is in it
    return point;
  } catch {
    return null; // assertValidity reports an invalid point by throwing
  }
}
