import {encodeFunctionData, type Hex} from 'viem';
import {ecdsaB1Abi, ecdsaB3Abi, registryCoordinatorAbi} from '../abis-avs.ts';
import {allocationManagerAbi} from '../abis-core.ts';
import type {Flow} from '../detect.ts';
import {intentKey, type TxPlan} from '../tx/plan.ts';
import {quorumBytes} from './register.ts';

export type Deregistration = {
  flow: Flow;
  registry: Hex;
  operator: Hex;
  /** Null outside the flow of operator sets. */
  allocationManager: Hex | null;
  avs: Hex;
  /** Quorums, or operator sets; all that the operator is in. Ignored by an ECDSAStakeRegistry. */
  groups: readonly number[];
};

/** Returns the intent of {@link planDeregister}; other groups are another intent. */
export function deregisterIntent({
  registry,
  operator,
  groups,
}: Pick<Deregistration, 'registry' | 'operator' | 'groups'>): string {
  const which = [...groups].sort((a, b) => a - b).join(',');
  return intentKey('deregister', registry, operator, ...(which === '' ? [] : [which]));
}

/** Plans the transaction that deregisters the operator from the AVS. */
export function planDeregister(params: Deregistration): TxPlan {
  const {flow, registry, allocationManager, groups} = params;
  const isSets = flow === 'operator-sets';
  return {
    intent: deregisterIntent(params),
    title: isSets ? 'leave the operator sets of the AVS' : 'leave the AVS',
    to: isSets && allocationManager !== null ? allocationManager : registry,
    data: exitOf(params),
    value: 0n,
    facts: groups.length === 0 ? [] : [[isSets ? 'operator sets' : 'quorums', groups.join(', ')]],
  };
}

function exitOf({flow, operator, avs, groups}: Deregistration): Hex {
  switch (flow) {
    case 'bls':
      return encodeFunctionData({
        abi: registryCoordinatorAbi,
        functionName: 'deregisterOperator',
        args: [quorumBytes(groups)],
      });
    case 'ecdsa-b1':
    case 'ecdsa-b2':
      return encodeFunctionData({abi: ecdsaB1Abi, functionName: 'deregisterOperator'});
    case 'ecdsa-b3':
      return encodeFunctionData({abi: ecdsaB3Abi, functionName: 'deregisterOperatorM2Quorum'});
    case 'operator-sets':
      return encodeFunctionData({
        abi: allocationManagerAbi,
        functionName: 'deregisterFromOperatorSets',
        args: [{operator, avs, operatorSetIds: [...groups]}],
      });
  }
}
