import {fromHex} from '../../lib/protocol/wire/ethereum.ts';
import type {Vrf} from '../../lib/protocol/vrf/ecvrf.ts';
import {vrfInput, widen, type SamplingRange} from '../../lib/protocol/vrf/sampling.ts';
import type {OperatorResult, Work} from './book.ts';

/** Reads the present range of an operator; asked whenever a result fits none that was read before. */
export type RangeSource = (operator: string) => SamplingRange | Promise<SamplingRange>;

/** '' when a result's VRF proof and selection are right, else what is wrong with them. */
export type SelectionCheck = (
  operator: {address: string; workers: readonly string[]},
  work: Work,
  result: OperatorResult,
) => Promise<string>;

/** An answer concluded under a former range is still right, as long as that range is one of the last few. */
const RANGES_KEPT = 8;

/**
 * Checks what an operator says of its selection (docs/protocol.md#sampling), recomputing it from its own proof.
 * The public key is the operator's word: it is registered nowhere. Without a `range` only the proof is checked.
 * @param precision how many hex digits at the end of beta make r
 */
export function createSelectionCheck(
  vrf: Vrf,
  range: RangeSource | undefined,
  precision: number,
): SelectionCheck {
  const known = new Map<string, SamplingRange[]>();

  const refresh = async (source: RangeSource, operator: string): Promise<SamplingRange[]> => {
    const read = await source(operator);
    const before = known.get(operator) ?? [];
    const ranges = [read, ...before.filter((other) => !sameRange(other, read))].slice(0, RANGES_KEPT);
    known.set(operator, ranges);
    return ranges;
  };

  return async ({address, workers}, work, result) => {
    const {alpha, promptHash} = vrfInput(work.prompt);
    if (result.vrf.vrf_prompt_hash !== promptHash) return 'vrf_prompt_hash is not that of the prompt';
    const beta = provenBeta(vrf, alpha, result);
    if (beta === null) return 'vrf_proof does not verify';
    if (result.vrf.vrf_random_value !== beta) return 'vrf_random_value is not what vrf_proof proves';
    // An operator without the right worker says so whatever the VRF says; its `selected` decides nothing.
    if (range === undefined || !workers.includes(work.kind)) return '';
    const fits = (one: SamplingRange): boolean =>
      isSelected(work, beta, one, precision) === result.vrf.selected;
    if (known.get(address)?.some(fits) === true) return '';
    const ranges = await refresh(range, address);
    return ranges.some(fits)
      ? ''
      : `selected is ${result.vrf.selected}, but the proof and the range say otherwise`;
  };
}

function provenBeta(vrf: Vrf, alpha: Uint8Array, {vrf: fields}: OperatorResult): string | null {
  const publicKey = fromHex(fields.vrf_verify_pubkey);
  const proof = fromHex(fields.vrf_proof);
  if (publicKey === null || proof === null) return null;
  const beta = vrf.verify(publicKey, alpha, proof);
  return beta === null ? null : Buffer.from(beta).toString('hex');
}

/**
 * docs/protocol.md#vrf step 3 and docs/protocol.md#selection, written a second time on purpose: it judges the
 * operator's own.
 */
function isSelected(work: Work, betaHex: string, range: SamplingRange, precision: number): boolean {
  const widened = widen(range, work.key.tag, work.key.position);
  if (widened === null) return false;
  const r = BigInt(`0x${betaHex.slice(-precision)}`);
  return Number(range.max > 0n ? r % range.max : r) < widened.end - widened.start;
}

function sameRange(a: SamplingRange, b: SamplingRange): boolean {
  return a.start === b.start && a.end === b.end && a.max === b.max;
}
