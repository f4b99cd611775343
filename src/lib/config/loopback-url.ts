import {ipAddress, isLoopbackAddress} from '../foundation/system/ip-address.ts';

/** Whether a URL names this machine itself. */
export function isLoopbackUrl(url: string): boolean {
  const host = new URL(url).hostname.replaceAll(/^\[|\]$/g, '');
  const address = ipAddress(host);
  return address === null ? /^(?:.+\.)?localhost\.?$/.test(host) : isLoopbackAddress(address);
}
