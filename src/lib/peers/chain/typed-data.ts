import {hashTypedData, isHash, zeroHash, type Hex, type TypedDataDefinition} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {avsDirectoryAbi} from './abis-core.ts';
import type {Chain} from './open.ts';
import {call, valueOf} from './read.ts';

/** The data that the operator signs for a registration. `avs` is the service manager, not the registry. */
export type Registration = {
  operator: Hex;
  avs: Hex;
  /** 32 bytes, used once. */
  salt: Hex;
  /** Unix seconds of chain time. */
  expiry: bigint;
};

export type RegistrationTypedData = {
  definition: TypedDataDefinition;
  /** The digest of AVSDirectory itself. */
  digest: Hex;
  /** The version in its EIP-712 domain; null for the M2 releases, whose domain has none. */
  version: string | null;
};

/** All versions in releases of AVSDirectory: none up to 1.2.0, "1." up to 1.4.2, "1" since 1.5.0. */
const VERSIONS: readonly (string | null)[] = ['1', '1.', null, 'v1'];

const TYPES = {
  OperatorAVSRegistration: [
    {name: 'operator', type: 'address'},
    {name: 'avs', type: 'address'},
    {name: 'salt', type: 'bytes32'},
    {name: 'expiry', type: 'uint256'},
  ],
} as const;

/**
 * Builds the EIP-712 data of a registration in the domain whose digest matches AVSDirectory's, which excludes a wrong
 * AVSDirectory or chain. One dependent step.
 * @throws AosError CHAIN_DOMAIN_UNKNOWN when no domain matches: then nothing may be signed; as {@link Chain.read}
 */
export async function registrationTypedData(
  chain: Chain,
  avsDirectory: Hex,
  registration: Registration,
): Promise<RegistrationTypedData> {
  const {operator, avs, salt, expiry} = registration;
  const [digestRead, versionRead] = await chain.read([
    call(avsDirectoryAbi, avsDirectory, 'calculateOperatorAVSRegistrationDigestHash', [
      operator,
      avs,
      salt,
      expiry,
    ]),
    call(avsDirectoryAbi, avsDirectory, 'version', []),
  ]);
  if (!digestRead.ok) throw digestRead.error;
  const digest = digestRead.value;
  for (const version of candidates(valueOf(versionRead))) {
    const definition = typedData(chain.chainId, avsDirectory, version, registration);
    if (isHash(digest) && hashTypedData(definition) === digest) return {definition, digest, version};
  }
  throw new AosError(
    'CHAIN_DOMAIN_UNKNOWN',
    `AVSDirectory ${avsDirectory} on chain ${chain.chainId} computes another digest than all known releases`,
    {details: {digest, version: valueOf(versionRead)}},
  );
}

/** Finds the domain of an AVSDirectory with an unsigned registration. @throws as {@link registrationTypedData} */
export async function registrationDomain(chain: Chain, avsDirectory: Hex, avs: Hex): Promise<string | null> {
  const probe = {operator: avs, avs, salt: zeroHash, expiry: 0n};
  return (await registrationTypedData(chain, avsDirectory, probe)).version;
}

/** Returns the known versions, and those that a future release may derive from its `version()`. */
function candidates(release: string | null): Set<string | null> {
  const major = release === null ? [] : [release.slice(0, 1), release.slice(0, 2)];
  return new Set([...VERSIONS, ...major.filter((version) => version !== '')]);
}

function typedData(
  chainId: number,
  verifyingContract: Hex,
  version: string | null,
  message: Registration,
): TypedDataDefinition {
  return {
    domain: {name: 'EigenLayer', ...(version === null ? {} : {version}), chainId, verifyingContract},
    types: TYPES,
    primaryType: 'OperatorAVSRegistration',
    message: {...message},
  };
}
