import type {SignerAccess, SignerTls} from '../../config/config.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import type {LineReport} from './active.ts';
import {createSignerLine, type LineOptions, type SignerLine} from './line.ts';
import type {SignerInLine} from './within.ts';
import {readSignerTls} from './tls-files.ts';
import {createWeb3Signer, type Web3Signer, type Web3SignerOptions} from './web3signer.ts';

export type SignerPlace = {url: string; tls: SignerTls | null};

/**
 * Opens one signer with its TLS files; nothing is sent.
 * @throws AosError SIGNER_TLS_INVALID | KEY_UNSAFE, and those of {@link createWeb3Signer}
 */
export function openSigner(
  {url, tls}: SignerPlace,
  options: Omit<Web3SignerOptions, 'url' | 'tls'>,
): Web3Signer {
  return createWeb3Signer({...options, url, ...tlsOf(url, tls)});
}

/** Every signer of a configuration, the first one first. */
export function signerPlaces({
  signerUrl,
  otherSigners,
  signerTls: tls,
}: SignerAccess): readonly [SignerPlace, ...SignerPlace[]] {
  return [{url: signerUrl, tls}, ...otherSigners.map((url) => ({url, tls}))];
}

/**
 * Opens the signers of a configuration as one; nothing is sent.
 * @throws AosError as {@link openSigner}
 */
export function openSigners(
  access: SignerAccess,
  options: Omit<Web3SignerOptions, 'url' | 'tls'>,
  {time = systemTime, report = SILENT, ...more}: Partial<LineOptions> = {},
): SignerLine {
  const [place, ...others] = signerPlaces(access);
  const open = (one: SignerPlace): SignerInLine => ({
    name: new URL(one.url).host,
    signer: openSigner(one, options),
  });
  return createSignerLine([open(place), ...others.map(open)], {time, report, ...more});
}

const SILENT: LineReport = {failed: () => {}, worked: () => {}};

/** The option of a transport for the files; they are read once now, so that a mistake is known at the start. */
function tlsOf(url: string, files: SignerTls | null): Pick<Web3SignerOptions, 'tls'> {
  if (files === null || !url.startsWith('https:')) return {};
  const read = () => readSignerTls(files, systemTime.now());
  read();
  return {tls: read};
}
