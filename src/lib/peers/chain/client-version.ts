import {deadline} from '../../foundation/system/system-time.ts';
import {createChainClient} from './client.ts';
import {endpointName} from './failure.ts';

const TIMEOUT_MS = 10_000;

/**
 * Asks what the client behind an RPC calls itself (`web3_clientVersion`): a text of the RPC, of any length.
 * @returns the endpoint’s host, as errors and watches have it, and the text; null: it does not say
 */
export async function readClientVersion(
  url: string,
  signal: AbortSignal,
): Promise<{endpoint: string; client: string | null}> {
  const endpoint = endpointName(url);
  const limit = deadline(signal, TIMEOUT_MS);
  try {
    const said: unknown = await createChainClient({url, signal: limit.signal}).request({
      method: 'web3_clientVersion',
    });
    return {endpoint, client: typeof said === 'string' ? said : null};
  } catch {
    return {endpoint, client: null}; // many providers do not offer it, and nothing depends on it
  } finally {
    limit.done();
  }
}
