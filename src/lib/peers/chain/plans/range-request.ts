import {encodeFunctionData, type Hex} from 'viem';
import {rangeManagerAbi} from '../abis-aos.ts';

/** A call that only the owner of the range contract can make: what an operator asks of it. */
export type RangeRequest = {to: Hex; data: Hex; functionName: string};

/**
 * The call by which the owner gives the operator a sampling range: `registerOperator` of OperatorRangeManager for one it
 * does not know, `updateOperatorRange` else and on a service manager.
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
