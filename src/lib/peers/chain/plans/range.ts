import {zeroAddress, type Hex} from 'viem';
import {rangeManagerAbi} from '../abis-aos.ts';
import type {Chain} from '../open.ts';
import {readNamed, call} from '../read.ts';
import {rangeRequest, type RangeRequest} from './range-request.ts';

/** The sampling range in the contract, and the call that sets a missing one. */
export type RangeState = {
  contract: Hex;
  /** Null when unset, so that no job is selected. */
  range: {start: bigint; end: bigint} | null;
  max: bigint | null;
  owner: Hex | null;
  /** For an unset range: the call for the contract's owner, with the whole range as a suggestion. */
  request: RangeRequest | null;
};

/** MAX_RANGE in the published source, for a contract without the getter (docs/eigenlayer.md#sampling-ranges). */
const PUBLISHED_MAX = 600_000n;

/** Reads the sampling range of an operator. @throws AosError as {@link Chain.read} */
export async function readRangeState(chain: Chain, contract: Hex, operator: Hex): Promise<RangeState> {
  const said = await readNamed(chain, {
    range: call(rangeManagerAbi, contract, 'operatorRanges', [operator]),
    max: call(rangeManagerAbi, contract, 'MAX_RANGE', []),
    owner: call(rangeManagerAbi, contract, 'owner', []),
  });
  const [start = 0n, end = 0n] = said.range ?? [];
  const range = start === 0n && end === 0n ? null : {start, end};
  const most = said.max ?? PUBLISHED_MAX;
  // A service manager has no registerOperator(address,uint256,uint256); both have updateOperatorRange.
  const functionName = said.max === null ? 'updateOperatorRange' : 'registerOperator';
  const request =
    range === null ? rangeRequest(contract, operator, {start: 0n, end: most}, functionName) : null;
  return {contract, range, max: said.max, owner: said.owner === zeroAddress ? null : said.owner, request};
}
