/** A whole number of smallest units with `decimals` places as a plain decimal, trailing zeros left out: 1500 at 3 is `1.5`. */
export function decimal(value: bigint, decimals: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The same, with at most `places` digits behind the point; what is cut off is marked by `~`. */
export function shortDecimal(value: bigint, decimals: number, places: number): string {
  const [whole = '0', fraction = ''] = decimal(value, decimals).split('.');
  if (fraction.length <= places) return fraction === '' ? whole : `${whole}.${fraction}`;
  const cut = fraction.slice(0, places).replace(/0+$/, '');
  return `~${whole}${cut === '' ? '' : `.${cut}`}`;
}

/** A part of a whole in percent, with at most four digits behind the point. */
export function percent(part: bigint, whole: bigint): string {
  if (whole <= 0n) return '0 %';
  const tenThousandths = (part * 1_000_000n) / whole;
  const text = (Number(tenThousandths) / 10_000).toFixed(4).replace(/\.?0+$/, '');
  return `${text} %`;
}

/**
 * Wei as ETH without its unit: `0.25`.
 * @param places digits behind the point at most, then marked by `~` where some are cut off; all of them without it
 */
export function ether(wei: bigint, places?: number): string {
  return places === undefined ? decimal(wei, 18) : shortDecimal(wei, 18, places);
}

/** A whole number with a comma at each thousand: `600,000`. */
export function grouped(value: bigint | number): string {
  return value.toLocaleString('en-US');
}

/** Digits of an amount of ETH that people are shown. */
const SHOWN_DIGITS = 3;

/**
 * Wei as ETH for people, with three digits that count: `0.00123`, `12.3`, `1,234`. JSON has the exact amount.
 * @param rounding `up` for what something costs, `down` for what there is
 */
export function shownEther(wei: bigint, rounding: 'up' | 'down' = 'up'): string {
  if (wei < 0n) return `-${shownEther(-wei, rounding === 'up' ? 'down' : 'up')}`;
  const drop = Math.min(18, Math.max(0, wei.toString().length - SHOWN_DIGITS));
  const unit = 10n ** BigInt(drop);
  const units = rounding === 'up' ? (wei + unit - 1n) / unit : wei / unit;
  const [whole = '0', fraction] = decimal(units * unit, 18).split('.');
  return `${grouped(BigInt(whole))}${fraction === undefined ? '' : `.${fraction}`}`;
}
