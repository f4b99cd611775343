import type {Hex} from 'viem';

/** Addresses without repetition, in order of appearance; letter case does not make two of one. */
export function unique(addresses: readonly Hex[]): Hex[] {
  const seen = new Map(addresses.map((address) => [address.toLowerCase(), address]));
  return [...seen.values()];
}
