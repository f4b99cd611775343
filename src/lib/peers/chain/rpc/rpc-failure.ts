import {RpcRequestError} from 'viem';
import {isRevertAnswer, kindOf, type FailureKind, type RpcFacts} from './failure-kind.ts';

/** Characters of what comes with an error that its words are looked for in: no provider says more. */
const MOST_DATA = 4_000;

/** A request without a JSON-RPC answer. The message names the host only. */
export class RpcFailure extends Error {
  readonly facts: RpcFacts;

  constructor(endpoint: string, facts: RpcFacts) {
    super(`${endpoint}: ${kindOf(facts)}`);
    this.name = 'RpcFailure';
    this.facts = facts;
  }
}

/** Finds the JSON-RPC error of an endpoint inside viem's errors; null when there is none. */
export function rpcErrorOf(error: unknown): RpcRequestError | null {
  return causesOf(error).find((cause) => cause instanceof RpcRequestError) ?? null;
}

/** The errors of a chain of causes, the outermost first. */
export function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let cause = error; cause instanceof Error; cause = cause.cause) causes.push(cause);
  return causes;
}

/** Returns the facts of a failed request inside viem's errors; null when no request failed. */
export function factsOf(error: unknown): RpcFacts | null {
  const failure = causesOf(error).find((cause) => cause instanceof RpcFailure);
  if (failure !== undefined) return failure.facts;
  const answer = rpcErrorOf(error);
  if (answer === null) return null;
  const more = answer.data === undefined ? '' : ` ${JSON.stringify(answer.data).slice(0, MOST_DATA)}`;
  return {
    status: answer.status ?? 200,
    code: answer.code,
    text: `${answer.details}${more}`,
    network: null,
    retryAfterMs: retryAfterOf(answer.headers?.get('retry-after')),
    redirectTo: null,
  };
}

/** Returns what a failed request means; null for a reverted call, and when no request failed. */
export function failureKindOf(error: unknown): FailureKind | null {
  const answer = rpcErrorOf(error);
  if (answer !== null && isRevertAnswer(answer.code, answer.details)) return null;
  const facts = factsOf(error);
  return facts === null ? null : kindOf(facts);
}

/** Reads the seconds of Retry-After; null for a date, for which the back-off decides. */
export function retryAfterOf(header: string | null | undefined): number | null {
  return header !== null && header !== undefined && /^\d{1,6}(\.\d+)?$/.test(header.trim())
    ? Number(header) * 1000
    : null;
}
