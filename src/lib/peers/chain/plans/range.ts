import {zeroAddress, type Hex} from 'viem';
import {rangeManagerAbi} from '../abis-aos.ts';
import type {Chain} from '../open.ts';
import {readNamed, call} from '../read.ts';
import {rangeRequest, type RangeRequest} from './range-request.ts';

/** The sampling range as the contract has it, and how to come by one. */
export type RangeState = {
  contract: Hex;
  /** Null: unset, so no job is ever selected. */
  range: {start: bigint; end: bigint} | null;
  max: bigint | null;
  owner: Hex | null;
  /** For an unset one: the call its owner has to make, with a range right behind the others as a suggestion. */
  request: RangeRequest | null;
};

/** MAX_RANGE where the contract does not tell it, as its source has it (docs/eigenlayer.md#sampling-ranges). */
const PUBLISHED_MAX = 600_000n;

/** @throws AosError as {@link Chain.read} */
export async function readRangeState(chain: Chain, contract: Hex, operator: Hex): Promise<RangeState> {
  const said = await readNamed(chain, {
    range: call(rangeManagerAbi, contract, 'operatorRanges', [operator]),
    max: call(rangeManagerAbi, contract, 'MAX_RANGE', []),
    owner: call(rangeManagerAbi, contract, 'owner', []),
  });
  const [start = 0n, end = 0n] = said.range ?? [];
  const range = start === 0n && end === 0n ? null : {start, end};
  const most = said.max ?? PUBLISHED_MAX;
  // A service manager has no registerOperator(address,uint256,uint256); both know operators by updateOperatorRange.
  const functionName = said.max === null ? 'updateOperatorRange' : 'registerOperator';
  const request =
    range === null ? rangeRequest(contract, operator, {start: 0n, end: most}, functionName) : null;
  return {contract, range, max: said.max, owner: said.owner === zeroAddress ? null : said.owner, request};
}
