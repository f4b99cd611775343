import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {sameAddress} from '../../protocol/wire/ethereum.ts';
import {within, type SignerInLine} from './within.ts';

/**
 * Looks for an account at each signer, in their order, until one has it: any of them may sign.
 * @param ms how long one of several may take; a signer alone has the whole limit of a request
 * @throws AosError SIGNER_UNKNOWN_ACCOUNT when every signer answered and none has it; where one that may have it did not
 *   answer, its failure, or the signal's reason
 */
export async function requireAccount(
  line: readonly SignerInLine[],
  address: string,
  {signal, ms}: {signal: AbortSignal; ms: number},
): Promise<void> {
  let failure: AosError | undefined;
  for (const one of line) {
    try {
      const accounts = await (line.length === 1
        ? one.signer.accounts(signal)
        : within(one, (signer, end) => signer.accounts(end), {outer: signal, ms}));
      if (accounts.some((account) => sameAddress(account, address))) return;
    } catch (error) {
      signal.throwIfAborted();
      if (!isAosError(error)) throw error;
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  const names = line.map(({name}) => name).join(' or ');
  throw new AosError('SIGNER_UNKNOWN_ACCOUNT', `${names} does not have the key of ${address}`);
}
