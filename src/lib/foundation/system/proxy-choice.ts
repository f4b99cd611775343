import {inRanges, ipAddress, ipRange, isLoopbackAddress} from './ip-address.ts';

/** The proxy that a variable names for a URL. */
export type ProxyChoice = {
  /** The variable, as it is spelled in the environment. */
  variable: string;
  /** Scheme, host and port, without what a URL may hold of a password; null: the value is no usable URL. */
  place: string | null;
  /** With user and password: never shown. Null: the value is no usable URL. */
  url: URL | null;
  /** Why the value cannot be used, in words that follow its name; null: it can. */
  wrong: string | null;
};

type Env = Readonly<Record<string, string | undefined>>;

const VARIABLES: Readonly<Record<string, readonly string[]>> = {
  'http:': ['http_proxy', 'HTTP_PROXY', 'all_proxy', 'ALL_PROXY'],
  'https:': ['https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'],
};
/** Every variable that names a proxy. */
const ALL_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY', 'all_proxy', 'ALL_PROXY'];

/**
 * Chooses the proxy for an http(s) URL as curl does: lower case before upper case, the scheme's own variable before
 * ALL_PROXY. Nothing that NO_PROXY names and nothing on this machine goes through a proxy.
 * @returns null: the connection is direct
 */
export function proxyFor(target: URL, env: Env): ProxyChoice | null {
  const variable = (VARIABLES[target.protocol] ?? []).find((name) => valueOf(env, name) !== '');
  if (variable === undefined || isOfThisMachine(target) || isExcluded(target, env)) return null;
  return readProxy(variable, valueOf(env, variable));
}

/** Reads the variables that are set and name a proxy, each once; a value that two spellings share is one. */
export function proxiesOf(env: Env): readonly ProxyChoice[] {
  const found = ALL_VARIABLES.filter((name) => valueOf(env, name) !== '');
  return found
    .filter((name) => name === name.toLowerCase() || !found.includes(name.toLowerCase()))
    .map((name) => readProxy(name, valueOf(env, name)));
}

/** A proxy, and the peers that are reached through it, by name; `place` null: its variable cannot be used. */
export type ProxyUse = Pick<ProxyChoice, 'variable' | 'place'> & {peers: readonly string[]};

/** The proxies through which these peers are reached; those that are reached directly are left out. */
export function proxyUses(peers: readonly {name: string; url: string}[], env: Env): readonly ProxyUse[] {
  const uses = new Map<string, ProxyUse>();
  for (const {name, url} of peers) {
    const choice = proxyFor(new URL(url), env);
    if (choice === null) continue;
    const {variable, place} = choice;
    uses.set(variable, {variable, place, peers: [...(uses.get(variable)?.peers ?? []), name]});
  }
  return [...uses.values()];
}

/** `HTTPS_PROXY (http://proxy:3128) for RPC rpc.example.org`. */
export function proxyUseText(use: ProxyUse): string {
  return `${proxyText(use)} for ${use.peers.join(', ')}`;
}

/** `HTTPS_PROXY (http://proxy:3128)`: a proxy for people, without its password. */
export function proxyText({variable, place}: Pick<ProxyChoice, 'variable' | 'place'>): string {
  return place === null ? variable : `${variable} (${place})`;
}

function valueOf(env: Env, name: string): string {
  return env[name]?.trim() ?? '';
}

function readProxy(variable: string, value: string): ProxyChoice {
  const wrong = (why: string): ProxyChoice => ({variable, place: null, url: null, wrong: why});
  const scheme = /^(?<scheme>[a-z][a-z0-9+.-]*):\/\//i.exec(value)?.groups?.['scheme']?.toLowerCase();
  if (scheme?.startsWith('socks') === true)
    return wrong('names a SOCKS proxy, and aos uses http and https proxies only');
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
    return wrong('has a scheme other than http:// and https://');
  const text = scheme === undefined ? `http://${value}` : value;
  if (/\s/.test(value) || !URL.canParse(text)) return wrong('is no URL of a proxy');
  const url = new URL(text);
  if (!/^[\w.:[\]-]+$/.test(url.hostname))
    return wrong('is no URL of a proxy: quotes or other signs are in it');
  if (url.port === '0') return wrong('has port 0');
  return {variable, place: `${url.protocol}//${url.host}`, url, wrong: null};
}

const bare = (host: string): string => host.replaceAll(/^\[|\]$/g, '').replace(/\.$/, '');

function isOfThisMachine({hostname}: URL): boolean {
  const host = bare(hostname);
  const address = ipAddress(host);
  return address === null
    ? host === 'localhost' || host.endsWith('.localhost')
    : isLoopbackAddress(address) || address === '0.0.0.0' || address === '::';
}

function isExcluded(target: URL, env: Env): boolean {
  const list = valueOf(env, 'no_proxy') || valueOf(env, 'NO_PROXY');
  const host = bare(target.hostname);
  const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => entry !== '' && matches(entry, host, port));
}

/** One entry of NO_PROXY: `*`, a name and what is below it, an address, a range of addresses; with a port or without. */
function matches(entry: string, host: string, port: string): boolean {
  if (entry === '*') return true;
  const range = ipRange(bare(entry));
  if (range !== null) {
    const address = ipAddress(host);
    return address !== null && inRanges([range])(address);
  }
  const parts = /^(?<name>\[[^\]]+\]|[^:]+)(?::(?<port>\d+))?$/.exec(entry)?.groups;
  if (parts === undefined || (parts['port'] !== undefined && parts['port'] !== port)) return false;
  const name = bare((parts['name'] ?? '').replace(/^\*?\./, ''));
  const address = ipAddress(name);
  return address === null ? host === name || host.endsWith(`.${name}`) : address === ipAddress(host);
}
