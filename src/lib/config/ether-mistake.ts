import {decimal} from '../foundation/text/amounts.ts';

/** Decimals of the units that an amount may be written in by mistake. */
const UNITS: Readonly<Record<string, number>> = {eth: 18, ether: 18, gwei: 9, wei: 0};

/** What is wrong with a text that is no amount of ETH, and what to type where that can be known. */
export function etherMistake(text: string): {wrong: string; expected?: string} {
  const [, amount = '', unit = ''] = /^(\d{1,30}(?:[.,]\d{1,18})?)\s*([A-Za-z]*)$/.exec(text) ?? [];
  const decimals = UNITS[unit.toLowerCase()];
  const point = amount.replace(',', '.');
  if (amount === '' || (unit !== '' && decimals === undefined)) return {wrong: 'is not an amount'};
  if (unit === '' && /^\d{13,}$/.test(amount))
    return {wrong: 'has too many digits for ETH (is it wei?)', expected: inEth(amount, 0)};
  if (unit === '') return {wrong: 'has a comma in it', expected: point};
  return {wrong: 'has a unit, and the number alone is in ETH', expected: inEth(point, decimals ?? 18)};
}

/** An amount of a unit in ETH. @param decimals that 1 of the unit has in wei, so 18 for ETH */
function inEth(amount: string, decimals: number): string {
  const [whole = '0', fraction = ''] = amount.split('.');
  return decimal(BigInt(whole + fraction) * 10n ** BigInt(decimals), 18 + fraction.length);
}
