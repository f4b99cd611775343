import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/** The parsed URL of Web3Signer. */
export type SignerUrl = {
  /** `http://host:port`, without a trailing slash; safe to show. */
  origin: string;
  /** Host without the brackets of IPv6. */
  host: string;
  port: number;
  tls: boolean;
  /** 127.0.0.0/8, ::1 or `localhost`. */
  loopback: boolean;
};

/** True for 127.0.0.0/8, ::1 and `localhost`. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/**
 * Parses a Web3Signer URL: http or https, no path but `/`, no query, fragment or credentials. The error never contains
 * the text, because it may be a misplaced secret.
 * @throws AosError SIGNER_URL_INVALID
 */
export function parseSignerUrl(text: string): SignerUrl {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new AosError('SIGNER_URL_INVALID', 'signer_key is not a URL');
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new AosError(
      'SIGNER_URL_INVALID',
      `signer_key has the scheme ${url.protocol}// instead of http:// or https://`,
    );
  }
  const next = say(`Use ${url.origin}/`);
  if (url.username !== '' || url.password !== '') {
    throw new AosError(
      'SIGNER_URL_INVALID',
      'signer_key contains credentials, which Web3Signer does not support',
      {
        next,
      },
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new AosError('SIGNER_URL_INVALID', 'signer_key has a query or a fragment', {next});
  }
  if (url.pathname !== '/') {
    throw new AosError(
      'SIGNER_URL_INVALID',
      'signer_key has a path: Web3Signer forwards such requests to the Ethereum node',
      {next},
    );
  }
  const tls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  return {origin: url.origin, host, port, tls, loopback: isLoopbackHost(host)};
}
