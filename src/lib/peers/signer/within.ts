import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import type {Web3Signer} from './web3signer.ts';

/** One signer of several that hold the same key. */
export type SignerInLine = {/** `host:port`. */ name: string; signer: Web3Signer};

/**
 * Lets a signer work for at most `ms`.
 * @throws AosError SIGNER_UNREACHABLE when it takes longer, what `work` throws, or the reason of `outer`
 */
export async function within<T>(
  {name, signer}: SignerInLine,
  work: (signer: Web3Signer, signal: AbortSignal) => Promise<T>,
  {outer, ms}: {outer: AbortSignal | undefined; ms: number},
): Promise<T> {
  const limit = deadline(outer, ms);
  try {
    return await work(signer, limit.signal);
  } catch (error) {
    if (!limit.signal.aborted || outer?.aborted === true) throw error;
    throw new AosError('SIGNER_UNREACHABLE', `${name} gave no answer within ${ms / 1000} s`, {
      next: run('signer check'),
    });
  } finally {
    limit.done();
  }
}
