import type {Hex} from 'viem';
import type {ContractName} from '../contract-names.ts';

/** A planned transaction, as data: nothing is signed or sent. */
export type TxPlan = {
  /** Its purpose; a repeated command finds its transaction by it. Contains no secret. */
  intent: string;
  /** One line for people: what it does. */
  title: string;
  to: Hex;
  data: Hex;
  /** Wei. */
  value: bigint;
  /** The most gas that such a call can need: an estimate above it is not believed. */
  mostGas: bigint;
  /** The contracts of the configuration that decide what it does, the one it goes to included. */
  relies: readonly ContractName[];
  /** Facts shown before the confirmation, in order. */
  facts: readonly (readonly [name: string, value: string])[];
  /** What is signed after the yes; the data has stand-ins for it until then. Null: the data is final. */
  signing: Signing | null;
  /** Unix seconds of the chain after which it is refused, because a signature in it expires. */
  validUntil?: bigint;
};

/** What has to be signed for the data of a call. */
export type Signing = {
  /** Accounts whose signature the contract checks. In a simulation they accept every one. */
  signers: readonly Hex[];
  /** Opens the keys and asks the signer for its accounts; signs nothing. @throws AosError KEY_* | SIGNER_* */
  ready(): Promise<void>;
  /** Signs, and returns the final data. @throws AosError KEY_* | SIGNER_* */
  sign(): Promise<Hex>;
};

/** Signs what a plan needs, and returns it with its final data. @throws as {@link Signing.sign} */
export async function signed(plan: TxPlan): Promise<TxPlan> {
  return plan.signing === null ? plan : {...plan, data: await plan.signing.sign(), signing: null};
}

/** Makes the key of an intent: its parts in lower case, joined by colons. */
export function intentKey(...parts: readonly string[]): string {
  return parts.map((part) => part.toLowerCase()).join(':');
}
