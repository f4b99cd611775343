import {unclear, type Finding} from './check.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {deadline} from '../../foundation/system/system-time.ts';

/** Less than a check may take, so that it can still say who was silent. */
export const ANSWER_MS = 2_500;

/** What is said of somebody who takes a connection, or not even that, and says nothing. */
export const silenceOf = (who: string): string => `${who} gave no answer within ${ANSWER_MS / 1000} s`;

/**
 * What a look finds; unknown, with a next step, where it heard nothing for {@link ANSWER_MS}.
 * @throws the signal's reason, or what `look` throws
 */
export async function unlessSilent(
  {who, next, signal}: {who: string; next: NextStep; signal: AbortSignal},
  look: (signal: AbortSignal) => Promise<Finding>,
): Promise<Finding> {
  const limit = deadline(signal, ANSWER_MS);
  try {
    return await look(limit.signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!limit.signal.aborted) throw error;
    return unclear(silenceOf(who), next);
  } finally {
    limit.done();
  }
}
