import {encodeFunctionData, zeroAddress, type Hex} from 'viem';
import {delegationManagerAbi} from '../abis-core.ts';
import {intentKey, type TxPlan} from '../tx/plan.ts';

/** What becoming an operator of EigenLayer takes. It cannot be undone. */
export type AsOperator = {
  delegationManager: Hex;
  operator: Hex;
  /** Where a JSON file tells the name, website and logo of the operator. */
  metadataUrl: string;
};

/** The key of {@link planAsOperator}'s transaction. */
export function asOperatorIntent({delegationManager, operator}: Omit<AsOperator, 'metadataUrl'>): string {
  return intentKey('as-operator', delegationManager, operator);
}

/**
 * `registerAsOperator` of DelegationManager (core ≥ 1.0), without delegation approver and allocation delay, so that
 * everybody can delegate and allocations take effect at once after the configuration delay.
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
    facts: [
      ['metadata', metadataUrl],
      ['for good', 'an operator of EigenLayer cannot stop being one'],
    ],
  };
}
