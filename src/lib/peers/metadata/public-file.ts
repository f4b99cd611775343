import {lookup as resolve, type LookupAddress, type LookupAllOptions} from 'node:dns';
import {isIP, type LookupFunction} from 'node:net';
import {Agent, request} from 'undici';
import {abortable} from '../../foundation/async/abort.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {proxyFor} from '../../foundation/system/proxy-choice.ts';
import {originOf, rightScheme, schemeMistake} from '../http/other-scheme.ts';
import {openProxy, proxyFaultIn, type ProxiedPeer} from '../http/proxy-agent.ts';
import {networkProblem} from '../http/network-code.ts';
import {isPublicAddress} from './public-address.ts';

/** What EigenLayer's own reader waits for a file, from the first byte sent to the last byte read. */
const TIMEOUT_MS = 3_000;
/** The largest file that it takes. */
const MAX_BYTES = 1_048_576;

/** A file of the web, or why it could not be read, in words that follow its name. */
export type PublicFile = {state: 'read'; bytes: Buffer} | {state: 'unread'; why: string};

type PublicFileOptions = {
  /** Also from addresses of this machine and its network, which no machine outside can read: on a development chain. */
  allowPrivate: boolean;
  signal: AbortSignal;
  /** Limit of the whole reading, ms [3 s]. */
  timeoutMs?: number;
  /** Names the proxy, if there is one [that of the process]. */
  env?: Readonly<Record<string, string | undefined>>;
};

/**
 * Reads a file as EigenLayer's web application does: over http(s), in 3 s, at most 1 MiB, and through no redirect. The
 * address is checked when it is connected to, so a name cannot lead to a private one.
 * @throws the reason of the signal; everything else is an answer
 */
export async function readPublicFile(url: URL, options: PublicFileOptions): Promise<PublicFile> {
  const {allowPrivate, signal: outer, timeoutMs = TIMEOUT_MS} = options;
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) return unread(NOT_PUBLIC);
  const {signal, done} = deadline(outer, timeoutMs);
  const isDirect = proxyFor(url, options.env ?? process.env) === null;
  let way: ProxiedPeer | undefined;
  try {
    const opened = open(url, {...options, timeoutMs});
    way = opened;
    return await abortable<PublicFile>(signal, (found, failed) => {
      exchange(url, opened, signal).then(found, failed);
      return () => undefined; // the agent is destroyed below
    });
  } catch (error) {
    outer.throwIfAborted();
    if (signal.aborted) return unread(`gives no whole answer within ${timeoutMs / 1000} s`);
    if (error instanceof NotPublicError) return unread(NOT_PUBLIC);
    const fault = proxyFaultIn(error);
    if (fault !== null) return unread(`cannot be read: ${fault.message}. ${fault.next.say}`);
    const right = isDirect ? await rightScheme(url.href, error, outer) : null;
    if (right !== null)
      return unread(
        `cannot be read: it ${schemeMistake(url.href)}; write ${right} instead of ${originOf(url.href)}`,
      );
    return unread(`cannot be read: ${networkProblem(error)}`);
  } finally {
    done();
    void way?.close();
  }
}

/** Through a proxy, which looks up the name, or direct, and then to public addresses only. */
function open(url: URL, options: PublicFileOptions & {timeoutMs: number}): ProxiedPeer {
  const {allowPrivate, timeoutMs, env = process.env} = options;
  const choice = proxyFor(url, env);
  if (choice !== null) return openProxy(choice, url, timeoutMs);
  const lookup = allowPrivate ? {} : {lookup: publicLookup};
  const dispatcher = new Agent({connections: 1, connect: {timeout: timeoutMs, ...lookup}});
  return {dispatcher, faultOf: () => null, close: () => dispatcher.destroy()};
}

const NOT_PUBLIC = 'is at an address that only its own network can reach';
const unread = (why: string): PublicFile => ({state: 'unread', why});

async function exchange(
  url: URL,
  {dispatcher, faultOf}: ProxiedPeer,
  signal: AbortSignal,
): Promise<PublicFile> {
  const {statusCode, body} = await request(url, {
    dispatcher,
    signal,
    headers: {accept: '*/*', 'user-agent': 'aos-operator'},
  });
  const fault = faultOf(statusCode);
  if (fault !== null) throw fault;
  if (statusCode >= 300 && statusCode < 400) return unread(`answers with a redirect (HTTP ${statusCode})`);
  if (statusCode < 200 || statusCode >= 400) return unread(`answers HTTP ${statusCode}`);
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of body) {
    if (!Buffer.isBuffer(part)) continue;
    size += part.length;
    if (size > MAX_BYTES) return unread('is larger than 1 MiB');
    parts.push(part);
  }
  return {state: 'read', bytes: Buffer.concat(parts)};
}

/** A name that leads to a private address. */
class NotPublicError extends Error {}

/** Resolves a name for a connection; a name with any private address is refused, since which one is taken is not known. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  const all: LookupAllOptions = {...options, all: true};
  resolve(hostname, all, (error, addresses: LookupAddress[]) => {
    if (error !== null) {
      callback(error, '', 0);
      return;
    }
    const [first] = addresses;
    if (!addresses.every(({address}) => isPublicAddress(address)))
      callback(new NotPublicError(`${hostname} is private`), '', 0);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first?.address ?? '', first?.family ?? 0);
  });
};
