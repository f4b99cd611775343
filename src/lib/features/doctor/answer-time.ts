import {unclear, type Finding} from './check.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {deadline} from '../../foundation/system/system-time.ts';

/** The text for a peer that takes a connection, or not even that, and does not answer. */
export const noAnswerFrom = (who: string, ms: number): string =>
  `${who} gave no answer within ${Math.round(ms / 100) / 10} s`;

/**
 * The finding of `check`; unknown, with a next step, when the peer gives no answer in time.
 * @param ms how long it may take
 * @throws the signal's reason, or what `check` throws
 */
export async function withinAnswerTime(
  {who, ms, next, signal}: {who: string; ms: number; next: NextStep; signal: AbortSignal},
  check: (signal: AbortSignal) => Promise<Finding>,
): Promise<Finding> {
  const limit = deadline(signal, ms);
  try {
    return await check(limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.signal.aborted) throw error;
    return unclear(noAnswerFrom(who, ms), next);
  } finally {
    limit.done();
  }
}
