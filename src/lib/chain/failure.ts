import {BaseError, HttpRequestError, RpcRequestError} from 'viem';
import {AosError} from '../errors.ts';

/**
 * The endpoint as messages may show it: RPC URLs carry keys in userinfo, path or query, so only the host is left.
 */
export function endpointName(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the RPC';
}

/** The JSON-RPC error object that an endpoint answered with, found under viem's wrappers. */
export function rpcErrorOf(error: unknown): RpcRequestError | null {
  const found = error instanceof BaseError ? error.walk((cause) => cause instanceof RpcRequestError) : null;
  return found instanceof RpcRequestError ? found : null;
}

/** Error code of a reverted call, EIP-1474 as clients extended it. */
const EXECUTION_REVERTED = 3;

/**
 * True when the node ran the call and the contract reverted. Clients agree on neither the code (3, -32000, -32015,
 * -32603) nor the rest, and use the same codes for troubles of their own; the word is what they share.
 */
export function isRevert(error: unknown): boolean {
  const answer = rpcErrorOf(error);
  if (answer === null) return false;
  return answer.code === EXECUTION_REVERTED || /\brevert(?:ed)?\b|VM execution error/i.test(answer.details);
}

/**
 * A failed request as CHAIN_UNREACHABLE. viem's own errors hold the whole URL, so they are neither quoted nor kept as
 * cause.
 */
export function requestFailure(error: unknown, endpoint: string): AosError {
  return new AosError('CHAIN_UNREACHABLE', `${endpoint} ${reasonOf(error)}`);
}

function reasonOf(error: unknown): string {
  const answer = rpcErrorOf(error);
  if (answer !== null) return `answered with the JSON-RPC error ${answer.code}`;
  const request =
    error instanceof BaseError ? error.walk((cause) => cause instanceof HttpRequestError) : null;
  if (request instanceof HttpRequestError && request.status !== undefined)
    return `answered with HTTP status ${request.status}`;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause.name === 'TimeoutError') return 'did not answer in time';
    if (cause.name === 'SyntaxError') return 'answered with something that is not JSON';
    if ('code' in cause && typeof cause.code === 'string') return `cannot be reached (${cause.code})`;
  }
  return 'cannot be reached';
}
