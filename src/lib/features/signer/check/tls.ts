import {say} from '../../../foundation/next-step/next-step.ts';
import {errorText} from '../../../foundation/errors/error.ts';
import {isoTime} from '../../../foundation/time/time.ts';
import {networkCode} from '../../../peers/http/network-code.ts';
import {TLS_OPTIONS} from '../../../peers/signer/start-option.ts';
import type {SignerUrl} from '../../../peers/signer/url.ts';
import {ask, openTls} from './socket.ts';
import {ok, stop, warn, type Finding, type Step} from './step.ts';

const DAY_MS = 86_400_000;
const EXPIRY_WARNING_DAYS = 14;

const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

const CLIENT_CERT_FIX =
  'aos shows no client certificate: start Web3Signer with --tls-allow-any-client=true before eth1, or put a local proxy that holds one between.';

function handshakeFailure(error: unknown, {host}: SignerUrl, at: string): Finding {
  const code = networkCode(error);
  if (UNTRUSTED.has(code)) {
    return stop(
      code,
      'the signer’s certificate is not signed by an authority this machine knows',
      say('Set NODE_EXTRA_CA_CERTS=<file with the CA of the signer, PEM>'),
    );
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return stop(
      code,
      errorText(error),
      say(`Use the name of the certificate in signer_key, or issue one for ${host}.`),
    );
  }
  if (code === 'CERT_HAS_EXPIRED')
    return stop(
      code,
      'the signer’s certificate has expired',
      say('Renew the certificate in --tls-keystore-file.'),
    );
  if (code === 'CERT_NOT_YET_VALID')
    return stop(code, 'the signer’s certificate is not valid yet', say('Check the clocks of both machines.'));
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG') {
    return stop(code, 'the port speaks plain http', say(`Use http://${at} in signer_key.`));
  }
  if (code.includes('ALERT') || code.includes('CERTIFICATE') || code === 'ECONNRESET' || code === 'EPIPE') {
    return stop(
      code,
      'the signer broke the TLS connection: it demands a client certificate, or does not speak TLS',
      say(CLIENT_CERT_FIX),
    );
  }
  return stop(code, errorText(error), say('Check --tls-keystore-file of Web3Signer.'));
}

/** Checks handshake, chain, name, dates, and the demand for a client certificate, which TLS 1.3 sends after the handshake. */
export const tlsStep: Step = {
  id: 'signer.tls',
  needs: ['signer.connect'],
  asked: ({url, at}) => (url.tls ? `TLS handshake with ${at}` : `scheme of ${url.origin}`),
  slow: {
    means: 'the port does not answer a TLS handshake',
    next: say('Check that this port is Web3Signer’s and that it runs with --tls-keystore-file.'),
  },
  async run({url, at, tls, time}, signal) {
    if (!url.tls) {
      if (url.loopback) return ok('http on loopback', 'nothing leaves this machine unencrypted');
      return warn(
        'http to another host',
        'requests and signatures cross the network unencrypted',
        say(`Start Web3Signer with ${TLS_OPTIONS} before eth1, and use https://${at} in signer_key.`),
      );
    }
    try {
      const socket = await openTls(url, tls, true, signal);
      try {
        await ask(
          socket,
          `GET /upcheck HTTP/1.1\r\nHost: ${at}\r\nAccept: text/plain\r\nConnection: close\r\n\r\n`,
          signal,
        );
        const until = Date.parse(socket.getPeerCertificate().valid_to);
        const got = `${socket.getProtocol() ?? 'TLS'}, certificate valid until ${isoTime(until)}`;
        if (until - time.now() > EXPIRY_WARNING_DAYS * DAY_MS)
          return ok(got, 'the certificate is good for this name');
        return warn(
          got,
          'the certificate expires within 14 days',
          say('Renew the certificate in --tls-keystore-file.'),
        );
      } finally {
        socket.destroy();
      }
    } catch (error) {
      if (signal.aborted) throw error;
      return handshakeFailure(error, url, at);
    }
  },
};
