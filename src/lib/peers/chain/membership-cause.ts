import {
  toEventSelector,
  toFunctionSelector,
  TransactionNotFoundError,
  TransactionReceiptNotFoundError,
  type Hex,
  type TransactionReceipt,
} from 'viem';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {chainRequest} from './failure.ts';
import type {Chain} from './open.ts';

/**
 * How a transaction took an operator out. `weighed`: the registry weighed it again and found it below the minimum;
 * `replaced`: another operator took its place in a full quorum; `removed`: another account sent it, and how is not known.
 */
export const DEPARTURES = ['left', 'weighed', 'ejected', 'replaced', 'removed'] as const;
export type Departure = (typeof DEPARTURES)[number];

/** The sender of a transaction that changed the membership, and how; `sender` is null when the RPC has it no longer. */
export type MembershipCause = {sender: string | null; how: Departure};

/** The operator in its registry; null where the registry is of another kind. */
export type RegistryPlace = {
  operator: string;
  operatorId: string | null;
  registry: string | null;
  stakeRegistry: string | null;
  blsApkRegistry: string | null;
};

const STAKE_TOPIC = toEventSelector('OperatorStakeUpdate(bytes32,uint8,uint96)');
const REMOVED_TOPIC = toEventSelector('OperatorRemovedFromQuorums(address,bytes32,bytes)');

/** Functions of the registry coordinator with which another account takes an operator out. */
const BY_FUNCTION: ReadonlyMap<string, Departure> = new Map<string, Departure>([
  [toFunctionSelector('updateOperators(address[])'), 'weighed'],
  [toFunctionSelector('updateOperatorsForQuorum(address[][],bytes)'), 'weighed'],
  [toFunctionSelector('ejectOperator(address,bytes)'), 'ejected'],
  [
    toFunctionSelector(
      'registerOperatorWithChurn(bytes,string,((uint256,uint256),(uint256,uint256),(uint256[2],uint256[2])),(uint8,address)[],(bytes,bytes32,uint256),(bytes,bytes32,uint256))',
    ),
    'replaced',
  ],
]);

/**
 * Reads how a transaction took the operator out, or let it in; null when the RPC no longer has the transaction.
 * @throws AosError CHAIN_UNREACHABLE | CHAIN_BAD_ANSWER
 */
export async function readCause(
  chain: Chain,
  txHash: Hex,
  place: RegistryPlace,
): Promise<MembershipCause | null> {
  const found = await orGone(chain, chain.client.getTransaction({hash: txHash}));
  if (found === null) return null;
  const {from, to, input} = found;
  const atRegistry = to !== null && place.registry !== null && sameAddress(to, place.registry);
  const named = atRegistry ? BY_FUNCTION.get(input.slice(0, 10)) : undefined;
  if (named !== undefined) return {sender: from, how: named};
  // A contract as operator is called by one of its owners.
  const isOwn = sameAddress(from, place.operator) || (to !== null && sameAddress(to, place.operator));
  if (isOwn) return {sender: from, how: 'left'};
  const receipt = await orGone(chain, chain.client.getTransactionReceipt({hash: txHash}));
  const isWeighed = receipt !== null && wasWeighed(receipt, place);
  return {sender: from, how: isWeighed ? 'weighed' : 'removed'};
}

/**
 * The stake registry records a stake of 0 before the removal when it has weighed the operator, and after it when the
 * operator was ejected.
 */
function wasWeighed(
  {logs}: TransactionReceipt,
  {operatorId, stakeRegistry, blsApkRegistry}: RegistryPlace,
): boolean {
  if (operatorId === null || stakeRegistry === null || blsApkRegistry === null) return false;
  const weighed = logs.find(
    ({address, topics, data}) =>
      sameAddress(address, stakeRegistry) &&
      topics[0] === STAKE_TOPIC &&
      topics[1]?.toLowerCase() === operatorId.toLowerCase() &&
      /0{64}$/.test(data),
  );
  const removed = logs.find(
    ({address, topics, data}) =>
      sameAddress(address, blsApkRegistry) &&
      topics[0] === REMOVED_TOPIC &&
      data.toLowerCase().includes(operatorId.slice(2).toLowerCase()),
  );
  return weighed !== undefined && removed !== undefined && weighed.logIndex < removed.logIndex;
}

/** Awaits a transaction or receipt; null when the RPC says that there is none, as nodes do that drop old ones. */
export async function orGone<T>(chain: Chain, request: Promise<T>): Promise<T | null> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof TransactionNotFoundError || error instanceof TransactionReceiptNotFoundError)
      return null;
    return chainRequest(chain.endpoint, Promise.reject(error as Error));
  }
}
