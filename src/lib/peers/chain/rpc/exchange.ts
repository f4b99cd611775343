import {RpcRequestError} from 'viem';
import type {Response} from 'undici';
import {abortable} from '../../../foundation/async/abort.ts';
import {isAosError} from '../../../foundation/errors/error.ts';
import {deadline} from '../../../foundation/system/system-time.ts';
import {safeText} from '../../../foundation/text/safe-text.ts';
import {TIMEOUT, TOO_LARGE, type RpcFacts} from './failure-kind.ts';
import {createRpcFetch} from './rpc-fetch.ts';
import {retryAfterOf, RpcFailure} from './rpc-failure.ts';
import {createUrlSecrets} from './url-secrets.ts';

export type RpcCall = {method: string; params?: unknown};

/**
 * Sends one JSON-RPC request and returns its `result`, without a retry.
 * @throws viem's RpcRequestError for a JSON-RPC error, RpcFailure for any other failure, or the signal's reason
 */
export type Exchange = (call: RpcCall, signal: AbortSignal) => Promise<unknown>;

export type ExchangeOptions = {
  url: string;
  /** The host, for messages: the URL contains secrets. */
  endpoint: string;
  /** Limit from connecting to the last byte of the answer; null leaves it to the signal. */
  timeoutMs: number | null;
  /** Bytes of an answer at most, after gzip [10 MiB]. */
  maxBytes?: number;
};

const MIB = 1024 * 1024;
/** Of an answer with an error status: no provider says more, and a hostile one says it without end. */
const MOST_ERROR_BYTES = 64 * 1024;
/** Of a body that is no JSON-RPC, and of the message of an error, for the reading of its words. */
const MOST_WORDS = 500;
const MOST_MESSAGE = 4_000;
/** Of the reason why there was no answer. */
const MOST_REASON = 80;

/** Creates the exchange of one endpoint. Redirects are not followed: they may lead into this machine, or take a key elsewhere. */
export function createExchange(options: ExchangeOptions): Exchange {
  const {url, endpoint, timeoutMs, maxBytes = 10 * MIB} = options;
  const {address, authorization, withoutSecrets} = createUrlSecrets(url);
  const headers = {
    'content-type': 'application/json',
    ...(authorization === null ? {} : {authorization}),
  };
  const fetchFrom = createRpcFetch({address, endpoint, timeoutMs});
  let last = 0;

  async function ask(body: string, signal: AbortSignal): Promise<unknown> {
    const response = await fetchFrom({method: 'POST', redirect: 'manual', headers, body, signal});
    const {status} = response;
    const base = {
      ...NOTHING,
      status,
      retryAfterMs: retryAfterOf(response.headers.get('retry-after')),
    };
    if (status >= 300 && status < 400) {
      // Not awaited: what is left of the body is of no use.
      void response.body?.cancel().catch(() => undefined);
      throw new RpcFailure(endpoint, {
        ...base,
        redirectTo: placeOf(response.headers.get('location'), address),
      });
    }
    const text = await textWithin(response, response.ok ? maxBytes : MOST_ERROR_BYTES);
    if (text === null && response.ok) throw new RpcFailure(endpoint, {...base, network: TOO_LARGE});
    const answer = objectIn(text ?? '');
    const refusal = answer === null ? null : errorIn(answer);
    if (refusal !== null)
      throw new RpcRequestError({
        body: {},
        url: endpoint,
        error: {
          ...refusal,
          message: withoutSecrets(refusal.message),
          ...('data' in refusal ? {data: cleaned(refusal.data, withoutSecrets)} : {}),
        },
        ...(response.ok ? {} : {status}),
        headers: new Headers(
          base.retryAfterMs === null ? {} : {'retry-after': String(base.retryAfterMs / 1000)},
        ),
      });
    // An error without a code, and an answer without a result, are no success: a null result is there.
    if (answer === null || !response.ok || !('result' in answer) || hasError(answer))
      throw new RpcFailure(endpoint, {...base, text: withoutSecrets(safeText(text ?? '', MOST_WORDS))});
    return answer['result'];
  }

  return async (call, outer) => {
    const body = JSON.stringify({jsonrpc: '2.0', id: (last += 1), method: call.method, params: call.params});
    const limit = timeoutMs === null ? {signal: outer, done: () => {}} : deadline(outer, timeoutMs);
    try {
      return await abortable<unknown>(limit.signal, (resolve, reject) => {
        ask(body, limit.signal).then(resolve, reject);
        return () => undefined; // fetch has the signal
      });
    } catch (error) {
      outer.throwIfAborted();
      if (limit.signal.aborted) throw new RpcFailure(endpoint, {...NOTHING, network: TIMEOUT});
      if (error instanceof RpcFailure || error instanceof RpcRequestError) throw error;
      // A proxy's own refusal has its words already.
      const own = error instanceof Error && isAosError(error.cause) ? error.cause : error;
      if (isAosError(own)) throw own;
      throw new RpcFailure(endpoint, {...NOTHING, network: socketCode(error, withoutSecrets)});
    } finally {
      limit.done();
    }
  };
}

const NOTHING: RpcFacts = {
  status: null,
  code: null,
  text: '',
  network: null,
  retryAfterMs: null,
  redirectTo: null,
};

/** Reads a body of at most `most` bytes, unpacked; null when it is longer. The rest is not read. */
async function textWithin({body}: Response, most: number): Promise<string | null> {
  if (body === null) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > most) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function objectIn(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? {...value} : null;
  } catch {
    return null; // a page of a proxy, or half an answer
  }
}

function errorIn(answer: Readonly<Record<string, unknown>>): {
  code: number;
  message: string;
  data?: unknown;
} | null {
  const {error} = answer;
  if (typeof error !== 'object' || error === null || !('code' in error)) return null;
  const code = Number(error.code);
  if (!Number.isSafeInteger(code)) return null;
  const message =
    'message' in error && typeof error.message === 'string' ? error.message.slice(0, MOST_MESSAGE) : '';
  return {code, message, ...('data' in error ? {data: error.data} : {})};
}

/** Members of `data` that are inside one another: clients put the bytes of a revert two deep. */
const MOST_DEPTH = 6;

/** What came with an error, without the secrets of the URL. Bytes (`0x…`) stay as they are: they say why a call reverts. */
function cleaned(data: unknown, withoutSecrets: (text: string) => string, depth = MOST_DEPTH): unknown {
  if (typeof data === 'string') return /^0x[0-9a-f]*$/i.test(data) ? data : withoutSecrets(data);
  if (typeof data !== 'object' || data === null) return data;
  if (depth === 0) return null;
  const inner = (value: unknown): unknown => cleaned(value, withoutSecrets, depth - 1);
  return Array.isArray(data)
    ? data.map(inner)
    : Object.fromEntries(
        Object.entries(data).map(([name, value]) => [withoutSecrets(name), inner(value)] as const),
      );
}

/** Whether an answer names an error of any kind; JSON-RPC 1.0 has a null beside each result. */
function hasError({error}: Readonly<Record<string, unknown>>): boolean {
  return error !== undefined && error !== null;
}

/** Scheme and host of a redirect: its path may contain the key of the URL. */
function placeOf(location: string | null, base: string): string | null {
  return location !== null && URL.canParse(location, base) ? new URL(location, base).origin : null;
}

/** The code of the innermost error that has one, because fetch wraps the error of the socket; else the words of the innermost. */
function socketCode(error: unknown, withoutSecrets: (text: string) => string): string {
  let code: string | null = null;
  let words = 'UNKNOWN';
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    words = cause.message;
    if ('code' in cause && typeof cause.code === 'string') code = cause.code;
  }
  // Of a port that fetch refuses there is nothing else.
  return code ?? safeText(withoutSecrets(words), MOST_REASON);
}
