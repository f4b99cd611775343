import {bn254} from '@noble/curves/bn254.js';
import {malformed} from './members.ts';

/** The field of BN254's coordinates. */
const P = bn254.fields.Fp.ORDER;

/**
 * The points of the perpetual powers of tau that checking a proof needs: both generators, and s·G2, which the published
 * Solidity verifiers of halo2 and ezkl hold too. Coordinates of G2 are c0 and c1 of x, then of y.
 */
const G1 = [1n, 2n];
const G2 = [
  0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6edn,
  0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2n,
  0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daan,
  0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975bn,
];
const S_G2 = [
  0x17944351223333f260ddc3b4af45191b856689eda9eab5cbcddbbe570ce860d2n,
  0x186282957db913abd99f91db59fe69922e95040603ef44c0bd7aa3adeef8f5acn,
  0x297772d34bc9aa8ae56162486363ffe417b02dc7e8c207fc2cc20203e67a02adn,
  0x298adc7396bd3865cbf6d6df91bae406694e6d2215baa893bdeadb63052895f4n,
];

/**
 * The structured reference string of the ceremony, as far as checking a proof needs it: k = 1 as u32, two points of G1 in both
 * bases, G2 and s·G2, 516 bytes. Of the points of G1 a check uses the first alone, so it serves circuits of any size.
 */
export function ceremonySrs(): Uint8Array {
  return srsOf(S_G2);
}

function srsOf(point: readonly bigint[]): Uint8Array {
  const k = Buffer.alloc(4);
  k.writeUInt32LE(1);
  return Buffer.concat([k, ...[G1, G1, G1, G1, G2, point].flat().map(montgomery)]);
}

const COORDINATE = 32;
const POINT_G1 = 2 * COORDINATE;
const POINT_G2 = 4 * COORDINATE;

/**
 * Reads an SRS of any size, and makes the least one of it: with its s·G2 and the generators of the curve. With an SRS of zeros
 * the engine takes every proof, so its points are looked at first.
 * @throws AosError PROOF_MALFORMED
 */
export function readSrs(bytes: Uint8Array): Uint8Array {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < 4 + 2 * POINT_G1 + 2 * POINT_G2 || file.readUInt32LE(0) > 28)
    throw malformed('it is no SRS of halo2');
  if (file.length !== 4 + 2 * POINT_G1 * 2 ** file.readUInt32LE(0) + 2 * POINT_G2)
    throw malformed(`it has ${file.length} bytes, which its size k = ${file.readUInt32LE(0)} does not need`);
  const numbers = (from: number, count: number): bigint[] =>
    Array.from({length: count}, (_, index) =>
      plainOf(file.subarray(from + index * COORDINATE, from + (index + 1) * COORDINATE)),
    );
  const second = file.length - POINT_G2;
  if (String(numbers(4, 2)) !== String(G1)) throw malformed('its first point is not the generator of G1');
  if (String(numbers(second - POINT_G2, 4)) !== String(G2))
    throw malformed('its point of G2 is not the generator');
  const point = numbers(second, 4);
  requirePoint(point);
  return srsOf(point);
}

/** @throws AosError PROOF_MALFORMED: s·G2 is no point, or one whose s anyone knows */
function requirePoint([x0 = 0n, x1 = 0n, y0 = 0n, y1 = 0n]: readonly bigint[]): void {
  let isUsable: boolean;
  try {
    const point = bn254.G2.Point.fromAffine({x: {c0: x0, c1: x1}, y: {c0: y0, c1: y1}});
    point.assertValidity();
    isUsable = !point.is0() && !point.equals(bn254.G2.Point.BASE);
  } catch {
    isUsable = false; // the library says by throwing that a point is none
  }
  if (!isUsable) throw malformed('its s·G2 is no point that a check can use');
}

/** A coordinate as halo2 keeps it in memory: times 2^256, 32 bytes, little endian. */
function montgomery(coordinate: bigint): Uint8Array {
  const hex = ((coordinate << 256n) % P).toString(16).padStart(64, '0');
  return Buffer.from(hex, 'hex').reverse();
}

/** The coordinate that {@link montgomery} made these bytes of. */
function plainOf(bytes: Uint8Array): bigint {
  const number = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
  if (number >= P) throw malformed('a coordinate is not less than the order of the field');
  const {Fp} = bn254.fields;
  return Fp.div(number, Fp.create(1n << 256n));
}
