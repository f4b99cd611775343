import {decodeFunctionResult, encodeFunctionData, type Address, type Hex, type LocalAccount} from 'viem';
import {registryCoordinatorAbi} from '../../src/lib/peers/chain/abis-avs.ts';
import type {AosContracts} from '../../src/devnet/chain/deploy.ts';
import {signForAvs, type OperatorSignature} from './avs-signature.ts';
import {registrationParams, type G1} from './bn254-noble.ts';
import {LATER, type ChainRig} from './chain-rig.ts';

/** The private BN254 key of the documented test vector. */
export const BLS_SECRET = 123456789012345678901234567890n;
export const OPERATOR_ID = '0x0471a09435ed50abeeef351b051f4f190c4d9202c81f8df6b8e216a8b082b801';

export type BlsParams = ReturnType<typeof registrationParams>;
export type Registration = {
  quorums?: Hex;
  socket?: string;
  params?: BlsParams;
  signature?: OperatorSignature;
  secret?: bigint;
  salt?: Hex;
};

/** The point the registry wants signed, asked from it. */
export async function messageOf(rig: ChainRig, registry: Address, operator: Address): Promise<G1> {
  const call = {abi: registryCoordinatorAbi, functionName: 'pubkeyRegistrationMessageHash'} as const;
  const data = await rig.attempt(operator, registry, encodeFunctionData({...call, args: [operator]}));
  return decodeFunctionResult({...call, data: data as Hex});
}

/** A registration that is right but for what is given. */
export async function registrationOf(
  rig: ChainRig,
  contracts: AosContracts,
  account: LocalAccount,
  given: Registration = {},
): Promise<Hex> {
  const {quorums = '0x00', socket = 'http://127.0.0.1:1', secret = BLS_SECRET, salt} = given;
  const where = {directory: contracts.avs_directory, avs: contracts.service_manager, version: '1'};
  const signature =
    given.signature ??
    (await signForAvs(account, where, {expiry: LATER, ...(salt === undefined ? {} : {salt})}));
  const params =
    given.params ?? registrationParams(secret, await messageOf(rig, contracts.registry, account.address));
  return encodeFunctionData({
    abi: registryCoordinatorAbi,
    functionName: 'registerOperator',
    args: [quorums, socket, params, signature],
  });
}

export function deregistration(quorums: Hex = '0x00'): Hex {
  return encodeFunctionData({
    abi: registryCoordinatorAbi,
    functionName: 'deregisterOperator',
    args: [quorums],
  });
}
