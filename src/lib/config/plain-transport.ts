import {inRanges, ipAddress, ipRange} from '../foundation/system/ip-address.ts';
import type {WorkerKind} from '../protocol/wire/messages.ts';
import type {ConfigWarning} from './config.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS} from './schema.ts';
import {workerUrls} from './worker-urls.ts';

/** Addresses of this machine, of private networks, and of tunnels that encrypt (RFC 1918, 4193, 6598; link-local). */
const NEAR = inRanges(
  [
    '127.0.0.0/8',
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '169.254.0.0/16',
    '100.64.0.0/10',
    '::1',
    'fc00::/7',
    'fe80::/10',
  ].flatMap((text) => ipRange(text) ?? []),
);
/**
 * Names that no public name server has: of one label, as in a compose file, or below a suffix for networks of one's own; and
 * those of Tailscale, whose machines are reached by its tunnels (what it publishes of one has TLS).
 */
const NEAR_NAME = /^[^.]+\.?$|\.(?:localhost|local|internal|lan|home\.arpa|svc|cluster\.local|ts\.net)\.?$/i;

const SIGNER_RISK = 'anyone on the way can have things signed';

/** Peers beyond this machine and private networks whose messages anyone on the way can read and change. */
export function plainTransport(resolved: Resolved, kinds: readonly WorkerKind[]): ConfigWarning[] {
  const plain = (path: string, url: string | undefined, risk: string): ConfigWarning[] => {
    if (url === undefined || !URL.canParse(url)) return [];
    const {protocol, hostname, host} = new URL(url);
    const isPlain = protocol === 'http:' || protocol === 'ws:';
    if (!isPlain || isNear(hostname)) return [];
    const safe = protocol === 'ws:' ? 'wss://' : 'https://';
    const message = `${path} is ${protocol}//${host}, without TLS over a public network: ${risk}; use ${safe}, or a tunnel`;
    return [{code: 'PLAIN_TRANSPORT', path, message}];
  };
  const rpcs = resolved.many(FIELDS.rpcUrls) ?? [];
  return [
    ...plain(
      FIELDS.dispatcherUrl.path,
      resolved.one(FIELDS.dispatcherUrl),
      'anyone on the way can put in jobs',
    ),
    ...plain(FIELDS.signerKey.path, resolved.one(FIELDS.signerKey), SIGNER_RISK),
    ...(resolved.many(FIELDS.signerUrls) ?? []).flatMap((url) =>
      plain(FIELDS.signerUrls.path, url, SIGNER_RISK),
    ),
    ...plain(FIELDS.rpcUrl.path, resolved.one(FIELDS.rpcUrl), 'anyone on the way can make up the chain'),
    ...rpcs.flatMap((url) => plain(FIELDS.rpcUrls.path, url, 'anyone on the way can make up the chain')),
    ...kinds.flatMap((kind) =>
      (workerUrls(resolved, kind) ?? []).flatMap((url) =>
        plain(`workers.${kind}`, url, 'anyone on the way can change an answer, which is then signed'),
      ),
    ),
  ];
}

function isNear(hostname: string): boolean {
  const host = hostname.replaceAll(/^\[|\]$/g, '');
  const address = ipAddress(host);
  return address === null ? NEAR_NAME.test(host) : NEAR(address);
}
