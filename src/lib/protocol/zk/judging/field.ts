/** The order of BN254's scalars: what an instance of a proof is less than. */
export const R = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** The number of 32 bytes in little-endian hex, as ezkl writes an instance. @param hex 64 hex digits */
export function numberOfLittleEndian(hex: string): bigint {
  return BigInt(`0x${Buffer.from(hex, 'hex').reverse().toString('hex')}`);
}

/** A scalar as the signed number that it means: the upper half are the negative ones. */
export function signedOf(scalar: bigint): bigint {
  return scalar > R / 2n ? scalar - R : scalar;
}

/** More decimal places than this are not written out. */
const MOST_SCALE = 64;

/** `value` / 2^scale, exactly, in decimal digits: 0.0625, -3. */
export function fixedPointText(value: bigint, scale: number): string {
  if (scale < 0 || scale > MOST_SCALE) return `${value} / 2^${scale}`;
  const sign = value < 0n ? '-' : '';
  const digits = ((value < 0n ? -value : value) * 5n ** BigInt(scale)).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, '');
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
