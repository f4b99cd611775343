import type {SignerTls} from '../../config/config.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {createWeb3Signer, type Web3Signer, type Web3SignerOptions} from './web3signer.ts';
import {readSignerTls} from './tls-files.ts';

export type SignerPlace = {url: string; tls: SignerTls | null};

/**
 * Opens one signer with its TLS files; nothing is sent.
 * @throws AosError SIGNER_TLS_INVALID | KEY_UNSAFE, and those of {@link createWeb3Signer}
 */
export function openSigner(
  {url, tls}: SignerPlace,
  options: Omit<Web3SignerOptions, 'url' | 'tls'>,
): Web3Signer {
  return createWeb3Signer({...options, url, ...tlsOf(tls)});
}

/** The option of a transport for the files; they are read once now, so that a mistake is known at the start. */
export function tlsOf(files: SignerTls | null): Pick<Web3SignerOptions, 'tls'> {
  if (files === null) return {};
  const read = () => readSignerTls(files, systemTime.now());
  read();
  return {tls: read};
}
