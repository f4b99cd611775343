import {AosError, isAosError} from '../../foundation/errors/error.ts';

/**
 * Runs `attempt` on each endpoint in turn until one serves it from beginning to end: what is read together must come
 * from one chain at one block, so it is the whole attempt that goes on to the next endpoint.
 *
 * Only failures of the endpoint are passed over. Another chain than the configured one (CHAIN_WRONG_ID) never is: such
 * a list of endpoints is wrong, and the next command might be served by the wrong one.
 * @throws AosError CHAIN_UNREACHABLE when none answered, what the attempt threw, or the signal's reason
 */
export async function firstEndpoint<T>(
  rpcUrls: readonly string[],
  signal: AbortSignal,
  attempt: (url: string) => Promise<T>,
): Promise<T> {
  const failures: AosError[] = [];
  for (const url of rpcUrls) {
    try {
      return await attempt(url);
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error, 'CHAIN_UNREACHABLE', 'CHAIN_BAD_ANSWER', 'CHAIN_NO_CODE')) throw error;
      failures.push(error);
    }
  }
  throw summary(failures);
}

/** The one failure, else all of them and what is to be done about the most telling one; an endpoint that answered wrongly says more than one that did not. */
function summary(failures: readonly AosError[]): AosError {
  const telling = failures.find(({code}) => code !== 'CHAIN_UNREACHABLE') ?? failures[0];
  if (telling === undefined) return new AosError('CHAIN_UNREACHABLE', 'no chain RPC is configured');
  return failures.length === 1
    ? telling
    : new AosError(telling.code, failures.map(({message}) => message).join('; '), {next: telling.next});
}
