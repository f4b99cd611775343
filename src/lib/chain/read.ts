import {ContractFunctionRevertedError, BaseError, type Abi, type Hex, type PublicClient} from 'viem';
import type {ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType} from 'viem';
import {AosError} from '../errors.ts';
import {asked, isRequestFailure, requestFailure} from './failure.ts';
import {revertError} from './revert.ts';

/** A call of one function; `T` is what it returns. Made by {@link call}. */
export type ReadCall<T = unknown> = {
  readonly address: Hex;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
  /** Never there: it carries the type alone. */
  readonly returns?: T;
};

/** `error` is CHAIN_REVERTED (with `details.reason`), or CHAIN_BAD_ANSWER when what came back does not fit the ABI. */
export type ReadResult<T> = {ok: true; value: T} | {ok: false; error: AosError};

/** The results of a list of calls, position by position. */
export type ReadResults<C extends readonly ReadCall[]> = {
  -readonly [K in keyof C]: ReadResult<C[K] extends ReadCall<infer T> ? T : never>;
};

/**
 * A call to be read.
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
  // Lower case: viem refuses an address with a wrong checksum, which the config has judged already.
  return {
    abi,
    address: `0x${address.slice(2).toLowerCase()}`,
    functionName,
    args: args as readonly unknown[],
  };
}

export type ReadOptions = {
  client: PublicClient;
  /** The host, for messages. */
  endpoint: string;
  /** What the endpoint said when it was opened; asked again beside every read. */
  chainId: number;
  blockNumber: bigint;
  /** Null where the chain has none at the canonical address. */
  multicall: Hex | null;
  signal: AbortSignal;
};

/** Bytes of calldata in one eth_call: with Multicall3's own code it stays below the 48 KiB of EIP-3860. */
const BATCH_BYTES = 4_096;

/**
 * All the calls at one block in one dependent step: however many requests it takes, they are sent together, through
 * Multicall3, or without it through its code sent along (viem's `deployless`).
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER | CHAIN_WRONG_ID when the endpoint fails as a whole
 */
export async function readCalls(
  calls: readonly ReadCall[],
  options: ReadOptions,
): Promise<ReadResult<unknown>[]> {
  if (calls.length === 0) return [];
  const {client, endpoint, multicall, blockNumber, signal} = options;
  const [results] = await asked(
    endpoint,
    Promise.all([
      client.multicall({
        contracts: calls,
        allowFailure: true,
        blockNumber,
        batchSize: BATCH_BYTES,
        ...(multicall === null ? {deployless: true} : {multicallAddress: multicall}),
      }),
      sameChain(options),
    ]),
  ).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  return results.map((result, index): ReadResult<unknown> => {
    if (result.status === 'success') return {ok: true, value: result.result};
    signal.throwIfAborted();
    if (isRequestFailure(result.error)) throw requestFailure(result.error, endpoint);
    return {ok: false, error: callFailure(result.error, calls[index], endpoint)};
  });
}

/** A pool of nodes behind one address may be of several chains; the second look shows it. */
async function sameChain({client, endpoint, chainId}: ReadOptions): Promise<void> {
  const now = await client.getChainId();
  if (now === chainId) return;
  throw new AosError('CHAIN_BAD_ANSWER', `${endpoint} served chain ${chainId}, and now serves chain ${now}`);
}

function callFailure(error: unknown, failed: ReadCall | undefined, endpoint: string): AosError {
  const {address = '0x', functionName = ''} = failed ?? {};
  const reverted =
    error instanceof BaseError ? error.walk((cause) => cause instanceof ContractFunctionRevertedError) : null;
  if (reverted instanceof ContractFunctionRevertedError)
    return revertError(reverted.raw ?? '0x', `${functionName} of ${address}`);
  return new AosError('CHAIN_BAD_ANSWER', `${endpoint}: ${address} does not answer ${functionName}`, {
    details: {contract: address, function: functionName},
  });
}

/** What a record of calls returned, by name; null where a contract did not answer: it reverted, or has no such function. */
export type Answers<R extends Readonly<Record<string, ReadCall>>> = {
  -readonly [K in keyof R]: (R[K] extends ReadCall<infer T> ? T : never) | null;
};

/**
 * Named calls in one dependent step, for getters that some releases of a contract lack.
 * @throws AosError as `read`
 */
export async function ask<const R extends Readonly<Record<string, ReadCall>>>(
  chain: {read(calls: readonly ReadCall[]): Promise<ReadResult<unknown>[]>},
  calls: R,
): Promise<Answers<R>> {
  const names = Object.keys(calls);
  const results = await chain.read(Object.values(calls));
  const answers = names.map((name, index) => [name, valueOf(results[index])]);
  // Name by name the value of the call of that name.
  return Object.fromEntries(answers) as Answers<R>;
}

/** The value that was read; null where there is none. */
export function valueOf<T>(result: ReadResult<T> | undefined): T | null {
  return result?.ok === true ? result.value : null;
}
