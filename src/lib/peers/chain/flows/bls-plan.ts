import {bytesToHex, encodeFunctionData, type Hex} from 'viem';
import {AosError} from '../../../foundation/errors/error.ts';
import {registryCoordinatorAbi} from '../abis-avs.ts';
import {
  KEY_IS_KNOWN,
  UNCHECKED_SIGNATURE,
  validityOf,
  type BlsKeyProof,
  type OperatorSignature,
} from '../plans/proofs.ts';
import type {TxPlan} from '../tx/plan.ts';
import {deregisterIntent, registerIntent} from './intents.ts';

export type BlsRegistration = {
  registry: Hex;
  operator: Hex;
  /** Strictly ascending. */
  quorums: readonly number[];
  socket: string;
  /** Null when the operator's BLS key is registered. */
  key: BlsKeyProof | null;
  signature: OperatorSignature;
};

/** Plans `registerOperator` of a BLS RegistryCoordinator. */
export function planBls({registry, operator, quorums, socket, key, signature}: BlsRegistration): TxPlan {
  const {pubkeyRegistrationSignature, pubkeyG1, pubkeyG2} = key ?? KEY_IS_KNOWN;
  return {
    intent: registerIntent(registry, operator),
    title: 'register with the AVS',
    to: registry,
    data: encodeFunctionData({
      abi: registryCoordinatorAbi,
      functionName: 'registerOperator',
      args: [quorumBytes(quorums), socket, {pubkeyRegistrationSignature, pubkeyG1, pubkeyG2}, signature],
    }),
    value: 0n,
    mostGas: 1_500_000n + 600_000n * BigInt(quorums.length),
    relies:
      signature === UNCHECKED_SIGNATURE ? ['registry'] : ['registry', 'service_manager', 'avs_directory'],
    signing: null,
    facts: [
      ['quorums', quorums.join(', ')],
      ['socket', socket],
      ['BLS key', key === null ? 'registered before' : 'is registered too'],
    ],
    ...validityOf(signature),
  };
}

/** Plans `deregisterOperator` of a BLS RegistryCoordinator. @throws AosError USAGE as {@link quorumBytes} */
export function planBlsExit(registry: Hex, operator: Hex, quorums: readonly number[]): TxPlan {
  return {
    intent: deregisterIntent(registry, operator, quorums),
    title: 'leave the AVS',
    to: registry,
    data: encodeFunctionData({
      abi: registryCoordinatorAbi,
      functionName: 'deregisterOperator',
      args: [quorumBytes(quorums)],
    }),
    value: 0n,
    mostGas: 1_000_000n + 600_000n * BigInt(quorums.length),
    relies: ['registry'],
    signing: null,
    facts: quorums.length === 0 ? [] : [['quorums', quorums.join(', ')]],
  };
}

/**
 * Encodes quorum numbers for the registry: one byte each.
 * @throws AosError USAGE for a number that does not fit into a byte, which would be another quorum
 */
export function quorumBytes(quorums: readonly number[]): Hex {
  const unfit = quorums.find((number) => !(Number.isInteger(number) && number >= 0 && number <= 255));
  if (unfit !== undefined) throw new AosError('USAGE', `there is no quorum ${unfit}: they go from 0 to 255`);
  return bytesToHex(Uint8Array.from(quorums));
}
