import {inRanges, ipAddress, ipRange, type IpRange} from '../../foundation/system/ip-address.ts';

/** Addresses that are of this machine, of its network, or of no single host: a proof is not fetched from there. */
const NOT_PUBLIC_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** All of IPv6 but the part that is given out, and of that the tunnels, which have an IPv4 address inside. */
const NOT_PUBLIC_6 = ['::/3', '2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20', '4000::/2', '8000::/1'];

const rangesOf = (texts: readonly string[]): readonly IpRange[] =>
  texts.flatMap((text) => ipRange(text) ?? []);

// A list of both would take each IPv4 address for one of IPv6, too.
const isNotPublic4 = inRanges(rangesOf(NOT_PUBLIC_4));
const isNotPublic6 = inRanges(rangesOf(NOT_PUBLIC_6));

/**
 * Returns what tells whether a proof may be fetched from an address.
 * @param allowed ranges that are allowed although they are private, as in a configuration
 */
export function allowedAddresses(allowed: readonly string[]): (address: string) => boolean {
  const isAllowed4 = inRanges(rangesOf(allowed.filter((text) => !text.includes(':'))));
  const isAllowed6 = inRanges(rangesOf(allowed.filter((text) => text.includes(':'))));
  return (text) => {
    const address = ipAddress(text);
    if (address === null) return false;
    return address.includes(':')
      ? !isNotPublic6(address) || isAllowed6(address)
      : !isNotPublic4(address) || isAllowed4(address);
  };
}
