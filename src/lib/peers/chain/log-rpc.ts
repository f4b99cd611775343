import {numberToHex} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {requestFailure} from './failure.ts';
import type {ChainLog, GetLogs, LogAnswer, LogFilter} from './log-port.ts';
import {createExchange} from './rpc/exchange.ts';
import {TIMEOUT, TOO_LARGE} from './rpc/failure-kind.ts';
import {factsOf} from './rpc/rpc-failure.ts';
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
 * Creates eth_getLogs for one endpoint, without retries: the scan has its own, and learns the provider's limit from the
 * errors (403, 413, -32005) that name it.
 */
export function createLogRpc({url, endpoint, timeoutMs}: LogRpcOptions): GetLogs {
  const exchange = createExchange({url, endpoint, timeoutMs, maxBytes: MOST_BYTES});
  return async (filter, span, signal) => {
    const request = {
      address: filter.address,
      topics: filter.topics,
      fromBlock: numberToHex(span.from),
      toBlock: numberToHex(span.to),
    };
    let answer: unknown;
    try {
      answer = await exchange({method: 'eth_getLogs', params: [request]}, signal);
    } catch (error) {
      signal.throwIfAborted();
      return failureOf(error, endpoint);
    }
    return {ok: true, logs: readLogs(answer, filter, span, endpoint)};
  };
}

/** Returns the failure of a request. @throws AosError for what is none */
function failureOf(error: unknown, endpoint: string): LogAnswer & {ok: false} {
  const facts = factsOf(error);
  if (facts === null) throw requestFailure(error, endpoint);
  const {status, code, text, network, retryAfterMs} = facts;
  const isTooLarge = network === TOO_LARGE;
  return {
    ok: false,
    failure: {
      status: isTooLarge ? 200 : status,
      code,
      text: isTooLarge ? 'response body too large' : text,
    },
    retryAfterMs,
    timedOut: network === TIMEOUT,
  };
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
