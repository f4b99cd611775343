import type {Abi, Hex} from 'viem';
import type {ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType} from 'viem';
import type {AosError} from '../../foundation/errors/error.ts';

/** A call of one function, made by {@link call}; `T` is the type of its result. */
export type ReadCall<T = unknown> = {
  readonly address: Hex;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
  /** Never set: it only carries the type. */
  readonly returns?: T;
};

/** `error` is CHAIN_REVERTED (with `details.reason`), or CHAIN_BAD_ANSWER for a result that does not fit the ABI. */
export type ReadResult<T> = {ok: true; value: T} | {ok: false; error: AosError};

/** The results of a list of calls, position by position. */
export type ReadResults<C extends readonly ReadCall[]> = {
  -readonly [K in keyof C]: ReadResult<C[K] extends ReadCall<infer T> ? T : never>;
};

/**
 * Makes a call to read.
 * @example call(delegationManagerAbi, '0x3905…', 'isOperator', [operator])
 */
export function call<
  const A extends Abi,
  N extends ContractFunctionName<A>,
  const P extends ContractFunctionArgs<A, 'pure' | 'view' | 'nonpayable' | 'payable', N>,
>(
  abi: A,
  address: Hex,
  functionName: N,
  args: P,
): ReadCall<ContractFunctionReturnType<A, 'pure' | 'view' | 'nonpayable' | 'payable', N, P>> {
  // Lower case, because viem refuses a wrong checksum, which the configuration has judged.
  return {
    abi,
    address: `0x${address.slice(2).toLowerCase()}`,
    functionName,
    args: args as readonly unknown[],
  };
}

/** The results of named calls; null where a contract did not answer: it reverted, or has no such function. */
export type NamedAnswers<R extends Readonly<Record<string, ReadCall>>> = {
  -readonly [K in keyof R]: (R[K] extends ReadCall<infer T> ? T : never) | null;
};

/**
 * Reads named calls in one dependent step, for getters that some releases of a contract lack.
 * @throws AosError as `read`
 */
export async function readNamed<const R extends Readonly<Record<string, ReadCall>>>(
  chain: {read(calls: readonly ReadCall[]): Promise<ReadResult<unknown>[]>},
  calls: R,
): Promise<NamedAnswers<R>> {
  const names = Object.keys(calls);
  const results = await chain.read(Object.values(calls));
  const answers = names.map((name, index) => [name, valueOf(results[index])]);
  // Each name has the value of its own call.
  return Object.fromEntries(answers) as NamedAnswers<R>;
}

/** Returns the value of a result; null when there is none. */
export function valueOf<T>(result: ReadResult<T> | undefined): T | null {
  return result?.ok === true ? result.value : null;
}
