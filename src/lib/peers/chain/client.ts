import {createPublicClient, type PublicClient} from 'viem';
import {allowManyListeners} from '../../foundation/async/abort.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {Time} from '../../foundation/time/time.ts';
import {endpointName} from './failure.ts';
import {createExchange} from './rpc/exchange.ts';
import {createRpcTransport} from './rpc/transport.ts';
import {unwatched, type RpcWatch} from './rpc/watch.ts';

export type ChainClientOptions = {
  url: string;
  /** Ends every request of this client. */
  signal: AbortSignal;
  /** Limit for one request, to the last byte of its answer; null leaves it to the signal. */
  timeoutMs?: number | null;
  /** Whether the caller asks another endpoint when this one fails now: then this one gets fewer tries [false]. */
  hasNext?: () => boolean;
  time?: Pick<Time, 'monotonic' | 'sleep'>;
  /** Uniform in [0, 1); spreads the pauses [no spread]. */
  random?: () => number;
  watch?: RpcWatch | undefined;
};

/**
 * Creates viem's client for one JSON-RPC endpoint, without viem's fallback transport: the requests of one read must see the
 * same chain at the same block, so a failure repeats the whole read on the next endpoint.
 */
export function createChainClient(options: ChainClientOptions): PublicClient {
  const {url, signal, timeoutMs = null, hasNext = () => false} = options;
  const {time = systemTime, random = () => 0, watch = unwatched} = options;
  // Each request in progress listens to the signal, and a read sends many.
  allowManyListeners(signal);
  const endpoint = endpointName(url);
  const exchange = createExchange({url, endpoint, timeoutMs});
  return createPublicClient({
    transport: createRpcTransport({exchange, endpoint, signal, hasNext, time, random, watch}),
  });
}
