import {errorText} from '../../foundation/errors/error.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import type {TlsOptions} from '../http/connection-pool.ts';
import {knownClientLine} from './tls-files.ts';

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);
const BROKEN: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);
const NO_CLIENT_CERTIFICATE =
  'Name a client certificate in node.signer_tls.cert and .key, and add its line to --tls-known-clients-file of Web3Signer; or start it with --tls-allow-any-client=true before eth1.';

/** What a failure of TLS with the signer means. */
export type TlsFailure = {means: string; next: NextStep};

/**
 * Explains a failure of TLS with the signer.
 * @param at host:port
 * @param shown what aos shows to the signer
 * @returns null for a failure of another kind
 */
export function tlsFailure(
  code: string,
  error: unknown,
  {host, at, shown}: {host: string; at: string; shown: TlsOptions},
): TlsFailure | null {
  if (UNTRUSTED.has(code))
    return {
      means: 'the signer’s certificate is not signed by an authority this machine knows',
      next:
        shown.ca === undefined
          ? say('Name the file with the signer’s CA (PEM) in node.signer_tls.ca, or in NODE_EXTRA_CA_CERTS.')
          : say('Name the CA that signed the present certificate of the signer in node.signer_tls.ca.'),
    };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      means: errorText(error),
      next: say(
        `Use the name of the certificate in signer_key, or name it in node.signer_tls.server_name, or issue a certificate for ${host}.`,
      ),
    };
  if (code === 'CERT_HAS_EXPIRED')
    return {
      means: 'the signer’s certificate has expired',
      next: say('Renew the certificate in --tls-keystore-file.'),
    };
  if (code === 'CERT_NOT_YET_VALID')
    return {
      means: 'the signer’s certificate is not valid yet',
      next: say('Check the clocks of both machines.'),
    };
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return {means: 'the port speaks plain http', next: say(`Use http://${at} in signer_key.`)};
  if (code.includes('ALERT') || code.includes('CERTIFICATE') || BROKEN.has(code)) return refusedClient(shown);
  return null;
}

/** The signer ends the connection: it wants a certificate, or does not know ours. */
function refusedClient({cert}: TlsOptions): TlsFailure {
  if (cert === undefined)
    return {
      means: 'the signer broke the TLS connection: it demands a client certificate, or does not speak TLS',
      next: say(NO_CLIENT_CERTIFICATE),
    };
  const line = knownClientLine(cert);
  return {
    means:
      'the signer broke the TLS connection: it does not accept the client certificate of node.signer_tls.cert',
    next:
      line === null
        ? say('Add the certificate to --tls-known-clients-file of Web3Signer and restart it.')
        : say(`Add this line to --tls-known-clients-file of Web3Signer and restart it: ${line}`),
  };
}
