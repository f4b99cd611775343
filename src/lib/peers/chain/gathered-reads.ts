import {decodeFunctionResult, encodeFunctionData, parseAbi, type Hex, type PublicClient} from 'viem';
import {AosError} from '../../foundation/errors/error.ts';
import {chainRequest, isRequestFailure, isRevert, requestFailure} from './failure.ts';
import type {ReadCall, ReadResult} from './read.ts';
import {revertDataOf, revertError} from './revert.ts';
import {causesOf} from './rpc/rpc-failure.ts';
import {say} from '../../foundation/next-step/next-step.ts';

export type ReadOptions = {
  client: PublicClient;
  /** The host, for messages. */
  endpoint: string;
  /** The chain id at the opening of the endpoint; every read checks it again. */
  chainId: number;
  /** Whether the configuration alone says the chain id: the endpoint was not asked yet. */
  isAssumed: boolean;
  blockNumber: bigint;
  signal: AbortSignal;
};

/** Address of Multicall3 on every chain that has it (github.com/mds1/multicall). */
export const MULTICALL3: Hex = '0xcA11bde05977b3631167028862bE2a173976CA11';

/** A function that viem's own ABI of it lacks. */
const MULTICALL_ABI = parseAbi(['function getChainId() view returns (uint256 chainid)']);
/** Bytes of calldata in one eth_call to Multicall3: providers take far more, and give a request more gas than it needs. */
const BATCH_BYTES = 16_384;
/** Where its code is in the request: with it, and with what each call adds, below the 48 KiB of EIP-3860. */
const DEPLOYLESS_BATCH_BYTES = 4_096;
/**
 * Where viem's deployless call creates Multicall3: by CREATE2 of the first contract of the zero address. A node that runs the
 * call from another account has nothing there, and is asked for its chain id by a request.
 */
const DEPLOYLESS_AT: Hex = '0x692E573A74DA7bb6F190c815E682FA6D50d5937D';
/** Calls in one of the smaller requests that repeat one that broke off: most of them are spared the next step. */
const GROUP = 32;
/** Calls of one read that are repeated singly at most: a contract that halts is asked for less. */
const MAX_SINGLE_READS = 256;
/** Single calls at once, because providers limit their number. */
const SINGLE_READS_AT_ONCE = 32;

/**
 * Creates the reader of one endpoint at one block. What is asked for in one turn of the event loop is read together, in as
 * few requests as it fits in: providers count requests, and the parts of a report ask side by side.
 */
export function createReader(
  options: ReadOptions,
): (calls: readonly ReadCall[]) => Promise<ReadResult<unknown>[]> {
  type Waiting = {
    calls: readonly ReadCall[];
    resolve: (results: ReadResult<unknown>[]) => void;
    reject: (error: unknown) => void;
  };
  let waiting: Waiting[] = [];
  const via: Via = {multicall: MULTICALL3};

  async function readTogether(): Promise<void> {
    const together = waiting;
    waiting = [];
    try {
      const results = await readCalls(
        together.flatMap(({calls}) => calls),
        options,
        via,
      );
      let from = 0;
      for (const {calls, resolve} of together) resolve(results.slice(from, (from += calls.length)));
    } catch (error) {
      for (const {reject} of together) reject(error);
    }
  }

  return (calls) => {
    if (calls.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(() => void readTogether());
      waiting.push({calls, resolve, reject});
    });
  };
}

/** How an endpoint is read: through Multicall3; null once its chain was seen to have none. */
type Via = {multicall: Hex | null};

/**
 * Reads all calls at one block in one dependent step: sends all requests together, through Multicall3; where the chain has none, in
 * one step more the first time, with its code in the request (viem's `deployless`). A contract that halts burns 63 of 64 parts of a
 * request's gas, and a few of them end the request; its calls are then repeated in groups, and those of a group that ends singly, in
 * further steps, up to {@link MAX_SINGLE_READS}: what others ask for in the same turn still answers. In a request that did not end, no call lacked gas: a 64th of too little gas for a view is too little for
 * the rest.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER | CHAIN_WRONG_ID when the endpoint fails as a whole, or ends too
 *   many requests
 */
async function readCalls(
  calls: readonly ReadCall[],
  options: ReadOptions,
  via: Via,
): Promise<ReadResult<unknown>[]> {
  const {endpoint} = options;
  let results = await readThrough(via.multicall, calls, options);
  if (via.multicall !== null && isNoCode(results.at(-1)?.error)) {
    via.multicall = null;
    results = await readThrough(null, calls, options);
  }
  await refuseOtherChain(results.at(-1), options);
  // Here the whole request halted, not only the call.
  let brokeOff = calls.flatMap((one, index) => (isRevert(results[index]?.error) ? [{one, index}] : []));
  if (brokeOff.length > GROUP) {
    const again = await readInGroups(brokeOff, options, via);
    results = results.map((result, index) => again.get(index) ?? result);
    brokeOff = brokeOff.filter(({index}) => isRevert(results[index]?.error));
  }
  const alone = new Map<number, ReadResult<unknown>>();
  if (brokeOff.length > MAX_SINGLE_READS) throw tooManySingleReads(brokeOff.length, endpoint);
  for (let from = 0; from < brokeOff.length; from += SINGLE_READS_AT_ONCE) {
    const some = brokeOff.slice(from, from + SINGLE_READS_AT_ONCE);
    await Promise.all(some.map(async ({one, index}) => alone.set(index, await readSingly(one, options))));
  }
  return calls.map((one, index) => alone.get(index) ?? resultOf(one, results[index], options));
}

/** A call, and its place in a read. */
type Placed = {one: ReadCall; index: number};

/** Reads the calls of requests that broke off in smaller ones, by their places. */
async function readInGroups(
  brokeOff: readonly Placed[],
  options: ReadOptions,
  via: Via,
): Promise<ReadonlyMap<number, MulticallResult>> {
  const count = Math.ceil(brokeOff.length / GROUP);
  const groups = Array.from({length: count}, (_, i) => brokeOff.slice(i * GROUP, (i + 1) * GROUP));
  const read = await Promise.all(
    groups.map(async (group) => {
      const calls = group.map(({one}) => one);
      const results = await readThrough(via.multicall, calls, options);
      const said = results.at(-1);
      if (said?.status === 'success') await refuseOtherChain(said, options);
      return group.flatMap(({index}, place): [number, MulticallResult][] => {
        const result = results[place];
        return result === undefined ? [] : [[index, result]];
      });
    }),
  );
  return new Map(read.flat());
}

/** The results of the calls, and at last of the chain id. */
async function readThrough(
  multicall: Hex | null,
  calls: readonly ReadCall[],
  {client, endpoint, blockNumber, signal}: ReadOptions,
): Promise<MulticallResult[]> {
  try {
    return await chainRequest(
      endpoint,
      client.multicall({
        contracts: [...calls, chainIdCall(multicall)],
        allowFailure: true,
        blockNumber,
        ...(multicall === null
          ? {deployless: true, batchSize: DEPLOYLESS_BATCH_BYTES}
          : {multicallAddress: multicall, batchSize: BATCH_BYTES}),
      }),
    );
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** Whether Multicall3 itself gave nothing, as an address without code does. */
function isNoCode(error: Error | undefined): boolean {
  return causesOf(error).some(({name}) => NO_CODE.has(name));
}

/** viem's names of it. */
const NO_CODE: ReadonlySet<string> = new Set(['ContractFunctionZeroDataError', 'AbiDecodingZeroDataError']);

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

/** Asks Multicall3 itself for the chain that it runs on. */
function chainIdCall(multicall: Hex | null): ReadCall {
  return {address: multicall ?? DEPLOYLESS_AT, abi: MULTICALL_ABI, functionName: 'getChainId', args: []};
}

/**
 * Checks the chain id again, by what the node that answered says in the same answer: the nodes behind one URL may serve
 * different chains. Asks for it only where the answer has none.
 */
async function refuseOtherChain(
  said: MulticallResult | undefined,
  {client, endpoint, chainId, isAssumed, signal}: ReadOptions,
): Promise<void> {
  if (said?.status === 'failure' && isRequestFailure(said.error) && !isRevert(said.error)) {
    signal.throwIfAborted();
    throw requestFailure(said.error, endpoint);
  }
  const now =
    said?.status === 'success' ? Number(said.result) : await chainRequest(endpoint, client.getChainId());
  if (now === chainId) return;
  if (isAssumed) throw wrongChain(endpoint, now, chainId);
  throw new AosError('CHAIN_BAD_ANSWER', `${endpoint} served chain ${chainId}, and now serves chain ${now}`);
}

/** The error of an endpoint that serves another chain than the configuration says. */
export function wrongChain(endpoint: string, served: number, configured: number): AosError {
  return new AosError(
    'CHAIN_WRONG_ID',
    `${endpoint} serves chain ${served}, the configuration says ${configured}`,
  );
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
