import {zeroAddress} from 'viem';
import {rangeManagerAbi} from '../abis-aos.ts';
import {call, readNamed} from '../read.ts';
import type {Exit, Flow, FlowPlace} from './flow.ts';

/** The state of an operator that has left the AVS. */
export type PostExitState = Exit & {range: {start: bigint; end: bigint} | null};

/** Reads the state after an exit from the groups `left`. @throws AosError as {@link Chain.read} */
export async function readPostExitState(
  flow: Flow,
  place: FlowPlace,
  left: readonly number[],
): Promise<PostExitState> {
  const {chain, contracts, operator} = place;
  const [{range}, exit] = await Promise.all([
    readNamed(chain, {
      range: call(rangeManagerAbi, contracts.rangeContract ?? zeroAddress, 'operatorRanges', [operator]),
    }),
    flow.readExit(place, left),
  ]);
  const [start = 0n, end = 0n] = range ?? [];
  return {range: end === 0n ? null : {start, end}, ...exit};
}
