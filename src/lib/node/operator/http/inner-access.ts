import type {IncomingHttpHeaders} from 'node:http';
import {ipAddress, isLoopbackAddress} from '../../../foundation/system/ip-address.ts';
import {isForwarded} from './caller.ts';

/** Who may use the inner routes: `loopback` names in `Host` alone, or also IP addresses and the names given. */
export type InnerHosts = {kind: 'loopback'} | {kind: 'own'; names: readonly string[]};

/**
 * Why a request may not use the routes of workers; null: it may. What arrives over loopback may come from outside: through
 * a proxy or a tunnel on this machine, from a web page, or by a name that someone else points to 127.0.0.1.
 */
export function whyOutside(headers: IncomingHttpHeaders, hosts: InnerHosts): string | null {
  if (isForwarded(headers)) return 'it was passed on by a proxy';
  if (headers.origin !== undefined || headers['sec-fetch-site'] !== undefined) return 'a web page sent it';
  const {host} = headers;
  // A client of HTTP/1.0 sends none; a browser always does.
  if (host === undefined || isAllowed(hostName(host), hosts)) return null;
  return 'its Host is not one of this listener';
}

function isAllowed(name: string, hosts: InnerHosts): boolean {
  const address = ipAddress(name);
  if (name === 'localhost' || (address !== null && isLoopbackAddress(address))) return true;
  return hosts.kind === 'own' && (address !== null || hosts.names.includes(name));
}

/** The name in `Host`, without brackets and port. */
export function hostName(host: string): string {
  const [, name = ''] = /^(\[[^\]]*\]|[^:]*)(?::\d*)?$/.exec(host.trim().toLowerCase()) ?? [];
  return name.replaceAll(/[[\]]/g, '').replace(/\.$/, '');
}
