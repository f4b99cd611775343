import {inRanges, ipAddress, ipRange, type IpRange} from '../../foundation/system/ip-address.ts';

/** Addresses that are no place of the public internet: IANA's special-purpose registries (RFC 6890), and multicast. */
const NOT_PUBLIC: readonly IpRange[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
  '::/127',
  // An IPv4 address inside an IPv6 address: a translator would lead to it.
  '64:ff9b::/96',
  '64:ff9b:1::/48',
  '2001:db8::/32',
  '2002::/16',
  'fc00::/7',
  'fe80::/10',
  'fec0::/10',
  'ff00::/8',
].flatMap((text) => ipRange(text) ?? []);

const isSpecial = inRanges(NOT_PUBLIC);

/** Whether an address is one that any machine of the internet can reach. False for what is no address. */
export function isPublicAddress(text: string): boolean {
  const address = ipAddress(text);
  return address !== null && !isSpecial(address);
}
