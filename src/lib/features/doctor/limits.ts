/** How long the checks of a doctor may take, ms. */
export type DoctorLimits = {
  /** One peer; less than a check, so that the check can still name the peer. */
  answerMs: number;
  /** The reads of the chain: a provider that wants pauses answers in the end. */
  chainMs: number;
  /** One check, but for those that read the chain. */
  checkMs: number;
  /** All of them. */
  totalMs: number;
};

/** Longer than the pauses of a provider whose requests a second are used up (peers/chain/rpc/patience.ts), but for the last. */
const USUAL: DoctorLimits = {answerMs: 2_500, chainMs: 12_000, checkMs: 3_000, totalMs: 20_000};
/** What a peer has of the time of its check. */
const SHARE = 5 / 6;

/** @param timeoutMs of `--timeout`, for all of the doctor's waits; absent for the usual limits */
export function doctorLimits(timeoutMs: number | undefined): DoctorLimits {
  if (timeoutMs === undefined) return USUAL;
  const ms = Math.floor(timeoutMs * SHARE);
  return {answerMs: ms, chainMs: ms, checkMs: timeoutMs, totalMs: timeoutMs};
}
