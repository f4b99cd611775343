import {createPublicClient, http, type PublicClient} from 'viem';

export type ChainClientOptions = {
  url: string;
  /** Ends every request of this client. */
  signal: AbortSignal;
};

/** A request is tried once more when the RPC was busy or its connection stale. */
const RETRIES = 1;
const RETRY_DELAY_MS = 150;

/**
 * viem's client on one JSON-RPC endpoint. One endpoint a client, without viem's fallback transport: the requests of one
 * read must see the same chain at the same block, so it is the read as a whole that goes on to the next endpoint.
 */
export function createChainClient({url, signal}: ChainClientOptions): PublicClient {
  // A signal of our own switches viem's timeout off, so the deadline has to be in the signal.
  const transport = http(url, {
    timeout: 0,
    retryCount: RETRIES,
    retryDelay: RETRY_DELAY_MS,
    fetchOptions: {signal},
  });
  return createPublicClient({transport});
}
