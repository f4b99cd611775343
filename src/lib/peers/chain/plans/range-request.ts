import {encodeFunctionData, type Hex} from 'viem';
import {rangeManagerAbi} from '../abis-aos.ts';

/** A call that only the owner of the range contract can make, on request of an operator. */
export type RangeRequest = {to: Hex; data: Hex; functionName: string};

/**
 * Returns the call with which the owner sets the operator's sampling range: `registerOperator` of OperatorRangeManager for
 * a new operator; `updateOperatorRange` for a known one and on a service manager.
 */
export function rangeRequest(
  contract: Hex,
  operator: Hex,
  range: {start: bigint; end: bigint},
  functionName: 'registerOperator' | 'updateOperatorRange',
): RangeRequest {
  const args = [operator, range.start, range.end] as const;
  return {to: contract, data: encodeFunctionData({abi: rangeManagerAbi, functionName, args}), functionName};
}
