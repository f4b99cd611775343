import {X509Certificate} from 'node:crypto';
import {say} from '../../../foundation/next-step/next-step.ts';
import {errorText} from '../../../foundation/errors/error.ts';
import {isoTime} from '../../../foundation/time/time.ts';
import {networkCode} from '../../../peers/http/network-code.ts';
import {tlsFailure} from '../../../peers/signer/tls-failure.ts';
import {TLS_OPTIONS} from '../../../peers/signer/start-option.ts';
import type {SignerUrl} from '../../../peers/signer/url.ts';
import {ask, openTls} from './socket.ts';
import {ok, stop, warn, type CheckContext, type Finding, type Step} from './step.ts';

const DAY_MS = 86_400_000;
const EXPIRY_WARNING_DAYS = 14;

function handshakeFailure(error: unknown, {host}: SignerUrl, {at, tls}: CheckContext): Finding {
  const code = networkCode(error);
  const failure = tlsFailure(code, error, {host, at, shown: tls});
  return failure === null
    ? stop(code, errorText(error), say('Check --tls-keystore-file of Web3Signer.'))
    : stop(code, failure.means, failure.next);
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
  async run(context, signal) {
    const {url, at, tls, time} = context;
    if (!url.tls) {
      if (url.loopback) return ok('http on loopback', 'nothing leaves this machine unencrypted');
      return warn(
        'http to another host',
        'requests and signatures cross the network unencrypted',
        say(
          `Start Web3Signer with ${TLS_OPTIONS} before eth1, use https://${at} in signer_key, and name a client certificate in node.signer_tls.`,
        ),
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
        const own = tls.cert === undefined ? null : Date.parse(new X509Certificate(tls.cert).validTo);
        const shown = own === null ? '' : `, client certificate valid until ${isoTime(own)}`;
        const got = `${socket.getProtocol() ?? 'TLS'}, certificate valid until ${isoTime(until)}${shown}`;
        if (own !== null && own - time.now() <= EXPIRY_WARNING_DAYS * DAY_MS)
          return warn(
            got,
            'the client certificate expires within 14 days',
            say(
              'Renew the certificate in node.signer_tls.cert, and add its fingerprint to --tls-known-clients-file.',
            ),
          );
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
      return handshakeFailure(error, url, context);
    }
  },
};
