import {randomBytes} from 'node:crypto';
import {
  blsKeyData,
  readBlsKeyDigest,
  readRegistrationPoint,
  type BlsKeyProof,
  type KeyProof,
  type SetPlace,
} from '../../peers/chain/plans/proofs.ts';
import type {Chain} from '../../peers/chain/open.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {openKeystore, readKeystore} from '../../keys/bls-keystore.ts';
import {newPrivateKey, privateKeyBytes} from '../../keys/private-key.ts';
import {encodeG1, hashToG1, operatorIdOf, publicKeys, signPoint} from '../../keys/bn254.ts';
import {registrationMessage, signRegistration} from '../../keys/registration.ts';
import {refusePublicSecret} from '../../protocol/known-keys/known-keys.ts';
import {fromHex, toHex} from '../../protocol/wire/ethereum.ts';
import {say} from '../../foundation/next-step/next-step.ts';

export type Hex = `0x${string}`;

/** The operator's BLS key; its password is asked for when something has to be signed, and only once. */
export type BlsKey = {
  /** keccak256 of its public key: the operator id. */
  id: Hex;
  path: string;
  privateKey(): Promise<bigint>;
};

/** As much of a key as a proof needs. */
export type SecretKey = Pick<BlsKey, 'privateKey'>;

/**
 * A key that no one has, for a call that is only simulated: its proof is as good as that of the operator's key, which signs
 * nothing before the yes.
 */
export function standInKey(): SecretKey {
  const secret = newPrivateKey((length) => randomBytes(length));
  return {privateKey: () => Promise.resolve(secret)};
}

/**
 * @param password gives the keystore's password
 * @throws AosError KEY_MISSING | KEY_UNSAFE | KEY_KEYSTORE_*
 */
export function blsKeyFile(path: string, password: () => Promise<string>): BlsKey {
  const keystore = readKeystore(path);
  let opened: Promise<bigint> | null = null;
  return {
    id: hex(operatorIdOf(keystore.publicKey)),
    path,
    privateKey: () => (opened ??= password().then((text) => openKeystore(keystore, text, path))),
  };
}

/**
 * The proof a registry coordinator wants of a new BLS key: its message, computed here too, must be the contract's own.
 * @throws AosError CHAIN_MISMATCH | CHAIN_REVERTED | KEY_*
 */
export async function proveBlsKey(
  chain: Chain,
  registry: Hex,
  operator: Hex,
  key: SecretKey,
): Promise<BlsKeyProof> {
  const said = await readRegistrationPoint(chain, registry, operator);
  const own = registrationMessage({chainId: chain.chainId, registry, operator});
  if (said.X !== own.x || said.Y !== own.y)
    throw new AosError(
      'CHAIN_MISMATCH',
      `the registry ${registry} wants another message signed than its source says; the BLS key signed nothing`,
      {next: say('Check chain.contracts.registry and the network.')},
    );
  return signRegistration(await ownSecret(key, chain), own);
}

/** A BLS key as key of an operator set, signed over KeyRegistrar's digest. @throws AosError CHAIN_REVERTED | KEY_* */
export async function proveSetKey(chain: Chain, place: SetPlace, key: SecretKey): Promise<KeyProof> {
  const secret = await ownSecret(key, chain);
  const {g1, g2} = publicKeys(secret);
  const keyData = blsKeyData({pubkeyG1: {X: g1.x, Y: g1.y}, pubkeyG2: {X: g2.x, Y: g2.y}});
  const digest = fromHex(await readBlsKeyDigest(chain, place, keyData));
  if (digest === null) throw new AosError('BUG', 'a digest that is not hex');
  return {keyData, signature: `0x${toHex(encodeG1(signPoint(secret, hashToG1(digest))))}`};
}

/** The private key, unless anyone has it. @throws AosError KEY_PUBLIC, and as {@link BlsKey.privateKey} */
async function ownSecret(key: SecretKey, {chainId}: Chain): Promise<bigint> {
  const secret = await key.privateKey();
  refusePublicSecret('the BLS key', privateKeyBytes(secret), chainId);
  return secret;
}

function hex(text: string): Hex {
  return text.startsWith('0x') ? `0x${text.slice(2)}` : `0x${text}`;
}
