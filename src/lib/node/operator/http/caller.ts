import type {IncomingHttpHeaders} from 'node:http';
import {ipAddress, isLoopbackAddress} from '../../../foundation/system/ip-address.ts';

/** Who sent a request, as far as that can be known. */
export type Caller = {
  /** The address before all trusted proxies; null: the proxy does not say it, or the headers contradict each other. */
  address: string | null;
  /** It was sent on this machine: over loopback, or from one of its own addresses to itself. */
  isLocal: boolean;
  /** A header says that a proxy passed it on. */
  isForwarded: boolean;
};

/** Where a connection begins and ends, as {@link ipAddress} spells it. */
export type Ends = {remote: string; local: string};

/** Proxies nearer to us than this are looked through. */
const MOST_HOPS = 32;
/** Headers of proxies and tunnels, beside `x-forwarded-*`. */
const OF_PROXIES: ReadonlySet<string> = new Set([
  'forwarded',
  'via',
  'x-real-ip',
  'x-client-ip',
  'x-cluster-client-ip',
  'x-original-host',
  'x-envoy-external-address',
  'client-ip',
  'true-client-ip',
  'fastly-client-ip',
  'cf-connecting-ip',
  'cf-ray',
]);

/** Whether a proxy or a tunnel passed the request on, by its headers. */
export function isForwarded(headers: IncomingHttpHeaders): boolean {
  return Object.keys(headers).some((name) => name.startsWith('x-forwarded-') || OF_PROXIES.has(name));
}

/** Finds out who sent a request. @param isTrusted whether an address is one of `net.trusted_proxies` */
export function callerOf(
  headers: IncomingHttpHeaders,
  {remote, local}: Ends,
  isTrusted: (address: string) => boolean,
): Caller {
  const passedOn = isForwarded(headers);
  const address = isTrusted(remote) && passedOn ? behindProxies(headers, isTrusted) : remote;
  const isLocal = address === null ? isOwn(remote, local) : isOwn(address, local);
  return {address, isLocal, isForwarded: passedOn};
}

function isOwn(address: string, local: string): boolean {
  return isLoopbackAddress(address) || address === local;
}

/**
 * The last address that no trusted proxy has. A client may send either header itself, and a proxy replaces only the one
 * that it knows: two headers that disagree say nothing.
 */
function behindProxies(headers: IncomingHttpHeaders, isTrusted: (address: string) => boolean): string | null {
  const lists = [xForwardedFor(headers), forwarded(headers)].filter((hops) => hops !== null);
  const found = new Set(lists.map((hops) => lastUntrusted(hops, isTrusted)));
  const [only] = found;
  return found.size === 1 && only !== undefined ? only : null;
}

function lastUntrusted(
  hops: readonly (string | null)[],
  isTrusted: (address: string) => boolean,
): string | null {
  const near = hops.slice(-MOST_HOPS).reverse();
  for (const hop of near) if (hop === null || !isTrusted(hop)) return hop;
  // Everyone on the way is trusted: the first of them asked.
  return near.at(-1) ?? null;
}

function xForwardedFor(headers: IncomingHttpHeaders): (string | null)[] | null {
  const value = textOf(headers['x-forwarded-for']);
  return value === null ? null : value.split(',').map((hop) => hopAddress(hop.trim()));
}

/** RFC 7239: `for=192.0.2.60;proto=http, for="[2001:db8::1]:4711"`. */
function forwarded(headers: IncomingHttpHeaders): (string | null)[] | null {
  const value = textOf(headers.forwarded);
  if (value === null) return null;
  return value.split(',').map((element) => {
    const pair = /(?:^|;)\s*for\s*=\s*("[^"]*"|[^;\s]*)/i.exec(element);
    return pair?.[1] === undefined ? null : hopAddress(pair[1].replaceAll('"', ''));
  });
}

function textOf(value: string | string[] | undefined): string | null {
  if (value === undefined) return null;
  return Array.isArray(value) ? value.join(',') : value;
}

/** `203.0.113.7`, `203.0.113.7:4711`, `2001:db8::1` or `[2001:db8::1]:4711`; null: it names no address. */
function hopAddress(hop: string): string | null {
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::\d+)?|([^:]+):\d+)$/.exec(hop) ?? [];
  return ipAddress(bracketed ?? plain ?? hop);
}
