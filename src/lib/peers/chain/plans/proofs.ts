import {
  encodeAbiParameters,
  hashTypedData,
  parseAbiParameters,
  zeroHash,
  type Hex,
  type TypedDataDefinition,
} from 'viem';
import {AosError} from '../../../foundation/errors/error.ts';
import {registryCoordinatorAbi} from '../abis-avs.ts';
import {avsDirectoryAbi, keyRegistrarAbi} from '../abis-core.ts';
import type {Chain} from '../open.ts';
import {call} from '../read.ts';
import {registrationTypedData} from '../typed-data.ts';
import {say} from '../../../foundation/next-step/next-step.ts';

/** AVSDirectory's operator signature (SignatureWithSaltAndExpiry). */
export type OperatorSignature = {signature: Hex; salt: Hex; /** Unix seconds. */ expiry: bigint};

/** AVSDirectory does not check the signature of an operator that it has already registered at the AVS. */
export const UNCHECKED_SIGNATURE: OperatorSignature = {signature: '0x', salt: zeroHash, expiry: 0n};

/** How long a call with this signature is valid; nothing for one that is not checked. */
export function validityOf({expiry}: OperatorSignature): {validUntil?: bigint} {
  return expiry === UNCHECKED_SIGNATURE.expiry ? {} : {validUntil: expiry};
}

/** A point of BN254's first group, with the names of the ABI. */
type G1 = {readonly X: bigint; readonly Y: bigint};
type G2 = {readonly X: readonly [bigint, bigint]; readonly Y: readonly [bigint, bigint]};

/** `IBLSApkRegistry.PubkeyRegistrationParams`. */
export type BlsKeyProof = {
  readonly pubkeyRegistrationSignature: G1;
  readonly pubkeyG1: G1;
  readonly pubkeyG2: G2;
};

/** The key parameter for an operator whose BLS key is registered: the registry ignores it. */
export const KEY_IS_KNOWN: BlsKeyProof = {
  pubkeyRegistrationSignature: {X: 0n, Y: 0n},
  pubkeyG1: {X: 0n, Y: 0n},
  pubkeyG2: {X: [0n, 0n], Y: [0n, 0n]},
};

/** Typed data whose digest the chain has confirmed; signing it is another step, after the yes. */
export type ToSign = {definition: TypedDataDefinition; digest: Hex};

/** A key for an operator set: the data that KeyRegistrar stores, and its signature. */
export type KeyProof = {keyData: Hex; signature: Hex};
/** An operator set of an AVS, and the operator that joins it. */
export type SetPlace = {keyRegistrar: Hex; operator: Hex; avs: Hex; set: number};

/**
 * A signature as long as a real one, for a call that is only simulated. No key makes it, and contracts of today refuse its s.
 */
export const STAND_IN_SIGNATURE: Hex = `0x${'ff'.repeat(64)}1b`;

/**
 * Makes the data of AVSDirectory's operator signature, in the domain whose digest is AVSDirectory's own. Two dependent steps.
 * @param salt 32 random bytes
 * @param seconds validity in chain time
 * @returns the data, and the signature without its bytes
 * @throws AosError CHAIN_DOMAIN_UNKNOWN | CHAIN_REVERTED (AVSDirectory does not answer)
 */
export async function operatorRegistration(
  chain: Chain,
  avsDirectory: Hex,
  {operator, avs, salt, seconds}: {operator: Hex; avs: Hex; salt: Hex; seconds: bigint},
): Promise<ToSign & {validity: Omit<OperatorSignature, 'signature'>}> {
  const expiry = chain.timestamp + seconds;
  const [{definition}, [spent]] = await Promise.all([
    registrationTypedData(chain, avsDirectory, {operator, avs, salt, expiry}),
    chain.read([call(avsDirectoryAbi, avsDirectory, 'operatorSaltIsSpent', [operator, salt])]),
  ]);
  if (spent.ok && spent.value) throw new AosError('BUG', 'a random salt is spent already');
  return {definition, digest: hashTypedData(definition), validity: {salt, expiry}};
}

/**
 * Reads the point that a BLS key signs for its registration, from the registry.
 * @throws AosError CHAIN_REVERTED, as {@link Chain.read}
 */
export async function readRegistrationPoint(
  chain: Chain,
  registry: Hex,
  operator: Hex,
): Promise<{X: bigint; Y: bigint}> {
  const [point] = await chain.read([
    call(registryCoordinatorAbi, registry, 'pubkeyRegistrationMessageHash', [operator]),
  ]);
  if (!point.ok) throw point.error;
  return point.value;
}

const BLS_KEY_TYPES = {
  BN254KeyRegistration: [
    {name: 'operator', type: 'address'},
    {name: 'avs', type: 'address'},
    {name: 'operatorSetId', type: 'uint32'},
    {name: 'keyData', type: 'bytes'},
  ],
} as const;

const KEY_TYPES = {
  ECDSAKeyRegistration: [
    {name: 'operator', type: 'address'},
    {name: 'avs', type: 'address'},
    {name: 'operatorSetId', type: 'uint32'},
    {name: 'keyAddress', type: 'address'},
  ],
} as const;

/**
 * Makes the data by which an address becomes the key of an operator set, after the comparison of its digest with KeyRegistrar's.
 * The key of that address signs it. One dependent step.
 * @throws AosError CHAIN_DOMAIN_UNKNOWN | CHAIN_REVERTED
 */
export async function ecdsaKeyRegistration(chain: Chain, place: SetPlace & {key: Hex}): Promise<ToSign> {
  const {keyRegistrar, operator, avs, set, key} = place;
  const [digest] = await chain.read([
    call(keyRegistrarAbi, keyRegistrar, 'getECDSAKeyRegistrationMessageHash', [
      operator,
      {avs, id: set},
      key,
    ]),
  ]);
  if (!digest.ok) throw digest.error;
  const definition: TypedDataDefinition = {
    domain: keyDomain(chain, keyRegistrar),
    types: KEY_TYPES,
    primaryType: 'ECDSAKeyRegistration',
    message: {operator, avs, operatorSetId: set, keyAddress: key},
  };
  refuseOtherDigest(chain, keyRegistrar, definition, digest.value);
  return {definition, digest: digest.value};
}

const keyDomain = ({chainId}: Chain, keyRegistrar: Hex) =>
  ({name: 'EigenLayer', version: '1', chainId, verifyingContract: keyRegistrar}) as const;

/** Refuses a digest of the RPC that differs from ours, so that the signature covers the intended data. */
function refuseOtherDigest(
  chain: Chain,
  keyRegistrar: Hex,
  definition: TypedDataDefinition,
  digest: Hex,
): void {
  if (hashTypedData(definition) === digest) return;
  throw new AosError(
    'CHAIN_DOMAIN_UNKNOWN',
    `KeyRegistrar ${keyRegistrar} on chain ${chain.chainId} computes another digest than all known releases`,
    {next: say('Check the network; else update the toolkit.'), details: {digest}},
  );
}

/** Encodes a BLS public key for KeyRegistrar: abi.encode(x, y, uint256[2], uint256[2]), 192 bytes. */
export function blsKeyData({pubkeyG1, pubkeyG2}: Pick<BlsKeyProof, 'pubkeyG1' | 'pubkeyG2'>): Hex {
  return encodeAbiParameters(parseAbiParameters('uint256, uint256, uint256[2], uint256[2]'), [
    pubkeyG1.X,
    pubkeyG1.Y,
    [...pubkeyG2.X],
    [...pubkeyG2.Y],
  ]);
}

/**
 * Reads the digest that a BLS key signs for an operator set, and compares it with ours. One dependent step.
 * @throws AosError CHAIN_DOMAIN_UNKNOWN | CHAIN_REVERTED
 */
export async function readBlsKeyDigest(chain: Chain, place: SetPlace, keyData: Hex): Promise<Hex> {
  const {keyRegistrar, operator, avs, set} = place;
  const [digest] = await chain.read([
    call(keyRegistrarAbi, keyRegistrar, 'getBN254KeyRegistrationMessageHash', [
      operator,
      {avs, id: set},
      keyData,
    ]),
  ]);
  if (!digest.ok) throw digest.error;
  const definition: TypedDataDefinition = {
    domain: keyDomain(chain, keyRegistrar),
    types: BLS_KEY_TYPES,
    primaryType: 'BN254KeyRegistration',
    message: {operator, avs, operatorSetId: set, keyData},
  };
  refuseOtherDigest(chain, keyRegistrar, definition, digest.value);
  return digest.value;
}
