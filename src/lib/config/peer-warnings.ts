import {proxiesOf} from '../foundation/system/proxy-choice.ts';
import type {ConfigWarning} from './config.ts';
import {isLoopbackUrl} from './loopback-url.ts';
import {CUSTOM_NETWORK} from './networks.ts';
import {isPublicNetwork} from './public-network.ts';
import type {Resolved} from './resolve.ts';
import {FIELDS, type Field} from './schema.ts';
import type {Env} from './user-path.ts';

/**
 * Peers of a public network that cannot be what they are named: its dispatcher is on another machine, unless a tunnel leads
 * to it, and its probes come from other machines. A worker, a signer and an RPC may well be on this one.
 */
export function loopbackPeers(resolved: Resolved): ConfigWarning[] {
  const {network} = resolved;
  if (!isPublicNetwork(resolved)) return [];
  const name = network === CUSTOM_NETWORK ? 'chain 1' : network;
  const warning = (field: Field<string>, why: string): ConfigWarning[] => {
    const url = resolved.one(field);
    return url === undefined || !isHere(url)
      ? []
      : [{code: 'LOOPBACK_PEER', path: field.path, message: `${field.path} is on this machine, ${why}`}];
  };
  return [
    ...warning(
      FIELDS.dispatcherUrl,
      `and the dispatcher of ${name} is not: unless a tunnel to it listens there, name the dispatcher of ${name}`,
    ),
    ...warning(
      FIELDS.outerUrl,
      `where the probes of ${name} do not arrive: name the address that other machines reach this one by`,
    ),
  ];
}

/** Whether a URL leads to this machine; an address of all interfaces is one to listen on, and does too. */
function isHere(url: string): boolean {
  return isLoopbackUrl(url) || ['0.0.0.0', '[::]'].includes(new URL(url).hostname);
}

/** Variables that name a proxy which aos cannot use: every request that needs it fails. */
export function proxyWarnings(env: Env): ConfigWarning[] {
  return proxiesOf(env).flatMap(({variable, wrong}): ConfigWarning[] =>
    wrong === null
      ? []
      : [
          {
            code: 'PROXY_UNUSABLE',
            path: variable,
            message: `the variable ${variable} ${wrong}: set ${variable}=http://HOST:PORT, or unset it`,
          },
        ],
  );
}
