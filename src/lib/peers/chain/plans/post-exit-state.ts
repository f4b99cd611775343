import {zeroAddress, type Hex} from 'viem';
import {rangeManagerAbi} from '../abis-aos.ts';
import type {Flow} from '../detect.ts';
import {readWayBack} from '../reregistration.ts';
import {readSets} from '../flow-sets.ts';
import type {Chain} from '../open.ts';
import {ask, call} from '../read.ts';
import type {ResolvedContracts} from '../contract-types.ts';

/** What is left of an operator after it has left the AVS. */
export type Stays = {
  range: {start: bigint; end: bigint} | null;
  /** The service manager takes it back; false as AOS is published; null: unknown, or nobody decides about it. */
  wayBack: boolean | null;
  /** Last block in which a left operator set may slash; null outside that flow, or when nothing was left. */
  slashableUntil: bigint | null;
};

/** @throws AosError as {@link Chain.read} */
export async function readStays(
  chain: Chain,
  contracts: ResolvedContracts,
  flow: Flow,
  operator: Hex,
  left: readonly number[],
): Promise<Stays> {
  const [{range}, wayBack, slashableUntil] = await Promise.all([
    ask(chain, {
      range: call(rangeManagerAbi, contracts.rangeContract ?? zeroAddress, 'operatorRanges', [operator]),
    }),
    flow === 'bls' ? readWayBack(chain, contracts, operator) : null,
    flow === 'operator-sets' ? readUntil(chain, contracts, operator, left) : null,
  ]);
  const [start = 0n, end = 0n] = range ?? [];
  return {range: end === 0n ? null : {start, end}, wayBack, slashableUntil};
}

async function readUntil(
  chain: Chain,
  contracts: ResolvedContracts,
  operator: Hex,
  left: readonly number[],
): Promise<bigint | null> {
  const {leaving} = await readSets(chain, contracts, operator, left);
  return leaving?.latest ?? null;
}
