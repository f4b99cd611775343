import {Pool, request, type Dispatcher} from 'undici';
import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import {say, type NextStep} from '../../../foundation/next-step/next-step.ts';
import {proxyFor} from '../../../foundation/system/proxy-choice.ts';
import type {Time} from '../../../foundation/time/time.ts';
import {isNotConnected, isUntrusted, networkProblem} from '../../http/network-code.ts';
import {createSchemeLook} from '../../http/other-scheme.ts';
import {createBytes, looseText} from './bytes.ts';
import {readApiKey, readCa} from './files.ts';
import {createKeyMask, type KeyMask} from './key-mask.ts';
import {limitOf} from './limit.ts';

/** What a server says before the body of its reply. */
export type Head = {
  status: number;
  contentType: string;
  /** As it came; '' without it. */
  retryAfter: string;
  location: string;
};

export type Reply = Head & {body: string};

/** A reply whose body is still to come. */
export type OpenReply = Head & {
  chunks: AsyncIterable<Uint8Array>;
  /** Reads no more of it. */
  leave(): void;
};

/** HTTP to one engine, always direct: no worker is reached through a proxy (docs/network.md). */
export type EngineHttp = Pick<KeyMask, 'mask' | 'isIn'> & {
  /** Its base URL as configured, without what a URL may hold of a password. */
  readonly url: string;
  readonly host: string;
  /** `opml worker host:port`, for texts. */
  readonly name: string;
  /** The next step for an engine that does not answer. */
  readonly start: NextStep;
  /**
   * Reads something small, whole.
   * @throws AosError WORKER_UNREACHABLE | WORKER_REFUSED (more than 1 MiB) | ENGINE_FILE_INVALID | KEY_UNSAFE
   */
  get(path: string, signal: AbortSignal): Promise<Reply>;
  /**
   * Puts a request, once; the signal ends it, with its body.
   * @throws AosError WORKER_UNREACHABLE: the engine has nothing of it; WORKER_LOST: perhaps it has; ENGINE_FILE_INVALID |
   *   KEY_UNSAFE
   */
  post(path: string, body: string, signal: AbortSignal): Promise<OpenReply>;
  /** What a failure while the body was read means. */
  lost(error: unknown): AosError;
  close(): Promise<void>;
};

export type EngineHttpOptions = {
  /** Base URL, checked; `/v1` at its end is left out. */
  url: string;
  apiKeyFile: string | null;
  ca: string | null;
  time: Pick<Time, 'after'>;
  /** Where a proxy may be named, which is not used [that of the process]. */
  env?: Readonly<Record<string, string | undefined>>;
};

const LOOK_MS = 10_000;
/** Less than a look, so that what is not there is known as such. */
const CONNECT_MS = 5_000;
/** Below what servers keep an idle connection for. */
const KEEP_ALIVE_MS = 4_000;
const MOST_LOOK = 1024 * 1024;

export function createEngineHttp(options: EngineHttpOptions): EngineHttp {
  const {apiKeyFile, ca, time, env = process.env} = options;
  const target = new URL(options.url);
  const {origin, host} = target;
  const base = target.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  const name = `opml worker ${host}`;
  const proxy = proxyFor(target, env);
  const start = say(
    proxy === null
      ? 'Start the engine, or correct workers.opml.url.'
      : `Start the engine, or correct workers.opml.url: workers are asked directly, without the proxy of ${proxy.variable}.`,
  );
  const schemeLook = createSchemeLook(origin);
  const keys = createKeyMask();
  let opened: Pool | undefined;

  async function send(
    {method, path, body}: {method: 'GET' | 'POST'; path: string; body: string | null},
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData> {
    const key = apiKeyFile === null ? null : readApiKey(apiKeyFile);
    if (key !== null) keys.sent(key);
    opened ??= openPool(target, ca);
    const reply = await request(`${origin}${base}${path}`, {
      method,
      dispatcher: opened,
      headers: headersOf(body, key),
      body,
      signal,
      // The caller’s signal bounds the whole exchange.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    // A body that is not read to its end is aborted, which is an error of the stream alone.
    reply.body.on('error', () => undefined);
    return reply;
  }

  function unreachable(error: unknown): AosError {
    const next = isUntrusted(error)
      ? say(
          'Name the certificate of its authority in workers.opml.ca, or the name of its certificate in workers.opml.url.',
        )
      : start;
    return new AosError('WORKER_UNREACHABLE', `${name}: ${networkProblem(error)}`, {cause: error, next});
  }

  function lost(error: unknown): AosError {
    if (isAosError(error)) return error;
    return new AosError('WORKER_LOST', `${name}: ${networkProblem(error)}, while it answered a request`, {
      cause: error,
      next: start,
    });
  }

  /** @throws AosError WORKER_UNREACHABLE: the scheme of the URL is wrong */
  async function lookAtScheme(error: unknown, signal: AbortSignal): Promise<void> {
    if (isAosError(error) || signal.aborted) return;
    const fault = await schemeLook(error, signal);
    signal.throwIfAborted();
    if (fault === null) return;
    throw new AosError('WORKER_UNREACHABLE', `${name} ${fault.what}`, {
      cause: error,
      next: say(`Write ${fault.right} instead of ${fault.wrong} in workers.opml.`),
    });
  }

  return {
    url: `${origin}${target.pathname.replace(/\/+$/, '')}`,
    host,
    name,
    start,
    async get(path, outer) {
      const late = (): AosError =>
        new AosError('WORKER_UNREACHABLE', `${name} did not answer GET ${path} within 10 s`, {next: start});
      const limit = limitOf(outer, time, {ms: LOOK_MS, late});
      try {
        const reply = await send({method: 'GET', path, body: null}, limit.signal);
        const bytes = createBytes(MOST_LOOK);
        for await (const chunk of chunksOf(reply))
          if (!bytes.add(chunk))
            throw new AosError('WORKER_REFUSED', `${name} sent more than 1 MiB to GET ${path}`);
        return {...headOf(reply, keys), body: keys.mask(looseText(bytes.all()))};
      } catch (error) {
        limit.signal.throwIfAborted();
        if (isAosError(error)) throw error;
        await lookAtScheme(error, outer);
        throw unreachable(error);
      } finally {
        limit.done();
      }
    },
    async post(path, body, signal) {
      try {
        const reply = await send({method: 'POST', path, body}, signal);
        return {...headOf(reply, keys), chunks: chunksOf(reply), leave: () => void reply.body.destroy()};
      } catch (error) {
        signal.throwIfAborted();
        if (isAosError(error)) throw error;
        const isUnsent = isNotConnected(error) || isUntrusted(error);
        throw isUnsent ? unreachable(error) : lost(error);
      }
    },
    lost,
    mask: keys.mask,
    isIn: keys.isIn,
    close: async () => {
      await opened?.destroy();
    },
  };
}

/** @throws AosError ENGINE_FILE_INVALID */
function openPool(target: URL, ca: string | null): Pool {
  const tls = ca === null || target.protocol !== 'https:' ? {} : {ca: readCa(ca)};
  return new Pool(target.origin, {
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    pipelining: 1,
    connect: {timeout: CONNECT_MS, ...tls},
  });
}

function headersOf(body: string | null, key: string | null): Record<string, string> {
  return {
    accept: 'text/event-stream, application/json',
    ...(body === null ? {} : {'content-type': 'application/json'}),
    ...(key === null ? {} : {authorization: `Bearer ${key}`}),
  };
}

function headOf({statusCode, headers}: Dispatcher.ResponseData, {mask}: KeyMask): Head {
  const header = (name: string): string => {
    const value = headers[name];
    return mask((Array.isArray(value) ? value[0] : value) ?? '');
  };
  return {
    status: statusCode,
    contentType: header('content-type').toLowerCase(),
    retryAfter: header('retry-after'),
    location: header('location'),
  };
}

/** undici types the chunks of a body as anything. */
async function* chunksOf({body}: Dispatcher.ResponseData): AsyncGenerator<Uint8Array> {
  for await (const chunk of body as AsyncIterable<unknown>) if (chunk instanceof Uint8Array) yield chunk;
}
