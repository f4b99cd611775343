import {
  BaseError,
  createPublicClient,
  HttpRequestError,
  http,
  numberToHex,
  ResponseBodyTooLargeError,
  RpcRequestError,
  TimeoutError,
  type PublicClient,
} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import type {ChainLog, GetLogs, LogAnswer, LogFilter} from './log-port.ts';
import type {Span} from './spans.ts';

export type LogRpcOptions = {
  url: string;
  /** The host, for messages. */
  endpoint: string;
  /** Limit for one request. */
  timeoutMs: number;
};

/** Bytes of an answer at most: a larger one is read in parts. Providers end answers at 150 MB or earlier. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Creates eth_getLogs for one endpoint. viem's own retries are off, because they would repeat the errors (403, 413, -32005)
 * that name the provider's limit.
 */
export function createLogRpc({url, endpoint, timeoutMs}: LogRpcOptions): GetLogs {
  const transport = http(url, {retryCount: 0, timeout: timeoutMs, maxResponseBodySize: MOST_BYTES});
  const client: PublicClient = createPublicClient({transport});
  return async (filter, span, signal) => {
    const request = {
      address: filter.address,
      topics: filter.topics,
      fromBlock: numberToHex(span.from),
      toBlock: numberToHex(span.to),
    };
    let answer: unknown;
    try {
      answer = await client.request<{Method: 'eth_getLogs'; Parameters: unknown[]; ReturnType: unknown}>(
        {method: 'eth_getLogs', params: [request]},
        {signal},
      );
    } catch (error) {
      signal.throwIfAborted();
      return failureOf(error);
    }
    return {ok: true, logs: readLogs(answer, filter, span, endpoint)};
  };
}

/** Returns the failure of one of viem's requests. */
export function failureOf(error: unknown): LogAnswer & {ok: false} {
  const find = <T extends Error>(type: abstract new (...args: never[]) => T): T | null => {
    const found = error instanceof BaseError ? error.walk((cause) => cause instanceof type) : null;
    return found instanceof type ? found : null;
  };
  const answered = find(RpcRequestError);
  const refused = find(HttpRequestError);
  const tooLarge = find(ResponseBodyTooLargeError) !== null;
  // viem puts the provider's text into different fields.
  const text = tooLarge
    ? 'response body too large'
    : [answered?.details, answered?.data === undefined ? '' : JSON.stringify(answered.data), refused?.details]
        .filter((part) => part !== undefined)
        .join(' ');
  const headers = answered?.headers ?? refused?.headers;
  return {
    ok: false,
    failure: {
      status: tooLarge ? 200 : (answered?.status ?? refused?.status ?? (answered === null ? null : 200)),
      code: answered?.code ?? null,
      text: refused?.status === undefined && answered === null && !tooLarge ? '' : text,
    },
    retryAfterMs: retryAfter(headers?.get('retry-after')),
    timedOut: find(TimeoutError) !== null,
  };
}

/** Reads the seconds of Retry-After; null for a date, for which the back-off decides. */
function retryAfter(header: string | null | undefined): number | null {
  return header !== null && header !== undefined && /^\d{1,6}(\.\d+)?$/.test(header.trim())
    ? Number(header) * 1000
    : null;
}

/** Reads the logs of an answer. @throws AosError CHAIN_BAD_ANSWER for other values than logs of this contract in these blocks */
function readLogs(answer: unknown, filter: LogFilter, span: Span, endpoint: string): ChainLog[] {
  const wrong = (what: string): AosError =>
    new AosError('CHAIN_BAD_ANSWER', `${endpoint} answered eth_getLogs with ${what}`);
  if (!Array.isArray(answer)) throw wrong('something that is no list');
  const logs: ChainLog[] = [];
  for (const item of answer as unknown[]) {
    if (typeof item !== 'object' || item === null) throw wrong('something that is no log');
    const log = item as Record<string, unknown>;
    if (log['removed'] === true) continue;
    const {address, topics, data, blockHash, transactionHash} = log;
    const block = quantity(log['blockNumber']);
    const logIndex = quantity(log['logIndex']);
    if (
      !isHex(address) ||
      !isHex(data) ||
      !isHex(blockHash) ||
      !isHex(transactionHash) ||
      !Array.isArray(topics) ||
      !topics.every(isHex) ||
      block === null ||
      logIndex === null
    )
      throw wrong('a log whose fields make no sense');
    if (block < span.from || block > span.to || address.toLowerCase() !== filter.address.toLowerCase())
      throw wrong('logs outside the request');
    logs.push({
      address: address.toLowerCase(),
      topics: topics.map((topic) => topic.toLowerCase()),
      data: data.toLowerCase(),
      block,
      blockHash: blockHash.toLowerCase(),
      txHash: transactionHash.toLowerCase(),
      logIndex,
      timestamp: quantity(log['blockTimestamp']),
    });
  }
  return logs;
}

function isHex(value: unknown): value is string {
  return typeof value === 'string' && /^0x[0-9a-fA-F]*$/.test(value);
}

function quantity(value: unknown): number | null {
  if (typeof value !== 'string' || !/^0x[0-9a-fA-F]{1,13}$/.test(value)) return null;
  return Number(value);
}
