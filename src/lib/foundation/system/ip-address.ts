import {BlockList, isIP} from 'node:net';

/**
 * One spelling of an IP address: IPv6 in its shortest form, IPv4 inside IPv6 as IPv4, without a zone.
 * @returns null when the text is no IP address
 */
export function ipAddress(text: string): string | null {
  const [bare = ''] = text.split('%', 1);
  const family = isIP(bare);
  if (family === 4) return bare;
  if (family === 0) return null;
  const short = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const inside = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(short);
  if (inside === null) return short;
  const [high, low] = [Number.parseInt(inside[1] ?? '', 16), Number.parseInt(inside[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

/** Whether an address as {@link ipAddress} spells it is of this machine alone. */
export function isLoopbackAddress(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** What one holder of an address has: the address itself, and of IPv6 the whole /64. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({length: Math.max(0, 8 - left.length - right.length)}, () => '0');
  return `${[...left, ...zeros, ...right].slice(0, 4).join(':')}::/64`;
}

/** An address, or a range of them: `10.0.0.0/8`. */
export type IpRange = {address: string; prefix: number};

/** @returns null when the text is neither an address nor a range */
export function ipRange(text: string): IpRange | null {
  const [first = '', length, more] = text.split('/');
  const address = ipAddress(first);
  if (address === null || more !== undefined) return null;
  const widest = address.includes(':') ? 128 : 32;
  if (length === undefined) return {address, prefix: widest};
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  return prefix <= widest ? {address, prefix} : null;
}

/** Returns what tells whether an address, as {@link ipAddress} spells it, is in one of the ranges. */
export function inRanges(ranges: readonly IpRange[]): (address: string) => boolean {
  const list = new BlockList();
  const family = (address: string): 'ipv4' | 'ipv6' => (address.includes(':') ? 'ipv6' : 'ipv4');
  for (const {address, prefix} of ranges) list.addSubnet(address, prefix, family(address));
  return (address) => list.check(address, family(address));
}
