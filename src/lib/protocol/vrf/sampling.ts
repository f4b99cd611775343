import {hash} from 'node:crypto';
import type {VrfFields} from '../wire/messages.ts';
import type {Prover} from './ecvrf.ts';

/** The operator's range on chain: `operatorRanges(node_id)`, `MAX_RANGE()`, and the block of the read. */
export type SamplingRange = {start: bigint; end: bigint; max: bigint; block: bigint | null};

/** The outcome of sampling one job. */
export type Sampling = {
  vrf: VrfFields;
  /** The job's number, 0 … MAX−1. */
  r: number;
  /** Selected when r is below it; 0 when `valid` is false. */
  threshold: number;
  /** False for `malicious` with a position that the protocol does not know. */
  valid: boolean;
};

/** Share of MAX by which each side of the range moves (docs/protocol.md#widening-by-tag). */
const SUSPICION = 0.03;
const STRONG_SUSPICION = 0.1;

/** The VRF input of a prompt: the ASCII bytes of lower-case hex(SHA-512(prompt as UTF-8)), and that hex text. */
export function vrfInput(prompt: string): {alpha: Uint8Array; promptHash: string} {
  const promptHash = hash('sha512', prompt);
  return {alpha: new TextEncoder().encode(promptHash), promptHash};
}

/**
 * Returns the range as widened for a suspected user (docs/protocol.md#widening-by-tag), in IEEE doubles; the upper end is not capped.
 * A tag that the protocol does not know widens nothing: a submitter may send any text. Null for `malicious` with a
 * position that the protocol does not know.
 */
export function widen(
  range: SamplingRange,
  tag: string,
  position: string,
): {start: number; end: number} | null {
  const start = Number(range.start);
  const end = Number(range.end);
  if (tag !== 'suspicion' && tag !== 'malicious') return {start, end};
  const share = shareOf(tag, position);
  if (share === null) return null;
  const margin = Number(range.max) * share;
  return {start: Math.max(0, Math.trunc(start - margin)), end: Math.trunc(end + margin)};
}

/**
 * Decides whether the operator must answer a job with an inference (docs/protocol.md#sampling), and returns the proof.
 * @param precision `chain.vrf_sort_precision`: number of hex digits at the end of beta that make r, 1 … 128
 */
export function sample(
  prover: Prover,
  job: {prompt: string; tag: string; position: string},
  range: SamplingRange,
  precision: number,
): Sampling {
  const {alpha, promptHash} = vrfInput(job.prompt);
  const {proof, beta} = prover.prove(alpha);
  const randomValue = Buffer.from(beta).toString('hex');
  const r = sampleNumber(randomValue, precision, range.max);
  const widened = widen(range, job.tag, job.position);
  const threshold = widened === null ? 0 : widened.end - widened.start;
  const vrf = {
    selected: r < threshold,
    vrf_prompt_hash: promptHash,
    vrf_random_value: randomValue,
    vrf_verify_pubkey: prover.publicKey,
    vrf_proof: Buffer.from(proof).toString('hex'),
  };
  return {vrf, r, threshold, valid: widened !== null};
}

/** Returns the last `precision` hex digits of beta, modulo MAX; without the modulo when MAX is 0. */
export function sampleNumber(betaHex: string, precision: number, max: bigint): number {
  const digits = BigInt(`0x${betaHex.slice(-precision)}`);
  return Number(max > 0n ? digits % max : digits);
}

function shareOf(tag: 'suspicion' | 'malicious', position: string): number | null {
  if (tag === 'suspicion') return SUSPICION;
  if (position === 'after') return SUSPICION;
  return position === 'before' ? STRONG_SUSPICION : null;
}
