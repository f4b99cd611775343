import type {Hex} from 'viem';

/** Removes repeated addresses, ignoring letter case; keeps the order. */
export function unique(addresses: readonly Hex[]): Hex[] {
  const seen = new Map(addresses.map((address) => [address.toLowerCase(), address]));
  return [...seen.values()];
}
