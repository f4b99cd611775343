import {zeroAddress, type Hex} from 'viem';
import {rangeManagerAbi} from '../abis-aos.ts';
import type {Flow} from '../detect.ts';
import {readCanReregister} from '../reregistration.ts';
import {readSets} from '../flow-sets.ts';
import type {Chain} from '../open.ts';
import {readNamed, call} from '../read.ts';
import type {ResolvedContracts} from '../contract-types.ts';

/** The state of an operator that has left the AVS. */
export type PostExitState = {
  range: {start: bigint; end: bigint} | null;
  /** Whether the service manager accepts it again: false for the published AOS; null when unknown, or without such a check. */
  canReregister: boolean | null;
  /** Last block in which a left operator set may slash; null in other flows, or when no set was left. */
  slashableUntil: bigint | null;
};

/** Reads the state after an exit. @throws AosError as {@link Chain.read} */
export async function readPostExitState(
  chain: Chain,
  contracts: ResolvedContracts,
  {flow, operator, left}: {flow: Flow; operator: Hex; left: readonly number[]},
): Promise<PostExitState> {
  const [{range}, canReregister, slashableUntil] = await Promise.all([
    readNamed(chain, {
      range: call(rangeManagerAbi, contracts.rangeContract ?? zeroAddress, 'operatorRanges', [operator]),
    }),
    flow === 'bls' ? readCanReregister(chain, contracts, operator) : null,
    flow === 'operator-sets' ? readSlashableUntil(chain, contracts, operator, left) : null,
  ]);
  const [start = 0n, end = 0n] = range ?? [];
  return {range: end === 0n ? null : {start, end}, canReregister, slashableUntil};
}

async function readSlashableUntil(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
  left: readonly number[],
): Promise<bigint | null> {
  const {leaving} = await readSets(chain, contracts, operator, left);
  return leaving?.latest ?? null;
}
