import {encodeFunctionData, type Address} from 'viem';
import {registryCoordinatorAbi} from '../../lib/peers/chain/abis-avs.ts';
import {allocationManagerAbi} from '../../lib/peers/chain/abis-core.ts';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {checksumAddress, sameAddress} from '../../lib/protocol/wire/ethereum.ts';
import {bitmapHistoryAbi, devnetOwnAbi} from './abis.ts';
import type {RequestOf} from './request.ts';
import {numbersOf, quorumBytes, registering, type Stage} from './stage.ts';

const REGISTERED = 1;

/**
 * Puts an operator out of quorums, as the ejector of a registry coordinator does, or out of operator sets, as the AVS does.
 * @throws AosError DEVNET_REFUSED for an operator that is not in them
 */
export async function eject(stage: Stage, operator: Address, request: RequestOf<'eject'>): Promise<void> {
  const {ejection_manager: manager} = stage.contracts;
  return manager === null
    ? removeFromSets(stage, operator, request.quorums)
    : ejectFromQuorums(stage, operator, {...request, manager});
}

async function ejectFromQuorums(
  stage: Stage,
  operator: Address,
  {quorums: named, by, manager}: RequestOf<'eject'> & {manager: Address},
): Promise<void> {
  const {client, contracts} = stage;
  const {registry, owner} = contracts;
  const read = {address: registry, abi: registryCoordinatorAbi} as const;
  const {operatorId, status} = await client.readContract({
    ...read,
    functionName: 'getOperator',
    args: [operator],
  });
  const bitmap = await client.readContract({
    ...read,
    functionName: 'getCurrentQuorumBitmap',
    args: [operatorId],
  });
  const quorums = chosen(stage, operator, named, status === REGISTERED ? numbersOf(bitmap) : []);
  const ejector = by === 'account' ? owner : manager;
  if (!sameAddress(await client.readContract({...read, functionName: 'ejector'}), ejector)) {
    const data = encodeFunctionData({abi: bitmapHistoryAbi, functionName: 'setEjector', args: [ejector]});
    await stage.send(owner, {to: registry, data}, `the owner named the ejector ${ejector}`);
  }
  const args = [operator, quorumBytes(quorums)] as const;
  const call =
    ejector === owner
      ? {to: registry, data: encodeFunctionData({abi: bitmapHistoryAbi, functionName: 'ejectOperator', args})}
      : {to: ejector, data: encodeFunctionData({abi: devnetOwnAbi, functionName: 'eject', args})};
  await stage.send(owner, call, `the ejector put the operator out of ${listed('quorum', quorums)}`);
}

async function removeFromSets(
  stage: Stage,
  operator: Address,
  named: readonly number[] | null,
): Promise<void> {
  const {client, contracts} = stage;
  const {allocation_manager: to, service_manager: avs} = contracts;
  const read = {address: to, abi: allocationManagerAbi} as const;
  const joined = await client.readContract({...read, functionName: 'getRegisteredSets', args: [operator]});
  const ids = joined.filter((set) => sameAddress(set.avs, avs)).map(({id}) => id);
  const sets = chosen(stage, operator, named, ids);
  const args = [{operator, avs, operatorSetIds: sets}] as const;
  const data = encodeFunctionData({
    abi: allocationManagerAbi,
    functionName: 'deregisterFromOperatorSets',
    args,
  });
  await stage.send(avs, {to, data}, `the AVS put the operator out of ${listed('operator set', sets)}`);
}

/** All that it is in, or the named ones. */
function chosen(
  stage: Stage,
  operator: Address,
  named: readonly number[] | null,
  present: readonly number[],
): number[] {
  const wanted = named ?? present;
  const missing = wanted.filter((number) => !present.includes(number));
  if (wanted.length > 0 && missing.length === 0) return [...wanted];
  const where = named === null ? 'any quorum of the AVS' : missing.join(', ');
  const who = checksumAddress(operator);
  throw new AosError('DEVNET_REFUSED', `${who} is not in ${where}: there is nothing to eject it from`, {
    next: registering(stage, operator, 'Register it first'),
  });
}

function listed(what: string, numbers: readonly number[]): string {
  return `${what}${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')}`;
}
