import {shellWord} from '../../foundation/text/shell-word.ts';
import {allowlistOption} from '../../peers/signer/host-refused.ts';
import {TLS_OPTIONS} from '../../peers/signer/start-option.ts';
import {parseSignerUrl, type SignerUrl} from '../../peers/signer/url.ts';

/** Where Web3Signer listens without an option. */
const DEFAULT_PORT = 9000;
const DEFAULT_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost']);

function hostOptions({host, loopback}: SignerUrl): string[] {
  if (DEFAULT_HOSTS.has(host)) return [];
  // On another machine every address: which one leads there is not known here.
  return [`--http-listen-host=${loopback ? host : '0.0.0.0'}`, allowlistOption(host)];
}

/**
 * The command that starts a Web3Signer which is reached at a URL. Web3Signer takes global options before `eth1` only, and the
 * chain id after it only.
 * @param chainId null: not known
 * @throws AosError SIGNER_URL_INVALID
 */
export function startCommand({
  signerUrl,
  keysDir,
  chainId,
}: {
  signerUrl: string;
  keysDir: string;
  chainId: string | null;
}): string {
  const url = parseSignerUrl(signerUrl);
  const options = [
    ...hostOptions(url),
    ...(url.port === DEFAULT_PORT ? [] : [`--http-listen-port=${url.port}`]),
    ...(url.tls ? TLS_OPTIONS.split(' ') : []),
    `--key-config-path=${keysDir}`,
  ];
  return ['web3signer', ...options.map(option), 'eth1', `--chain-id=${chainId ?? 'CHAIN_ID'}`].join(' ');
}

/** An option with its value as a word of the shell. */
function option(text: string): string {
  const at = text.indexOf('=') + 1;
  return `${text.slice(0, at)}${shellWord(text.slice(at))}`;
}
