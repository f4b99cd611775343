import {encodeFunctionData, type Hex} from 'viem';
import {ecdsaB1Abi, ecdsaB2Abi, ecdsaB3Abi} from '../abis-avs.ts';
import {validityOf, type OperatorSignature} from '../plans/proofs.ts';
import type {TxPlan} from '../tx/plan.ts';
import {deregisterIntent, registerIntent} from './intents.ts';

export type EcdsaRegistration = {
  operator: Hex;
  /** The key that signs tasks; unused in the first generation. */
  signingKey: Hex;
  signature: OperatorSignature;
};

/** What differs between the generations of ECDSAStakeRegistry. */
export type EcdsaEntries = {
  /** Whether a registration names the key that signs tasks. */
  takesSigningKey: boolean;
  /** The calldata of a registration, and of an exit. */
  join: (registration: EcdsaRegistration) => Hex;
  leave: () => Hex;
};

const WITH_SIGNATURE = 'registerOperatorWithSignature';

export const B1_ENTRIES: EcdsaEntries = {
  takesSigningKey: false,
  join: ({operator, signature}) =>
    encodeFunctionData({abi: ecdsaB1Abi, functionName: WITH_SIGNATURE, args: [operator, signature]}),
  leave: () => encodeFunctionData({abi: ecdsaB1Abi, functionName: 'deregisterOperator'}),
};

export const B2_ENTRIES: EcdsaEntries = {
  takesSigningKey: true,
  join: ({signature, signingKey}) =>
    encodeFunctionData({abi: ecdsaB2Abi, functionName: WITH_SIGNATURE, args: [signature, signingKey]}),
  leave: () => encodeFunctionData({abi: ecdsaB2Abi, functionName: 'deregisterOperator'}),
};

export const B3_ENTRIES: EcdsaEntries = {
  takesSigningKey: true,
  join: ({signature, signingKey}) =>
    encodeFunctionData({
      abi: ecdsaB3Abi,
      functionName: 'registerOperatorM2Quorum',
      args: [signature, signingKey],
    }),
  leave: () => encodeFunctionData({abi: ecdsaB3Abi, functionName: 'deregisterOperatorM2Quorum'}),
};

/** For a quorum of a few dozen strategies. */
const MOST_GAS = 2_000_000n;

/** Plans the registration with an ECDSAStakeRegistry. */
export function planEcdsa(
  registry: Hex,
  {takesSigningKey, join}: EcdsaEntries,
  registration: EcdsaRegistration,
): TxPlan {
  return {
    intent: registerIntent(registry, registration.operator),
    title: 'register with the AVS',
    to: registry,
    data: join(registration),
    value: 0n,
    mostGas: MOST_GAS,
    relies: ['registry', 'service_manager', 'avs_directory'],
    signing: null,
    facts: takesSigningKey ? [['signing key', registration.signingKey]] : [],
    ...validityOf(registration.signature),
  };
}

/** Plans the exit from an ECDSAStakeRegistry, which has one quorum. */
export function planEcdsaExit(registry: Hex, operator: Hex, {leave}: EcdsaEntries): TxPlan {
  return {
    intent: deregisterIntent(registry, operator, []),
    title: 'leave the AVS',
    to: registry,
    data: leave(),
    value: 0n,
    mostGas: MOST_GAS,
    relies: ['registry'],
    signing: null,
    facts: [],
  };
}
