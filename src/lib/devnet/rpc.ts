import {AosError, errorText} from '../errors.ts';

/** How long the devnet's own chain may take for one answer. */
const TIMEOUT_MS = 30_000;

/**
 * One JSON-RPC request to the devnet's chain, for the methods only a development chain has.
 * @throws AosError DEVNET_FAILED
 */
export async function devRpc(url: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  let answer: unknown;
  try {
    const body = JSON.stringify({jsonrpc: '2.0', id: 1, method, params});
    const response = await fetch(url, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    answer = await response.json();
  } catch (error) {
    throw new AosError(
      'DEVNET_FAILED',
      `the development chain did not answer ${method}: ${errorText(error)}`,
      {cause: error},
    );
  }
  if (typeof answer === 'object' && answer !== null && 'result' in answer) return answer.result;
  throw new AosError(
    'DEVNET_FAILED',
    `the development chain refused ${method}: ${JSON.stringify(answer).slice(0, 300)}`,
  );
}
