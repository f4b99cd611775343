import {lookup} from 'node:dns/promises';
import {isIP} from 'node:net';
import {Client} from 'undici';
import {abortable} from '../../foundation/async/abort.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {shownUrl} from '../../foundation/text/shown-url.ts';
import {isProofUrl} from '../../protocol/wire/proof.ts';
import {networkCode, networkProblem} from '../http/network-code.ts';
import {allowedAddresses} from './addresses.ts';

/** Who a job may have this node ask for its proof, and for how long. */
export type FetchLimits = {
  /** Private ranges that are allowed. */
  readonly allowPrivate: readonly string[];
  /** Of all of it, redirects included. [30 s] */
  readonly limitMs?: number;
  /** Most bytes of a proof. [1 MiB] */
  readonly mostBytes?: number;
  /** The addresses of a host; null: those of the system's resolver. */
  readonly resolve?: ((host: string) => Promise<readonly string[]>) | null;
};

const FETCH_MS = 30_000;
const MIB = 1024 * 1024;
const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Downloads the proof of a job. Its address is a stranger's: a name is resolved once and that address is connected to, so that
 * it cannot become another between the look and the connection, and each redirect is looked at in the same way. No proxy is used.
 * @throws AosError PROOF_URL_REFUSED | PROOF_FETCH_FAILED, or the signal's reason
 */
export async function fetchProof(url: string, limits: FetchLimits, signal: AbortSignal): Promise<Buffer> {
  const {limitMs = FETCH_MS, mostBytes = MIB} = limits;
  const isAllowed = allowedAddresses(limits.allowPrivate);
  const resolve = limits.resolve ?? resolveBySystem;
  const limit = deadline(signal, limitMs);
  try {
    let at = url;
    for (let hop = 0; hop <= MOST_REDIRECTS; hop += 1) {
      const target = targetOf(at);
      const address = await addressOf(target, {resolve, isAllowed, signal: limit.signal});
      const got = await get(target, {address, mostBytes, limitMs, signal: limit.signal});
      if ('body' in got) return got.body;
      at = got.to;
    }
    throw failed(url, `it redirects more than ${MOST_REDIRECTS} times`);
  } catch (error) {
    signal.throwIfAborted();
    if (isAosError(error)) throw error;
    if (limit.signal.aborted) throw failed(url, `it did not come within ${limitMs / 1000} s`);
    const isLarge = networkCode(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE';
    throw failed(url, isLarge ? `it has more than ${mostBytes} bytes` : networkProblem(error), error);
  } finally {
    limit.done();
  }
}

function failed(url: string, why: string, cause?: unknown): AosError {
  return new AosError('PROOF_FETCH_FAILED', `the proof at ${shownUrl(url)} cannot be had: ${why}`, {cause});
}

function refused(url: string, why: string): AosError {
  return new AosError('PROOF_URL_REFUSED', `the proof at ${shownUrl(url)} is not fetched: ${why}`);
}

function targetOf(url: string): URL {
  if (!isProofUrl(url)) throw refused(url, 'its address is no http(s) URL');
  const target = new URL(url);
  if (target.username !== '' || target.password !== '')
    throw refused(url, 'its address has a user or a password');
  return target;
}

type Looked = {
  resolve: (host: string) => Promise<readonly string[]>;
  isAllowed: (address: string) => boolean;
  signal: AbortSignal;
};

/** The one address that is connected to. */
async function addressOf(target: URL, {resolve, isAllowed, signal}: Looked): Promise<string> {
  const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) === 0 ? await resolved(resolve(host), signal) : [host];
  const address = addresses.find(isAllowed);
  if (address !== undefined) return address;
  const [first] = addresses;
  throw first === undefined
    ? failed(target.href, 'its host has no address')
    : refused(target.href, `${first} is an address of this machine or of a private network`);
}

/** The system's resolver knows no limit of ours. */
function resolved(addresses: Promise<readonly string[]>, signal: AbortSignal): Promise<readonly string[]> {
  return abortable<readonly string[]>(signal, (resolve, reject) => {
    addresses.then(resolve, reject);
    return () => undefined;
  });
}

async function resolveBySystem(host: string): Promise<readonly string[]> {
  return (await lookup(host, {all: true})).map(({address}) => address);
}

type Get = {address: string; mostBytes: number; limitMs: number; signal: AbortSignal};

async function get(
  target: URL,
  {address, mostBytes, limitMs, signal}: Get,
): Promise<{body: Buffer} | {to: string}> {
  const client = new Client(target.origin, {
    maxResponseSize: mostBytes,
    headersTimeout: limitMs,
    bodyTimeout: limitMs,
    connect: {
      timeout: limitMs,
      lookup: (_host, _options, done) => done(null, [{address, family: isIP(address)}]),
      autoSelectFamily: true,
    },
  });
  try {
    const {statusCode, headers, body} = await client.request({
      method: 'GET',
      path: `${target.pathname}${target.search}`,
      headers: {accept: 'application/json', 'accept-encoding': 'identity'},
      signal,
    });
    const {location} = headers;
    if (REDIRECTS.has(statusCode) && typeof location === 'string' && URL.canParse(location, target.href))
      return {to: new URL(location, target.href).href};
    if (statusCode !== 200) throw failed(target.href, `HTTP ${statusCode}`);
    return {body: Buffer.from(await body.arrayBuffer())};
  } finally {
    // What is left of an answer is not read.
    await client.destroy();
  }
}
