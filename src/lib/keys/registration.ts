import {AosError} from '../foundation/errors/error.ts';
import {keccak256} from '../protocol/wire/keccak.ts';
import {bytesOf} from './big-endian.ts';
import {type G1Point, hashToG1, passesRegistrationCheck, publicKeys, signPoint} from './bn254.ts';

/** `IBLSApkRegistry.PubkeyRegistrationParams`, named as in the ABI, ready for an encoder. */
export type PubkeyRegistrationParams = {
  readonly pubkeyRegistrationSignature: {readonly X: bigint; readonly Y: bigint};
  readonly pubkeyG1: {readonly X: bigint; readonly Y: bigint};
  readonly pubkeyG2: {readonly X: readonly [bigint, bigint]; readonly Y: readonly [bigint, bigint]};
};

const DOMAIN = hash('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)');
const STRUCT = hash('BN254PubkeyRegistration(address operator)');
const NAME = hash('AVSRegistryCoordinator');
const VERSION = hash('v0.0.1');

/** The operator and the registry of a key registration. Addresses: 0x and 40 hex digits, in any case. */
export type RegistrationPlace = {
  readonly chainId: number;
  /** The registry coordinator's proxy: the domain's verifyingContract. */
  readonly registry: string;
  readonly operator: string;
};

/**
 * EIP-712 digest of `BN254PubkeyRegistration(address operator)` in the domain "AVSRegistryCoordinator" "v0.0.1"
 * (eigenlayer-middleware, RegistryCoordinator.calculatePubkeyRegistrationMessageHash). 32 bytes.
 */
export function registrationDigest(place: RegistrationPlace): Uint8Array {
  const domain = keccak256(
    Buffer.concat([DOMAIN, NAME, VERSION, bytesOf(BigInt(place.chainId)), word(place.registry)]),
  );
  const struct = keccak256(Buffer.concat([STRUCT, word(place.operator)]));
  return keccak256(Buffer.concat([Buffer.from([0x19, 0x01]), domain, struct]));
}

/** Computes `pubkeyRegistrationMessageHash(operator)` of the registry: a point to compare with the chain's answer. */
export function registrationMessage(place: RegistrationPlace): G1Point {
  return hashToG1(registrationDigest(place));
}

/**
 * Signs the registration message and runs the contract's own check on the result.
 * @param message point of `pubkeyRegistrationMessageHash`
 * @throws AosError KEY_SELF_CHECK_FAILED
 */
export function signRegistration(privateKey: bigint, message: G1Point): PubkeyRegistrationParams {
  const signature = signPoint(privateKey, message);
  const keys = publicKeys(privateKey);
  if (!passesRegistrationCheck(signature, keys, message)) {
    throw new AosError('KEY_SELF_CHECK_FAILED', 'the pairing check of the BN254 signature failed');
  }
  return {
    pubkeyRegistrationSignature: {X: signature.x, Y: signature.y},
    pubkeyG1: {X: keys.g1.x, Y: keys.g1.y},
    pubkeyG2: {X: keys.g2.x, Y: keys.g2.y},
  };
}

function hash(text: string): Uint8Array {
  return keccak256(Buffer.from(text, 'latin1'));
}

/** An address as an EVM word. */
function word(address: string): Uint8Array {
  return bytesOf(BigInt(address));
}
