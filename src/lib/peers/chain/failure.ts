import {AosError, isAosError} from '../../foundation/errors/error.ts';
import type {ErrorCode} from '../../foundation/errors/table.ts';
import {failureError} from './rpc/failure-error.ts';
import {isRevertAnswer} from './rpc/failure-kind.ts';
import {causesOf, factsOf, failureKindOf, rpcErrorOf} from './rpc/rpc-failure.ts';

/**
 * Returns the name of an endpoint for messages: the host alone, because RPC URLs contain keys in userinfo, path or query.
 */
export function endpointName(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the RPC';
}

/** Codes of an endpoint's own failure: another endpoint may serve the same request. */
const OF_ENDPOINT = [
  'CHAIN_UNREACHABLE',
  'CHAIN_BAD_ANSWER',
  'CHAIN_REFUSED',
  'CHAIN_BUSY',
  'CHAIN_BEHIND',
] as const satisfies ErrorCode[];

type EndpointFailure = AosError & {readonly code: (typeof OF_ENDPOINT)[number]};

/** True for the failure of an endpoint, not of what was asked for. */
export function isEndpointFailure(error: unknown): error is EndpointFailure {
  return isAosError(error, ...OF_ENDPOINT);
}

/**
 * True when the node ran the call and the contract reverted or halted. Decided by the text: clients use different codes
 * (3, -32000, -32003, -32015, -32603), and the same codes for problems of their own.
 */
export function isRevert(error: unknown): boolean {
  const answer = rpcErrorOf(error);
  return answer !== null && isRevertAnswer(answer.code, answer.details);
}

/**
 * Converts a failed request to the error of its kind, and an invalid answer to CHAIN_BAD_ANSWER. viem's errors are not kept
 * as cause, because they quote requests and answers.
 */
export function requestFailure(error: unknown, endpoint: string): AosError {
  const own = causesOf(error).find((cause) => isAosError(cause));
  if (own !== undefined) return own;
  const facts = factsOf(error);
  const kind = failureKindOf(error);
  if (facts !== null) return failureError(kind ?? 'other', facts, endpoint);
  // viem cannot read the answer: a field is missing, is no number, or a block is null.
  if (!causesOf(error).some(({name}) => name === 'AbortError'))
    return new AosError('CHAIN_BAD_ANSWER', `${endpoint} gave an answer that makes no sense`);
  return new AosError('CHAIN_UNREACHABLE', `${endpoint} did not answer in time`);
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
  return (
    factsOf(error) !== null ||
    causesOf(error).some((cause) => cause.name === 'AbortError' || isAosError(cause))
  );
}
