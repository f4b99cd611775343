import type {Hex} from 'viem';

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
  /** Facts shown before the confirmation, in order. */
  facts: readonly (readonly [name: string, value: string])[];
  /** Unix seconds of the chain after which it is refused, because a signature in it expires. */
  validUntil?: bigint;
};

/** Makes the key of an intent: its parts in lower case, joined by colons. */
export function intentKey(...parts: readonly string[]): string {
  return parts.map((part) => part.toLowerCase()).join(':');
}
