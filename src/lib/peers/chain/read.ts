import {decodeFunctionResult, encodeFunctionData, type Abi, type Hex, type PublicClient} from 'viem';
import type {ContractFunctionArgs, ContractFunctionName, ContractFunctionReturnType} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {chainRequest, isRequestFailure, isRevert, requestFailure} from './failure.ts';
import {revertDataOf, revertError} from './revert.ts';
import {say} from '../../foundation/next-step/next-step.ts';

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

export type ReadOptions = {
  client: PublicClient;
  /** The host, for messages. */
  endpoint: string;
  /** The chain id at the opening of the endpoint; every read checks it again. */
  chainId: number;
  blockNumber: bigint;
  /** Multicall3; null when the chain has none at its usual address. */
  multicall: Hex | null;
  signal: AbortSignal;
};

/** Bytes of calldata in one eth_call: with Multicall3's own code it is below the 48 KiB of EIP-3860. */
const BATCH_BYTES = 4_096;
/** Calls of one read that are repeated singly at most: as many as two requests contain with one argument each. */
const MAX_SINGLE_READS = 256;
/** Single calls at once, because providers limit their number. */
const SINGLE_READS_AT_ONCE = 32;

/**
 * Reads all calls at one block in one dependent step: sends all requests together, through Multicall3, or with its code in
 * the request (viem's `deployless`). A contract that halts burns 63 of 64 parts of a request's gas, and a few of them end
 * the request; its calls are then repeated singly in further steps, up to {@link MAX_SINGLE_READS}. In a request that did
 * not end, no call lacked gas: a 64th of too little gas for a view is too little for the rest.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER | CHAIN_WRONG_ID when the endpoint fails as a whole, or ends too
 *   many requests
 */
export async function readCalls(
  calls: readonly ReadCall[],
  options: ReadOptions,
): Promise<ReadResult<unknown>[]> {
  if (calls.length === 0) return [];
  const {client, endpoint, multicall, blockNumber, signal} = options;
  const [results] = await chainRequest(
    endpoint,
    Promise.all([
      client.multicall({
        contracts: calls,
        allowFailure: true,
        blockNumber,
        batchSize: BATCH_BYTES,
        ...(multicall === null ? {deployless: true} : {multicallAddress: multicall}),
      }),
      refuseOtherChain(options),
    ]),
  ).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
  // Here the whole request halted, not only the call.
  const brokeOff = calls.flatMap((one, index) => (isRevert(results[index]?.error) ? [{one, index}] : []));
  const alone = new Map<number, ReadResult<unknown>>();
  if (brokeOff.length > MAX_SINGLE_READS) throw tooManySingleReads(brokeOff.length, endpoint);
  for (let from = 0; from < brokeOff.length; from += SINGLE_READS_AT_ONCE) {
    const some = brokeOff.slice(from, from + SINGLE_READS_AT_ONCE);
    await Promise.all(some.map(async ({one, index}) => alone.set(index, await readSingly(one, options))));
  }
  return calls.map((one, index) => alone.get(index) ?? resultOf(one, results[index], options));
}

type MulticallResult =
  {status: 'success'; result: unknown; error?: undefined} | {status: 'failure'; error: Error};

function resultOf(
  one: ReadCall,
  result: MulticallResult | undefined,
  options: ReadOptions,
): ReadResult<unknown> {
  if (result?.status === 'success') return {ok: true, value: result.result};
  return callFailure(result?.error, one, options);
}

async function readSingly(one: ReadCall, options: ReadOptions): Promise<ReadResult<unknown>> {
  const {client, blockNumber} = options;
  try {
    const {data = '0x'} = await client.call({to: one.address, data: encodeFunctionData(one), blockNumber});
    return {ok: true, value: decodeFunctionResult({...one, data})};
  } catch (error) {
    return callFailure(error, one, options);
  }
}

function tooManySingleReads(count: number, endpoint: string): AosError {
  const message = `${endpoint} broke off requests with ${count} calls, more than the ${MAX_SINGLE_READS} that are asked again one by one`;
  return new AosError('CHAIN_BAD_ANSWER', message, {
    next: say('Use an RPC that gives eth_call more gas; if another breaks off too, check chain.contracts.'),
  });
}

/** Checks the chain id again: the nodes behind one URL may serve different chains. */
async function refuseOtherChain({client, endpoint, chainId}: ReadOptions): Promise<void> {
  const now = await client.getChainId();
  if (now === chainId) return;
  throw new AosError('CHAIN_BAD_ANSWER', `${endpoint} served chain ${chainId}, and now serves chain ${now}`);
}

/** Returns the failure of a call. @throws AosError when the endpoint failed, or the signal's reason */
function callFailure(
  error: unknown,
  {address, functionName}: ReadCall,
  {endpoint, signal}: ReadOptions,
): {ok: false; error: AosError} {
  signal.throwIfAborted();
  const data = revertDataOf(error);
  if (data !== null) return {ok: false, error: revertError(data, `${functionName} of ${address}`)};
  if (isRequestFailure(error)) throw requestFailure(error, endpoint);
  const message = `${endpoint}: ${address} does not answer ${functionName}`;
  const details = {contract: address, function: functionName};
  return {ok: false, error: new AosError('CHAIN_BAD_ANSWER', message, {details})};
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
