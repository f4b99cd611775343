import {isIP} from 'node:net';
import {ipAddress, isLoopbackAddress} from '../foundation/system/ip-address.ts';
import type {ConfigWarning, ListenAddress} from './config.ts';
import {isLoopbackUrl} from './loopback-url.ts';
import {isPublicNetwork} from './public-network.ts';
import type {Resolved} from './resolve.ts';
import {isSamePort} from './same-port.ts';
import {FIELDS} from './schema.ts';

/** Where metrics are served when nothing is configured: EigenDA’s nodes use the same port. */
const USUAL: ListenAddress = {host: '127.0.0.1', port: 9092};
const ANY_HOST: ReadonlySet<string> = new Set(['0.0.0.0', '::']);

/**
 * Where metrics are served; null: nowhere. Without a key, on loopback of a node of a public network: on a development chain
 * several nodes run on one machine. An address that another part of this node needs is left to that part, because a node
 * without metrics earns, and one without its signer or its /ping does not.
 */
export function metricsAddressOf(resolved: Resolved): ListenAddress | null {
  const wanted = wantedAddress(resolved);
  return wanted === null || takenBy(resolved, wanted) !== null ? null : wanted;
}

/** What the operator should know of that address. */
export function metricsWarnings(resolved: Resolved): ConfigWarning[] {
  const {path} = FIELDS.metricsUrl;
  const wanted = wantedAddress(resolved);
  if (wanted === null) return [];
  const owner = takenBy(resolved, wanted);
  if (owner !== null) {
    const message = `${path} has the port of ${owner}, so no metrics are served: give it another one, such as ${FIELDS.metricsUrl.example}`;
    return [{code: 'CONTRADICTION', path, message}];
  }
  if (!ANY_HOST.has(wanted.host)) return [];
  const message = `${path} is every address of this machine, so anyone who reaches port ${wanted.port} reads the figures of this node: use ${FIELDS.metricsUrl.example}, or let a firewall keep others out`;
  return [{code: 'METRICS_OPEN', path, message}];
}

function wantedAddress(resolved: Resolved): ListenAddress | null {
  const configured = resolved.one(FIELDS.metricsUrl);
  if (configured !== undefined) return configured;
  return isPublicNetwork(resolved) ? USUAL : null;
}

/** The key whose listener has that port; null: none. A signer on this machine counts, whichever of the two starts first. */
function takenBy(resolved: Resolved, wanted: ListenAddress): string | null {
  const own = [FIELDS.restUrl, FIELDS.callbackListen].find((field) => {
    const address = resolved.one(field);
    return address !== undefined && isSamePort(address, wanted);
  });
  if (own !== undefined) return own.path;
  const signer = resolved.one(FIELDS.signerKey);
  if (signer !== undefined && isLoopbackUrl(signer) && isHere(wanted.host)) {
    const {port, protocol} = new URL(signer);
    const listens = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
    if (listens === wanted.port) return FIELDS.signerKey.path;
  }
  return null;
}

/** Whether a listener there takes the port of 127.0.0.1. A name may be anything. */
function isHere(host: string): boolean {
  if (ANY_HOST.has(host) || isIP(host) === 0) return true;
  return isLoopbackAddress(ipAddress(host) ?? host);
}
