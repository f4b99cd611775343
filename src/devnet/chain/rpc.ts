import {AosError, errorText} from '../../lib/foundation/errors/error.ts';
import {run} from '../../lib/foundation/next-step/next-step.ts';
import {safeText} from '../../lib/foundation/text/safe-text.ts';

/** Timeout of one request to the devnet's chain. */
const TIMEOUT_MS = 30_000;

export type DevRequest = {method: string; params: readonly unknown[]};

/**
 * Sends one JSON-RPC request to the devnet's chain, for methods that only a development chain has.
 * @throws AosError DEVNET_FAILED
 */
export async function devRpc(url: string, method: string, params: readonly unknown[] = []): Promise<unknown> {
  return resultOf(method, await post(url, {jsonrpc: '2.0', id: 1, method, params}, method));
}

/**
 * Sends many requests in one HTTP request; resolves with their results in the same order. The chain may run them in any
 * order.
 * @throws AosError DEVNET_FAILED when one of them fails
 */
export async function devRpcBatch(url: string, requests: readonly DevRequest[]): Promise<unknown[]> {
  if (requests.length === 0) return [];
  const name = `${requests.length} requests`;
  const body = requests.map(({method, params}, id) => ({jsonrpc: '2.0', id, method, params}));
  const answers = await post(url, body, name);
  if (!Array.isArray(answers)) return [resultOf(name, answers)]; // refused as a whole
  const byId = new Map(
    answers.map((answer: unknown) => [isObject(answer) ? answer['id'] : undefined, answer]),
  );
  return requests.map(({method}, id) => resultOf(method, byId.get(id)));
}

async function post(url: string, body: unknown, name: string): Promise<unknown> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return await response.json();
  } catch (error) {
    throw new AosError('DEVNET_FAILED', `the development chain did not answer ${name}: ${errorText(error)}`, {
      cause: error,
    });
  }
}

function resultOf(method: string, answer: unknown): unknown {
  if (isObject(answer) && 'result' in answer) return answer['result'];
  const error = isObject(answer) ? answer['error'] : null;
  // A contract's reason is in the message; the data beside it repeats it in hex.
  const said =
    isObject(error) && typeof error['message'] === 'string'
      ? error['message']
      : JSON.stringify(answer ?? null);
  throw new AosError(
    'DEVNET_FAILED',
    `the development chain refused ${method}: ${safeText(said.replace(/^execution reverted: /, ''), 300)}`,
    // The devnet itself works on: to start another one cures nothing.
    {next: run('status', [], 'See the state of the operator')},
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
