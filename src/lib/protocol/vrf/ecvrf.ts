import {hash} from 'node:crypto';
import sodium from 'libsodium-wrappers-sumo';
import {AosError} from '../../foundation/errors/error.ts';

/** A proof (80 bytes: Gamma 32 ‖ c 16 ‖ s 32) and the random value it proves (64 bytes). */
export type VrfProof = {proof: Uint8Array; beta: Uint8Array};

/** Proves with one key. */
export type Prover = {
  /** ed25519 public key, 64 lower-case hex digits. */
  readonly publicKey: string;
  prove(alpha: Uint8Array): VrfProof;
};

/** ECVRF-ED25519-SHA512-TAI of draft-irtf-cfrg-vrf-04 (suite 0x03); not RFC 9381, whose challenge hashes more. */
export type Vrf = {
  /** The ed25519 public key (32 bytes) of a 32-byte seed. */
  publicKey(seed: Uint8Array): Uint8Array;
  prove(seed: Uint8Array, alpha: Uint8Array): VrfProof;
  /** Same as `prove`, with the key expanded once: for many proofs with one key. */
  prover(seed: Uint8Array): Prover;
  /**
   * Returns beta (64 bytes) when `proof` is valid, else null. Keys and Gammas outside the prime-order group are
   * refused; an honest prover makes none.
   */
  verify(publicKey: Uint8Array, alpha: Uint8Array, proof: Uint8Array): Uint8Array | null;
};

const SUITE = 0x03;
const HASH_TO_CURVE = Uint8Array.of(SUITE, 0x01);
const HASH_POINTS = Uint8Array.of(SUITE, 0x02);
const PROOF_TO_HASH = Uint8Array.of(SUITE, 0x03);
const POINT_BYTES = 32;
const CHALLENGE_BYTES = 16;
const PROOF_BYTES = 80;

/** Loads the VRF; resolves when its WebAssembly is ready. Its functions are synchronous; only a prover keeps state. */
export async function loadVrf(): Promise<Vrf> {
  await sodium.ready;
  return {
    publicKey: (seed) => expand(seed).publicKey,
    prove: (seed, alpha) => prove(expand(seed), alpha),
    prover(seed) {
      const key = expand(seed);
      return {publicKey: Buffer.from(key.publicKey).toString('hex'), prove: (alpha) => prove(key, alpha)};
    },
    verify,
  };
}

type Key = {
  /** The clamped scalar x, little endian. */
  scalar: Uint8Array;
  /** The other half of SHA-512(seed), from which nonces come. */
  noncePrefix: Uint8Array;
  publicKey: Uint8Array;
};

/** RFC 8032 §5.1.5. */
function expand(seed: Uint8Array): Key {
  if (seed.length !== 32) throw new AosError('VRF_KEY_INVALID', 'the VRF seed is not 32 bytes');
  const digest = sha512(seed);
  const scalar = digest.subarray(0, 32);
  scalar[0] = (scalar[0] ?? 0) & 0xf8;
  scalar[31] = ((scalar[31] ?? 0) & 0x7f) | 0x40;
  return {
    scalar,
    noncePrefix: digest.subarray(32),
    publicKey: sodium.crypto_scalarmult_ed25519_base_noclamp(scalar),
  };
}

/** draft-irtf-cfrg-vrf-04 §5.1, nonce by §5.4.2.2. */
function prove(key: Key, alpha: Uint8Array): VrfProof {
  const h = hashToCurve(key.publicKey, alpha);
  const gamma = sodium.crypto_scalarmult_ed25519_noclamp(key.scalar, h);
  const nonce = sodium.crypto_core_ed25519_scalar_reduce(sha512(key.noncePrefix, h));
  const u = sodium.crypto_scalarmult_ed25519_base_noclamp(nonce);
  const v = sodium.crypto_scalarmult_ed25519_noclamp(nonce, h);
  const c = challenge(h, gamma, u, v);
  const cx = sodium.crypto_core_ed25519_scalar_mul(asScalar(c), key.scalar);
  const s = sodium.crypto_core_ed25519_scalar_add(nonce, cx);
  return {proof: joined(gamma, c, s), beta: proofToHash(gamma)};
}

/** draft-irtf-cfrg-vrf-04 §5.3. */
function verify(publicKey: Uint8Array, alpha: Uint8Array, proof: Uint8Array): Uint8Array | null {
  if (publicKey.length !== POINT_BYTES || proof.length !== PROOF_BYTES) return null;
  const gamma = proof.slice(0, POINT_BYTES);
  const c = proof.slice(POINT_BYTES, POINT_BYTES + CHALLENGE_BYTES);
  const s = proof.slice(POINT_BYTES + CHALLENGE_BYTES);
  if (!isReduced(s)) return null;

  // U = s·B − c·Y and V = s·H − c·Gamma; the multiplications check Y and Gamma.
  const scalar = asScalar(c);
  const cy = nullIfRefused(() => sodium.crypto_scalarmult_ed25519_noclamp(scalar, publicKey));
  const cGamma = nullIfRefused(() => sodium.crypto_scalarmult_ed25519_noclamp(scalar, gamma));
  const sb = nullIfRefused(() => sodium.crypto_scalarmult_ed25519_base_noclamp(s));
  if (cy === null || cGamma === null || sb === null) return null;
  const h = hashToCurve(publicKey, alpha);
  const u = sodium.crypto_core_ed25519_sub(sb, cy);
  const v = sodium.crypto_core_ed25519_sub(sodium.crypto_scalarmult_ed25519_noclamp(s, h), cGamma);
  return Buffer.from(c).equals(challenge(h, gamma, u, v)) ? proofToHash(gamma) : null;
}

/**
 * Try and increment, draft-irtf-cfrg-vrf-04 §5.4.1.1: the first counter whose hash decodes to a point, cofactor
 * cleared.
 */
function hashToCurve(publicKey: Uint8Array, alpha: Uint8Array): Uint8Array {
  for (let counter = 0; counter < 256; counter++) {
    const candidate = sha512(HASH_TO_CURVE, publicKey, alpha, Uint8Array.of(counter)).slice(0, POINT_BYTES);
    const point = nullIfRefused(() => timesCofactor(candidate));
    if (point !== null) return point;
  }
  // Each try succeeds with probability 1/2.
  throw new AosError('BUG', 'no counter hashes to a point of the curve');
}

/** draft-irtf-cfrg-vrf-04 §5.4.3: the first 16 bytes, little endian when read as a number. */
function challenge(...points: Uint8Array[]): Uint8Array {
  return sha512(HASH_POINTS, ...points).slice(0, CHALLENGE_BYTES);
}

/** draft-irtf-cfrg-vrf-04 §5.2. */
function proofToHash(gamma: Uint8Array): Uint8Array {
  return sha512(PROOF_TO_HASH, timesCofactor(gamma));
}

/** 8·P by three additions: libsodium's multiplication refuses points outside the prime-order group, its addition does not. */
function timesCofactor(point: Uint8Array): Uint8Array {
  const two = sodium.crypto_core_ed25519_add(point, point);
  const four = sodium.crypto_core_ed25519_add(two, two);
  return sodium.crypto_core_ed25519_add(four, four);
}

/** Runs an operation; null when libsodium throws because a point is invalid or a scalar is zero. */
function nullIfRefused(operation: () => Uint8Array): Uint8Array | null {
  try {
    return operation();
  } catch {
    return null;
  }
}

/** True when s is below the group order L. libsodium also accepts s + L, which would give a proof two spellings. */
function isReduced(s: Uint8Array): boolean {
  return Buffer.from(sodium.crypto_core_ed25519_scalar_reduce(joined(s, new Uint8Array(32)))).equals(s);
}

function asScalar(c: Uint8Array): Uint8Array {
  return joined(c, new Uint8Array(32 - c.length));
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function sha512(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(hash('sha512', Buffer.concat(parts), 'buffer'));
}
