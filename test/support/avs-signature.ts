import type {Address, Hex, LocalAccount} from 'viem';
import {hashTypedData} from 'viem';

export type AvsMessage = {operator: Address; avs: Address; salt: Hex; expiry: bigint};
export type OperatorSignature = {signature: Hex; salt: Hex; expiry: bigint};

export const SALT: Hex = `0x${'5a'.repeat(32)}`;

function typedData(directory: Address, version: string | undefined, message: AvsMessage) {
  return {
    domain: {
      name: 'EigenLayer',
      ...(version === undefined ? {} : {version}),
      chainId: 31337,
      verifyingContract: directory,
    },
    types: {
      OperatorAVSRegistration: [
        {name: 'operator', type: 'address'},
        {name: 'avs', type: 'address'},
        {name: 'salt', type: 'bytes32'},
        {name: 'expiry', type: 'uint256'},
      ],
    },
    primaryType: 'OperatorAVSRegistration',
    message,
  } as const;
}

/** What AVSDirectory wants signed, computed by viem. */
export function avsDigest(directory: Address, version: string | undefined, message: AvsMessage): Hex {
  return hashTypedData(typedData(directory, version, message));
}

/** @param version of the domain; undefined: the form without one */
export async function signForAvs(
  account: LocalAccount,
  where: {directory: Address; avs: Address; version?: string | undefined},
  {salt = SALT, expiry}: {salt?: Hex; expiry: bigint},
): Promise<OperatorSignature> {
  const message = {operator: account.address, avs: where.avs, salt, expiry};
  const signature = await account.signTypedData(typedData(where.directory, where.version, message));
  return {signature, salt, expiry};
}
