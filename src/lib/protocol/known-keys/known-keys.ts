import {createHash} from 'node:crypto';
import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {isDevelopmentChain} from '../development-chain.ts';
import {checksumAddress} from '../wire/ethereum.ts';
import {PUBLIC_ADDRESSES, PUBLIC_SECRETS} from './lists.ts';

/** The chain that keys are for; `unknown`: no devnet for certain; null: not known yet, so nothing is refused. */
export type ChainOfKeys = number | 'unknown' | null;

/** `public`: its private key is published. `placeholder`: no one has its key; documents use it as an example. */
export type AddressFault = 'public' | 'placeholder';

/** What is wrong with an address as that of a person; null: nothing that is known. */
export function addressFault(address: string): AddressFault | null {
  const digits = address.replace(/^0x/i, '').toLowerCase();
  if (PUBLIC_ADDRESSES.has(digits)) return 'public';
  return isPlaceholder(digits) ? 'placeholder' : null;
}

/**
 * One digit or one word over and over, digits in their order, or few digits behind zeros: also the precompiled contracts. People
 * have addresses made that begin with a word, so the beginning alone proves nothing.
 */
function isPlaceholder(digits: string): boolean {
  return (
    /^(.)\1{39}$/.test(digits) ||
    /^(..)\1{19}$/.test(digits) ||
    /^0{30}/.test(digits) ||
    /^(?:1234567890(?:12345|abcde)|0123456789abcdef|123456789abcdef)/.test(digits) ||
    /^(?:deadbeef){2}/.test(digits) ||
    /^deadbeef0{16}/.test(digits)
  );
}

/** Whether a secret of 32 bytes is published, or one that anyone would try: a small number, one byte or one digit over and over. */
export function isPublicSecret(secret: Uint8Array): boolean {
  const hex = Buffer.from(secret).toString('hex');
  if (/^0{56}/.test(hex) || /^(..)\1{31}$/.test(hex)) return true;
  return PUBLIC_SECRETS.has(createHash('sha256').update(secret).digest('hex').slice(0, 16));
}

/**
 * Refuses an address whose key anyone has, or no one, on a chain that is no devnet.
 * @param what the key or flag that names it
 * @throws AosError KEY_PUBLIC
 */
export function refusePublicAddress(what: string, address: string, chainId: ChainOfKeys): void {
  if (chainId === null || isDevelopment(chainId)) return;
  const fault = addressFault(address);
  if (fault === null) return;
  const shown = checksumAddress(address);
  throw new AosError(
    'KEY_PUBLIC',
    fault === 'public'
      ? `${what} ${shown} is an address whose private key is published: every reader of it can take the stake and the ETH${chainId === 'unknown' ? '' : `, on chain ${chainId} too`}`
      : `${what} ${shown} is an example of a document: no one has its key`,
    {next: say(`Put your own address into ${what}.`), details: {what, address: shown, fault}},
  );
}

/**
 * Refuses a secret of 32 bytes that anyone has, on a chain that is no devnet. It is never part of the error.
 * @param what the secret, such as `the VRF seed in vrf.key`
 * @throws AosError KEY_PUBLIC
 */
export function refusePublicSecret(what: string, secret: Uint8Array, chainId: ChainOfKeys): void {
  if (chainId === null || isDevelopment(chainId) || !isPublicSecret(secret)) return;
  throw new AosError('KEY_PUBLIC', `${what} is published, or one that anyone would try`, {
    next: say('Make a new one: aos keys vrf create, or aos keys bls create.'),
    details: {what},
  });
}

function isDevelopment(chainId: number | 'unknown'): boolean {
  return chainId !== 'unknown' && isDevelopmentChain(chainId);
}
