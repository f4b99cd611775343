import {lookup as resolve, type LookupAddress, type LookupAllOptions} from 'node:dns';
import {isIP, type LookupFunction} from 'node:net';
import {Agent, request} from 'undici';
import {abortable} from '../../foundation/async/abort.ts';
import {deadline} from '../../foundation/system/system-time.ts';
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
  const lookup = allowPrivate ? {} : {lookup: publicLookup};
  const agent = new Agent({connections: 1, connect: {timeout: timeoutMs, ...lookup}});
  try {
    return await abortable<PublicFile>(signal, (found, failed) => {
      exchange(url, agent, signal).then(found, failed);
      return () => undefined; // the agent is destroyed below
    });
  } catch (error) {
    outer.throwIfAborted();
    if (signal.aborted) return unread(`gives no whole answer within ${timeoutMs / 1000} s`);
    if (error instanceof NotPublicError) return unread(NOT_PUBLIC);
    return unread(`cannot be read: ${networkProblem(error)}`);
  } finally {
    done();
    void agent.destroy();
  }
}

const NOT_PUBLIC = 'is at an address that only its own network can reach';
const unread = (why: string): PublicFile => ({state: 'unread', why});

async function exchange(url: URL, dispatcher: Agent, signal: AbortSignal): Promise<PublicFile> {
  const {statusCode, body} = await request(url, {
    dispatcher,
    signal,
    headers: {accept: '*/*', 'user-agent': 'aos-operator'},
  });
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
