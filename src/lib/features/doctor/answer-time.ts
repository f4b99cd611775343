import {unclear, type Finding} from './check.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {deadline} from '../../foundation/system/system-time.ts';

/** How long one peer may take to answer; less than a check may take, so that the check can still name the peer. */
export const ANSWER_MS = 2_500;

/** The text for a peer that takes a connection, or not even that, and does not answer. */
export const noAnswerFrom = (who: string): string => `${who} gave no answer within ${ANSWER_MS / 1000} s`;

/**
 * The finding of `check`; unknown, with a next step, when the peer gives no answer within {@link ANSWER_MS}.
 * @throws the signal's reason, or what `check` throws
 */
export async function withinAnswerTime(
  {who, next, signal}: {who: string; next: NextStep; signal: AbortSignal},
  check: (signal: AbortSignal) => Promise<Finding>,
): Promise<Finding> {
  const limit = deadline(signal, ANSWER_MS);
  try {
    return await check(limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.signal.aborted) throw error;
    return unclear(noAnswerFrom(who), next);
  } finally {
    limit.done();
  }
}
