import {sameAddress} from '../../protocol/wire/ethereum.ts';

/** Who the dispatcher is, and was, as the configuration says. */
type Dispatchers = {dispatcher: string | null; formerDispatchers: readonly string[]};

/** Whether a signer is the dispatcher of today or of before; null: nothing to compare. */
export function isKnown(signer: string | null, dispatchers: Dispatchers): boolean | null {
  const {dispatcher, formerDispatchers} = dispatchers;
  if (signer === null || (dispatcher === null && formerDispatchers.length === 0)) return null;
  return (dispatcher !== null && sameAddress(signer, dispatcher)) || isFormer(signer, dispatchers);
}

/** Whether a signer is a dispatcher of before. */
export function isFormer(signer: string | null, {dispatcher, formerDispatchers}: Dispatchers): boolean {
  if (signer === null || (dispatcher !== null && sameAddress(signer, dispatcher))) return false;
  return formerDispatchers.some((one) => sameAddress(signer, one));
}
