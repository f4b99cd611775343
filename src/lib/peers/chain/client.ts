import {createPublicClient, http, HttpRequestError, type PublicClient} from 'viem';
import {allowManyListeners} from '../../foundation/async/abort.ts';

export type ChainClientOptions = {
  url: string;
  /** Ends every request of this client. */
  signal: AbortSignal;
  /** Limit for one request, to the last byte of its answer; null leaves it to the signal. */
  timeoutMs?: number | null;
  /** Retries after a busy RPC or a stale connection. */
  retry?: {count: number; /** Wait before the first; it doubles. */ delayMs: number};
};

const RETRY = {count: 1, delayMs: 150};
/** Of an answer with an error status; viem reads at most 10 MB of any other. */
const MOST_ERROR_BYTES = 64 * 1024;

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
  try {
    JSON.parse((await shortText(response.clone())) ?? '');
  } catch (error) {
    // Its body is not read any more.
    void response.body?.cancel().catch(() => undefined);
    throw error instanceof SyntaxError ? new HttpRequestError({url, status: response.status}) : error;
  }
}

/** The text of a body; null when it is longer than an error is. */
async function shortText({body}: Response): Promise<string | null> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > MOST_ERROR_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
