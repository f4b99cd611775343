import {encodeFunctionData, parseAbi, type Address, type Hex} from 'viem';
import {allocationManagerAbi} from '../../lib/peers/chain/abis-core.ts';
import {openBatch} from './batch.ts';

/** An operator set of an AVS. */
export type OperatorSet = {avs: Address; id: number};

/** What AllocationManager takes from an AVS or from whom it appoints. */
const ownerAbi = parseAbi([
  'function setAVSRegistrar(address avs, address registrar)',
  'function createOperatorSets(address avs, (uint32 operatorSetId, address[] strategies)[] params)',
]);

/** The call of the AVS that names its registrar. */
export function namingRegistrar(avs: Address, registrar: Address): Hex {
  return encodeFunctionData({abi: ownerAbi, functionName: 'setAVSRegistrar', args: [avs, registrar]});
}

/** The call of the AVS that makes operator sets of these ids, in which the same strategies count. */
export function makingSets(avs: Address, ids: readonly number[], strategies: readonly Address[]): Hex {
  const sets = ids.map((id) => ({operatorSetId: id, strategies: [...strategies]}));
  return encodeFunctionData({abi: ownerAbi, functionName: 'createOperatorSets', args: [avs, sets]});
}

/** The call of an operator that joins a set whose registrar wants nothing of it. */
export function joiningSet(operator: Address, {avs, id}: OperatorSet): Hex {
  const args = [operator, {avs, operatorSetIds: [id], data: '0x'}] as const;
  return encodeFunctionData({abi: allocationManagerAbi, functionName: 'registerForOperatorSets', args});
}

/** What an operator allocates to a set: a magnitude for each strategy, 1e18 being all of it. */
export type NewAllocation = {
  set: OperatorSet;
  strategies: readonly Address[];
  magnitudes: readonly bigint[];
};

/** The call of an operator that allocates. */
export function allocating(operator: Address, {set, strategies, magnitudes}: NewAllocation): Hex {
  const args = [
    operator,
    [{operatorSet: set, strategies: [...strategies], newMagnitudes: [...magnitudes]}],
  ] as const;
  return encodeFunctionData({abi: allocationManagerAbi, functionName: 'modifyAllocations', args});
}

/** Deploys a registrar that lets every operator in. @throws AosError DEVNET_FAILED */
export async function deployOpenRegistrar(url: string, artifacts: URL): Promise<Address> {
  const batch = await openBatch(url, artifacts, false);
  const registrar = batch.deploy('OpenRegistrar');
  await batch.send();
  return registrar;
}
