import {numberToHex, type Hex, type PublicClient} from 'viem';
import {errorText} from '../../../foundation/errors/error.ts';
import {chainRequest} from '../failure.ts';
import {revertDataOf, revertError} from '../revert.ts';
import {readHead, type TxNode} from './node.ts';

/** A call to sign, without nonce and fees. */
export type TxCall = {from: string; to: Hex; data: Hex; value: bigint};

/** Gas of a call: as estimated, and with headroom as the limit of its transaction. */
export type GasEstimate = {estimate: bigint; limit: bigint};

/** Added to an estimate for the next block, in percent: the call is mined a few blocks later. */
const HEADROOM = 20n;
/**
 * Added to an estimate for the latest block: whichever is more, percent or gas. The histories of EigenLayer's middleware
 * overwrite an entry of the same block and push a new one otherwise, which costs half as much again.
 */
const WIDE_HEADROOM = 60n;
const WIDE_HEADROOM_GAS = 150_000n;

/**
 * Simulates a call as the block after the head would run it, and returns its gas. An RPC that does not take another block
 * number for an estimate gives one for the head, which gets more headroom.
 * @throws AosError CHAIN_REVERTED | CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
 */
export function simulate(node: TxNode, call: TxCall, title: string): Promise<GasEstimate> {
  return simulateWith(node, call, {title, overrides: {}});
}

/** Code that answers every call with the magic value of EIP-1271: PUSH4 magic, PUSH1 224, SHL, and returns that word. */
const ACCEPTS_ALL: Hex = '0x631626ba7e60e01b60005260206000f3';
const MAGIC = '0x1626ba7e'.padEnd(66, '0');

/**
 * Simulates a call as {@link simulate} does, before what it needs is signed: in the simulation the signers are contracts that
 * accept every signature (EIP-1271).
 * @returns null when the RPC runs no simulation with other code
 * @throws AosError as {@link simulate}
 */
export async function simulateUnsigned(
  node: TxNode,
  call: TxCall,
  {title, signers}: {title: string; signers: readonly Hex[]},
): Promise<GasEstimate | null> {
  const overrides = Object.fromEntries(signers.map((signer) => [signer, {code: ACCEPTS_ALL}]));
  const [first] = signers;
  if (first !== undefined && !(await takesCode(node.client, {from: call.from, to: first}, overrides)))
    return null;
  return simulateWith(node, call, {title, overrides});
}

type Overrides = Readonly<Record<string, {code: Hex}>>;

/**
 * Whether the RPC runs the code of a state override, also where the sender of the call has some. Nodes take one for a call that
 * refuse it for an estimate.
 */
async function takesCode(
  client: PublicClient,
  {from, to}: {from: string; to: Hex},
  overrides: Overrides,
): Promise<boolean> {
  try {
    const answer = await client.request<{
      Method: 'eth_call';
      Parameters: readonly unknown[];
      ReturnType: unknown;
    }>({method: 'eth_call', params: [{from, to, data: '0x'}, 'latest', overrides]});
    return (
      answer === MAGIC && 'gas' in (await estimateGas(client, [{from, to, data: '0x'}, 'latest', overrides]))
    );
  } catch {
    return false; // The call without signatures is then not simulated, and the signed one is before it is sent.
  }
}

async function simulateWith(
  node: TxNode,
  call: TxCall,
  {title, overrides}: {title: string; overrides: Overrides},
): Promise<GasEstimate> {
  const {client} = node;
  const head = node.readAt(await readHead(node));
  const next = {number: numberToHex(head + 1n)};
  const {from, to, data} = call;
  const request = {from, to, data, value: numberToHex(call.value)};
  // A numbered block, because the state of `pending` includes a transaction that is being replaced.
  const inNextBlock = [request, numberToHex(head), overrides, next] as const;
  const [answer, isNextBlock] = await Promise.all([
    estimateGas(client, inNextBlock),
    takesBlockNumber(client, {from, head}),
  ]);
  if (isNextBlock) {
    if ('gas' in answer) return withHeadroom(answer.gas, 0n, HEADROOM);
    if (revertDataOf(answer.error) !== null)
      throw await failureOf(node, {error: answer.error, params: inNextBlock, title});
  }
  const hasOverrides = Object.keys(overrides).length > 0;
  const inHead = hasOverrides ? ([request, 'latest', overrides] as const) : ([request, 'latest'] as const);
  const plain = await estimateGas(client, inHead);
  if ('gas' in plain) return withHeadroom(plain.gas, WIDE_HEADROOM_GAS, WIDE_HEADROOM);
  throw await failureOf(node, {error: plain.error, params: inHead, title});
}

function withHeadroom(estimate: bigint, least: bigint, percent: bigint): GasEstimate {
  const part = (estimate * percent) / 100n;
  return {estimate, limit: estimate + (part > least ? part : least)};
}

async function estimateGas(
  client: PublicClient,
  params: readonly unknown[],
): Promise<{gas: bigint} | {error: unknown}> {
  try {
    const answer = await client.request<{
      Method: 'eth_estimateGas';
      Parameters: readonly unknown[];
      ReturnType: unknown;
    }>({method: 'eth_estimateGas', params});
    if (typeof answer === 'string' && /^0x[0-9a-f]{1,15}$/i.test(answer)) return {gas: BigInt(answer)};
    return {error: new Error('a gas estimate that is no number')};
  } catch (error) {
    return {error};
  }
}

/**
 * Asks for the estimate of a creation that reverts unless the block number is the next one: an RPC may ignore a parameter
 * that it does not know, and its estimate would be one for the head.
 */
async function takesBlockNumber(
  client: PublicClient,
  {from, head}: {from: string; head: bigint},
): Promise<boolean> {
  const number = numberToHex(head + 1n);
  const wanted = numberToHex(head + 1n, {size: 32}).slice(2);
  // PUSH32 wanted, NUMBER, EQ, PUSH1 43, JUMPI, PUSH1 0, PUSH1 0, REVERT, JUMPDEST, STOP
  const data = `0x7f${wanted}4314602b5760006000fd5b00`;
  const answer = await estimateGas(client, [{from, data}, numberToHex(head), {}, {number}]);
  return 'gas' in answer;
}

/** Nodes give the reason of a revert with eth_call more often than with eth_estimateGas. */
async function failureOf(
  {client, endpoint}: TxNode,
  {error, params, title}: {error: unknown; params: readonly unknown[]; title: string},
): Promise<unknown> {
  const data = revertDataOf(error);
  if (data === null)
    return chainRequest(
      endpoint,
      Promise.reject(error instanceof Error ? error : new Error(errorText(error))),
    ).catch((failure: unknown) => failure);
  if (data !== '0x') return revertError(data, title);
  const said = await client
    .request<{Method: 'eth_call'; Parameters: readonly unknown[]; ReturnType: unknown}>({
      method: 'eth_call',
      params,
    })
    .then(
      () => null,
      (again: unknown) => revertDataOf(again),
    );
  return revertError(said ?? data, title);
}
