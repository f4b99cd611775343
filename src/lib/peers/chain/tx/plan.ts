import type {Hex} from 'viem';

/** A transaction to be, as data: nothing is signed or sent by making one. */
export type TxPlan = {
  /** What it is for; a repeated command finds its transaction by it. Contains no secret. */
  intent: string;
  /** One line for people: what it does. */
  title: string;
  to: Hex;
  data: Hex;
  /** Wei. */
  value: bigint;
  /** Facts shown before the question, in order. */
  facts: readonly (readonly [name: string, value: string])[];
};

/** The key of an intent: its parts, lower-cased, joined by colons. */
export function intentKey(...parts: readonly string[]): string {
  return parts.map((part) => part.toLowerCase()).join(':');
}
