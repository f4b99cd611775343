import {createPublicClient, http, HttpRequestError, type PublicClient} from 'viem';
import {allowManyListeners} from '../../foundation/async/abort.ts';

export type ChainClientOptions = {
  url: string;
  /** Ends every request of this client. */
  signal: AbortSignal;
  /** Limit for one request; null leaves it to the signal. */
  timeoutMs?: number | null;
  /** Retries after a busy RPC or a stale connection. */
  retry?: {count: number; /** Wait before the first; it doubles. */ delayMs: number};
};

const RETRY = {count: 1, delayMs: 150};

/**
 * Creates viem's client for one JSON-RPC endpoint, without viem's fallback transport: the requests of one read must see the
 * same chain at the same block, so a failure repeats the whole read on the next endpoint.
 */
export function createChainClient(options: ChainClientOptions): PublicClient {
  const {url, signal, timeoutMs = null, retry = RETRY} = options;
  // Each request in progress listens to the signal, and a read sends many.
  allowManyListeners(signal);
  const transport = http(url, {
    timeout: timeoutMs ?? 0,
    retryCount: retry.count,
    retryDelay: retry.delayMs,
    fetchOptions: {signal},
    onFetchResponse: (response) => refuseStatus(response, url),
  });
  return createPublicClient({transport});
}

/**
 * Throws an HTTP error without JSON by its status. viem would report the text instead, which looks like an incomplete
 * answer and has no retry.
 */
async function refuseStatus(response: Response, url: string): Promise<void> {
  if (response.ok) return;
  const text = await response.clone().text();
  try {
    JSON.parse(text);
  } catch {
    throw new HttpRequestError({url, status: response.status});
  }
}
