import {encodeFunctionData, zeroAddress, type Hex} from 'viem';
import {delegationManagerAbi} from '../abis-core.ts';
import {intentKey, type TxPlan} from '../tx/plan.ts';

/** The input for becoming an EigenLayer operator, which is irreversible. */
export type AsOperator = {
  delegationManager: Hex;
  operator: Hex;
  /** URL of a JSON file with the name, website and logo of the operator. */
  metadataUrl: string;
};

/** Returns the intent of {@link planAsOperator}. */
export function asOperatorIntent({delegationManager, operator}: Omit<AsOperator, 'metadataUrl'>): string {
  return intentKey('as-operator', delegationManager, operator);
}

/**
 * Plans `registerAsOperator` of DelegationManager (core ≥ 1.0), without delegation approver and allocation delay:
 * any staker can delegate, and allocations take effect right after the configuration delay.
 */
export function planAsOperator(params: AsOperator): TxPlan {
  const {delegationManager, metadataUrl} = params;
  return {
    intent: asOperatorIntent(params),
    title: 'register as an operator of EigenLayer',
    to: delegationManager,
    data: encodeFunctionData({
      abi: delegationManagerAbi,
      functionName: 'registerAsOperator',
      args: [zeroAddress, 0, metadataUrl],
    }),
    value: 0n,
    // A long URL costs more.
    mostGas: 1_500_000n,
    relies: ['delegation_manager'],
    signing: null,
    facts: [
      ['metadata', metadataUrl],
      ['for good', 'an EigenLayer operator cannot be removed again'],
    ],
  };
}
