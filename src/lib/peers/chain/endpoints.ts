import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {isEndpointFailure} from './failure.ts';

/**
 * Runs `attempt` on each endpoint in turn until one serves all of it: a read must come from one chain at one block, so a
 * failure repeats the whole attempt on the next endpoint.
 *
 * Only failures of an endpoint lead to the next one. A wrong chain (CHAIN_WRONG_ID) is an error at once, because the next
 * command might reach that endpoint first.
 * @param attempt gets whether another endpoint follows
 * @throws AosError CHAIN_UNREACHABLE when none answered, what the attempt threw, or the signal's reason
 */
export async function firstEndpoint<T>(
  rpcUrls: readonly string[],
  signal: AbortSignal,
  attempt: (url: string, hasNext: boolean) => Promise<T>,
): Promise<T> {
  const failures: AosError[] = [];
  for (const [index, url] of rpcUrls.entries()) {
    try {
      return await attempt(url, index < rpcUrls.length - 1);
    } catch (error) {
      const isOfEndpoint = isEndpointFailure(error) || isAosError(error, 'CHAIN_NO_CODE');
      if (isOfEndpoint) failures.push(error);
      // A limit of time says less than what was waited for.
      if (signal.aborted && isLimit(signal.reason) && failures.length > 0) break;
      signal.throwIfAborted();
      if (!isOfEndpoint) throw error;
    }
  }
  throw summary(failures);
}

function isLimit(reason: unknown): boolean {
  return reason instanceof Error && reason.name === 'TimeoutError';
}

/** Combines the failures: all messages, with the code and next step of an answer before those of a missing one. */
function summary(failures: readonly AosError[]): AosError {
  const main = failures.find(({code}) => code !== 'CHAIN_UNREACHABLE') ?? failures[0];
  if (main === undefined) return new AosError('CHAIN_UNREACHABLE', 'no chain RPC is configured');
  return failures.length === 1
    ? main
    : new AosError(main.code, failures.map(({message}) => message).join('; '), {next: main.next});
}
