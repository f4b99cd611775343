import {Agent, request} from 'undici';
import * as v from 'valibot';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {proxyFor} from '../../foundation/system/proxy-choice.ts';
import {networkProblem} from '../http/network-code.ts';
import {openProxy, proxyFaultIn, type ProxiedPeer} from '../http/proxy-agent.ts';

/** The versions of a package that its registry has. */
export type Versions = {latest: string; all: readonly string[]};

type Options = {
  signal: AbortSignal;
  /** Limit of the whole request, ms [10 s]. */
  timeoutMs?: number;
  /** Names the proxy, if there is one. */
  env: Readonly<Record<string, string | undefined>>;
};

const TIMEOUT_MS = 10_000;
/** A package with a thousand versions has less. */
const MAX_BYTES = 8 * 1024 * 1024;
/** The short form of the document, without readmes. */
const ACCEPT = 'application/vnd.npm.install-v1+json';

const answerShape = v.object({
  'dist-tags': v.object({latest: v.pipe(v.string(), v.regex(/^\d+\.\d+\.\d+$/))}),
  versions: v.record(v.string(), v.unknown()),
});

/**
 * Asks an npm registry for the versions of a package. Nothing but the name of the package is sent.
 * @param registry http(s) URL
 * @throws AosError REGISTRY_UNREACHABLE | REGISTRY_BAD_ANSWER, or the signal's reason
 */
export async function readVersions(registry: URL, name: string, options: Options): Promise<Versions> {
  const {timeoutMs = TIMEOUT_MS, env} = options;
  const place = `${registry.protocol}//${registry.host}`;
  const url = new URL(`${registry.pathname.replace(/\/*$/, '')}/${name}`, registry);
  const limit = deadline(options.signal, timeoutMs);
  let way: ProxiedPeer | undefined;
  try {
    way = open(url, timeoutMs, env);
    const answer = await request(url, {
      dispatcher: way.dispatcher,
      headers: {accept: ACCEPT, 'user-agent': 'aos-operator'},
      signal: limit.signal,
    });
    const fault = way.faultOf(answer.statusCode);
    if (fault !== null) throw fault;
    if (answer.statusCode >= 500 || answer.statusCode === 429)
      throw new AosError('REGISTRY_UNREACHABLE', `${place} answered HTTP ${answer.statusCode}`);
    if (answer.statusCode !== 200)
      throw new AosError('REGISTRY_BAD_ANSWER', `${place} answered HTTP ${answer.statusCode} for ${name}`);
    return versionsIn(await bodyOf(answer.body), place);
  } catch (error) {
    options.signal.throwIfAborted();
    if (isAosError(error)) throw error;
    const fault = proxyFaultIn(error);
    const why = limit.signal.aborted ? `no answer within ${timeoutMs / 1000} s` : networkProblem(error);
    throw new AosError('REGISTRY_UNREACHABLE', `${place}: ${fault?.message ?? why}`, {
      ...(fault === null ? {} : {next: fault.next}),
    });
  } finally {
    limit.done();
    await way?.close();
  }
}

function open(url: URL, timeoutMs: number, env: Options['env']): ProxiedPeer {
  const choice = proxyFor(url, env);
  if (choice !== null) return openProxy(choice, url, timeoutMs);
  const dispatcher = new Agent({connections: 1, connect: {timeout: timeoutMs}});
  return {dispatcher, faultOf: () => null, close: () => dispatcher.destroy()};
}

async function bodyOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.length;
    if (length > MAX_BYTES)
      throw new AosError('REGISTRY_BAD_ANSWER', `the answer is longer than ${MAX_BYTES} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function versionsIn(text: string, place: string): Versions {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = null; // an HTML page of a portal
  }
  const read = v.safeParse(answerShape, json);
  if (!read.success) throw new AosError('REGISTRY_BAD_ANSWER', `${place} gave no list of versions`);
  return {latest: read.output['dist-tags'].latest, all: Object.keys(read.output.versions)};
}
