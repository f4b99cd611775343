import {ed25519} from '@noble/curves/ed25519.js';
import {sha512} from '@noble/hashes/sha2.js';

/**
 * ECVRF-ED25519-SHA512-TAI written straight from draft-irtf-cfrg-vrf-04 on other arithmetic than the product's: the
 * reference that the fast one is compared with. Slow, and not constant in time.
 */

type Point = InstanceType<typeof ed25519.Point>;

const {BASE, ZERO} = ed25519.Point;
export const ORDER = ed25519.Point.Fn.ORDER;
const SUITE = 3;

export function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((value, byte) => value * 256n + BigInt(byte), 0n);
}

export function toBytes(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({length}, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

function times(point: Point, scalar: bigint): Point {
  const reduced = ((scalar % ORDER) + ORDER) % ORDER;
  return reduced === 0n ? ZERO : point.multiplyUnsafe(reduced);
}

function expand(seed: Uint8Array): {x: bigint; prefix: Uint8Array; publicKey: Uint8Array} {
  const digest = sha512(seed);
  const low = digest.slice(0, 32);
  low[0]! &= 248;
  low[31]! &= 127;
  low[31]! |= 64;
  const x = littleEndian(low);
  return {x, prefix: digest.slice(32), publicKey: times(BASE, x).toBytes()};
}

function hashToCurve(publicKey: Uint8Array, alpha: Uint8Array): Point {
  for (let counter = 0; counter < 256; counter++) {
    const hash = sha512(Uint8Array.from([SUITE, 1, ...publicKey, ...alpha, counter]));
    try {
      const point = ed25519.Point.fromBytes(hash.slice(0, 32)).clearCofactor();
      if (!point.equals(ZERO)) return point;
    } catch {
      // not a point: the next counter
    }
  }
  throw new Error('no point');
}

function challenge(...points: Point[]): bigint {
  const bytes = points.flatMap((point) => [...point.toBytes()]);
  return littleEndian(sha512(Uint8Array.from([SUITE, 2, ...bytes])).slice(0, 16));
}

function proofToHash(gamma: Point): Uint8Array {
  return sha512(Uint8Array.from([SUITE, 3, ...gamma.clearCofactor().toBytes()]));
}

export function publicKey(seed: Uint8Array): Uint8Array {
  return expand(seed).publicKey;
}

export function prove(seed: Uint8Array, alpha: Uint8Array): {proof: Uint8Array; beta: Uint8Array} {
  const {x, prefix, publicKey} = expand(seed);
  const h = hashToCurve(publicKey, alpha);
  const gamma = times(h, x);
  const k = littleEndian(sha512(Uint8Array.from([...prefix, ...h.toBytes()]))) % ORDER;
  const c = challenge(h, gamma, times(BASE, k), times(h, k));
  const s = (k + c * x) % ORDER;
  return {
    proof: Uint8Array.from([...gamma.toBytes(), ...toBytes(c, 16), ...toBytes(s, 32)]),
    beta: proofToHash(gamma),
  };
}

/** A proof that the draft's equations accept, whose Gamma carries a point of order 8: only a dishonest prover makes one. */
export function proveWithTorsion(seed: Uint8Array, alpha: Uint8Array): Uint8Array {
  const {x, publicKey} = expand(seed);
  const h = hashToCurve(publicKey, alpha);
  const torsion = ed25519.Point.fromBytes(Uint8Array.from(Buffer.from(ORDER_8, 'hex')));
  const gamma = times(h, x).add(torsion);
  for (let k = 1n; ; k++) {
    const c = challenge(h, gamma, times(BASE, k), times(h, k));
    // c·torsion vanishes for one nonce in eight.
    if (c % 8n !== 0n) continue;
    return Uint8Array.from([...gamma.toBytes(), ...toBytes(c, 16), ...toBytes((k + c * x) % ORDER, 32)]);
  }
}

const ORDER_8 = 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a';

export function verify(publicKey: Uint8Array, alpha: Uint8Array, proof: Uint8Array): Uint8Array | null {
  try {
    const y = ed25519.Point.fromBytes(publicKey);
    const gamma = ed25519.Point.fromBytes(proof.slice(0, 32));
    const c = littleEndian(proof.slice(32, 48));
    const s = littleEndian(proof.slice(48));
    if (s >= ORDER || y.isSmallOrder()) return null;
    const h = hashToCurve(publicKey, alpha);
    const u = times(BASE, s).subtract(times(y, c));
    const v = times(h, s).subtract(times(gamma, c));
    return challenge(h, gamma, u, v) === c ? proofToHash(gamma) : null;
  } catch {
    return null;
  }
}
