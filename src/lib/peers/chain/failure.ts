import {BaseError, HttpRequestError, RpcRequestError} from 'viem';
import {AosError, isAosError} from '../../foundation/errors/error.ts';

/**
 * Returns the name of an endpoint for messages: the host alone, because RPC URLs contain keys in userinfo, path or query.
 */
export function endpointName(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the RPC';
}

/** Finds the JSON-RPC error of an endpoint inside viem's errors; null when there is none. */
export function rpcErrorOf(error: unknown): RpcRequestError | null {
  const found = error instanceof BaseError ? error.walk((cause) => cause instanceof RpcRequestError) : null;
  return found instanceof RpcRequestError ? found : null;
}

/** Error code of a reverted call, EIP-1474 as clients extended it. */
const EXECUTION_REVERTED = 3;
/** Error texts of clients for a reverted call, and for a halted one: out of gas, INVALID, an invalid jump or stack. */
const REVERTED = /\brevert(?:ed)?\b|VM execution error/i;
const BROKEN_OFF =
  /\bout of gas\b|\b(?:invalid|unknown|undefined) opcode\b|\binvalid jump\b|\bstack (?:under|over)flow\b|\bstack limit reached\b/i;
/** anvil's text for a halted call: `EVM error InvalidFEOpcode`. */
const HALTED = /^EVM error [A-Z][A-Za-z]+$/;

/**
 * True when the node ran the call and the contract reverted or halted. Decided by the text: clients use different codes
 * (3, -32000, -32003, -32015, -32603), and the same codes for problems of their own.
 */
export function isRevert(error: unknown): boolean {
  const answer = rpcErrorOf(error);
  if (answer === null) return false;
  const {code, details} = answer;
  return code === EXECUTION_REVERTED || [REVERTED, BROKEN_OFF, HALTED].some((words) => words.test(details));
}

/**
 * Converts a failed request to CHAIN_UNREACHABLE and an invalid answer to CHAIN_BAD_ANSWER. viem's errors contain the whole
 * URL, so the result neither quotes them nor keeps them as cause.
 */
export function requestFailure(error: unknown, endpoint: string): AosError {
  if (isAosError(error)) return error;
  if (httpStatusOf(error) === null && causesOf(error).some(({name}) => name === 'SyntaxError'))
    return new AosError('CHAIN_BAD_ANSWER', `${endpoint} answered with something that is not JSON`);
  // viem cannot read the answer: a field is missing, or a block is null.
  if (error instanceof BaseError && !isRequestFailure(error))
    return new AosError('CHAIN_BAD_ANSWER', `${endpoint} gave an answer that makes no sense`);
  return new AosError('CHAIN_UNREACHABLE', `${endpoint} ${reasonOf(error)}`);
}

/** Awaits a request to an endpoint. @throws AosError of {@link requestFailure} */
export async function chainRequest<T>(endpoint: string, request: Promise<T>): Promise<T> {
  try {
    return await request;
  } catch (error) {
    throw requestFailure(error, endpoint);
  }
}

/** True when the request itself failed: no answer, or an error instead. A revert inside a multicall is no failure. */
export function isRequestFailure(error: unknown): boolean {
  const names = causesOf(error).map(({name}) => name);
  return rpcErrorOf(error) !== null || names.some((name) => REQUEST_FAILURES.has(name));
}

const REQUEST_FAILURES: ReadonlySet<string> = new Set([
  'HttpRequestError',
  'TimeoutError',
  'SyntaxError',
  'AbortError',
]);

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause);
  return causes;
}

/** Returns the status of an HTTP error; null for a success or without an answer. */
function httpStatusOf(error: unknown): number | null {
  const request =
    error instanceof BaseError ? error.walk((cause) => cause instanceof HttpRequestError) : null;
  const status = request instanceof HttpRequestError ? request.status : undefined;
  return status === undefined || status < 400 ? null : status;
}

function reasonOf(error: unknown): string {
  const answer = rpcErrorOf(error);
  if (answer !== null) return `answered with the JSON-RPC error ${answer.code}`;
  const status = httpStatusOf(error);
  if (status !== null) return `answered with HTTP status ${status}`;
  for (const cause of causesOf(error)) {
    if (cause.name === 'TimeoutError') return 'did not answer in time';
    if ('code' in cause && typeof cause.code === 'string') return `cannot be reached (${cause.code})`;
  }
  return 'cannot be reached';
}
