import {sameAddress} from '../../wire/ethereum.ts';
import {broken, notChecked, valid, type Link, type LinkName} from '../links.ts';
import type {Parties} from '../receipt.ts';

/** The dispatchers that the one who checks trusts. */
export type Dispatchers = Pick<Parties, 'dispatcher' | 'formerDispatchers'>;

/** The link of what `signer` signed: it is one of the dispatchers that are trusted, the one of today or one of before. */
export function signerLink(
  link: LinkName,
  signer: string,
  {dispatcher, formerDispatchers}: Dispatchers,
): Link {
  if (dispatcher !== null && sameAddress(signer, dispatcher)) return valid(link);
  if (formerDispatchers.some((one) => sameAddress(signer, one)))
    return valid(link, `signed by ${signer}, a former dispatcher`);
  if (dispatcher !== null) return broken(link, `signed by ${signer}, not by the dispatcher ${dispatcher}`);
  return formerDispatchers.length > 0
    ? broken(link, `signed by ${signer}, not by a former dispatcher`)
    : notChecked(link, 'no address of the dispatcher is known to compare the signer with');
}
