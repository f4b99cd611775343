import {AosError} from '../../foundation/errors/error.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {LAST_SECOND} from '../../foundation/time/time.ts';
import {createChainClient} from './client.ts';
import {firstEndpoint} from './endpoints.ts';
import {chainRequest, endpointName} from './failure.ts';
import type {RpcWatch} from './rpc/watch.ts';

/**
 * Creates a reader of the newest block's number and time (Unix ms), from the first endpoint that answers.
 * @param timeoutMs limit for one endpoint
 */
export function createBlockReader(options: {
  rpcUrls: readonly string[];
  timeoutMs: number;
  /** Sees the requests. */
  watch?: RpcWatch | undefined;
}): {
  newest(signal: AbortSignal): Promise<{number: bigint; at: number}>;
} {
  return {
    newest: (signal) =>
      firstEndpoint(options.rpcUrls, signal, async (url, hasNext) => {
        const limit = deadline(signal, options.timeoutMs);
        try {
          const endpoint = endpointName(url);
          const client = createChainClient({
            url,
            signal: limit.signal,
            hasNext: () => hasNext,
            watch: options.watch,
          });
          const {number, timestamp} = await chainRequest(endpoint, client.getBlock({blockTag: 'latest'}));
          if (timestamp > LAST_SECOND)
            throw new AosError('CHAIN_BAD_ANSWER', `${endpoint} gave a block without a time`);
          return {number, at: Number(timestamp) * 1000};
        } finally {
          limit.done();
        }
      }),
  };
}
