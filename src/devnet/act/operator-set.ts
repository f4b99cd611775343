import type {Address} from 'viem';
import {allocationManagerAbi} from '../../lib/peers/chain/abis-core.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {checksumAddress, sameAddress} from '../../lib/protocol/wire/ethereum.ts';
import {
  allocating,
  deployOpenRegistrar,
  joiningSet,
  makingSets,
  namingRegistrar,
  type NewAllocation,
  type OperatorSet,
} from '../chain/set-calls.ts';
import {registering, type Stage} from './stage.ts';

/** The operator set that an AVS without sets of its own gets, for slashes and allocations. */
const DEVNET_SET = 0;

/**
 * The operator set in which the operator can be slashed: the first that it has joined. An AVS without operator sets makes
 * one, with a registrar that lets every operator in, and the operator joins it.
 * @throws AosError DEVNET_REFUSED for an operator that has joined none of an AVS with sets of its own
 */
export async function setOf(stage: Stage, operator: Address): Promise<OperatorSet> {
  const {client, contracts} = stage;
  const {allocation_manager: address, service_manager: avs} = contracts;
  const read = {address, abi: allocationManagerAbi} as const;
  const joined = await client.readContract({...read, functionName: 'getRegisteredSets', args: [operator]});
  const own = joined.find((set) => sameAddress(set.avs, avs));
  if (own !== undefined) return own;
  const set = {avs, id: DEVNET_SET};
  if (!(await client.readContract({...read, functionName: 'isOperatorSet', args: [set]})))
    await makeSet(stage, set);
  const join = {
    ...read,
    functionName: 'registerForOperatorSets',
    args: [operator, {avs, operatorSetIds: [set.id], data: '0x'}],
  } as const;
  // A registrar of the AVS's own wants a key and more: that is what aos register is for.
  await client.simulateContract({...join, account: operator}).catch((error: unknown) => {
    throw new AosError('DEVNET_REFUSED', `${checksumAddress(operator)} is in no operator set of the AVS`, {
      next: registering(stage, operator, 'Register it first'),
      cause: error,
    });
  });
  const data = joiningSet(operator, set);
  await stage.send(operator, {to: address, data}, `the operator joined operator set ${set.id} of the AVS`);
  return set;
}

async function makeSet(stage: Stage, {avs, id}: OperatorSet): Promise<void> {
  const {url, artifacts, contracts} = stage;
  const to = contracts.allocation_manager;
  const registrar = await deployOpenRegistrar(url, artifacts);
  const naming = namingRegistrar(avs, registrar);
  await stage.send(avs, {to, data: naming}, 'the AVS named a registrar that lets every operator in');
  const making = makingSets(avs, [id], contracts.strategies);
  await stage.send(avs, {to, data: making}, `the AVS made operator set ${id}`);
}

export type Allocation = {currentMagnitude: bigint; pendingDiff: bigint; effectBlock: number};

/** An allocation at the latest block. */
export function allocationOf(
  {client, contracts}: Stage,
  operator: Address,
  set: OperatorSet,
  strategy: Address,
): Promise<Allocation> {
  return client.readContract({
    address: contracts.allocation_manager,
    abi: allocationManagerAbi,
    functionName: 'getAllocation',
    args: [operator, set, strategy],
  });
}

/** Magnitude that the operator could still allocate in a strategy, and the most that it could ever have. */
export async function magnitudesOf(
  {client, contracts}: Stage,
  operator: Address,
  strategy: Address,
): Promise<{free: bigint; most: bigint}> {
  const read = {
    address: contracts.allocation_manager,
    abi: allocationManagerAbi,
    args: [operator, strategy],
  } as const;
  const [free, most] = await Promise.all([
    client.readContract({...read, functionName: 'getAllocatableMagnitude'}),
    client.readContract({...read, functionName: 'getMaxMagnitude'}),
  ]);
  return {free, most};
}

/** Sends the operator's own modifyAllocations. */
export async function allocate(
  stage: Stage,
  operator: Address,
  allocation: NewAllocation,
  what: string,
): Promise<void> {
  const data = allocating(operator, allocation);
  await stage.send(operator, {to: stage.contracts.allocation_manager, data}, what);
}
