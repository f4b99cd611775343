/** Transactions are counted in registrations: the largest one an operator sends. */
export const GAS_OF_A_TRANSACTION = 700_000n;

/** How many transactions the balance pays for at today’s price; null when there is no price. */
export function transactionsPaid(balanceWei: bigint, gasPriceWei: bigint | null): bigint | null {
  if (gasPriceWei === null) return null;
  return balanceWei / (GAS_OF_A_TRANSACTION * (gasPriceWei === 0n ? 1n : gasPriceWei));
}
