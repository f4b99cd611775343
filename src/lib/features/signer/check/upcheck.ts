import {say} from '../../../foundation/next-step/next-step.ts';
import {AosError} from '../../../foundation/errors/error.ts';
import {hostRefused, isHostRefused} from '../../../peers/signer/host-refused.ts';
import {excerpt} from '../../../peers/signer/rpc.ts';
import type {HttpAnswer} from '../../../peers/http/transport.ts';
import type {SignerUrl} from '../../../peers/signer/url.ts';
import {openTls} from './socket.ts';
import {ok, stop, type Finding, type Step} from './step.ts';

async function speaksTls(url: SignerUrl, signal: AbortSignal): Promise<boolean> {
  try {
    const socket = await openTls(url, {}, false, signal);
    socket.destroy();
    return true;
  } catch {
    return false; // any failure means no TLS there; the first error is the one that is reported
  }
}

/** What usually sits on a port that is not Web3Signer's. */
function portHint({port}: SignerUrl): string {
  if (port === 8545) return '8545 is the port of the Ethereum node; the signer’s default is 9000';
  if (port === 9001) return '9001 is the metrics port of Web3Signer; the signer’s default is 9000';
  return 'this is not Web3Signer, or a proxy answers in its place';
}

function refused(answer: HttpAnswer, url: SignerUrl): Finding {
  const got = excerpt(answer);
  if (isHostRefused(answer.status, answer.body)) {
    const {what, next} = hostRefused(url.host);
    return stop(got, what, next);
  }
  if (answer.status === 403 && answer.body.includes('CORS')) {
    return stop(
      got,
      'something on the way adds an Origin header, which Web3Signer refuses',
      say('Drop the Origin header in the proxy, or name it in --http-cors-origins before eth1.'),
    );
  }
  if (answer.status === 502 || answer.status === 503 || answer.status === 504) {
    return stop(
      got,
      'a proxy answers, but has no Web3Signer behind it',
      say('Start Web3Signer, or point signer_key at it directly.'),
    );
  }
  return stop(
    got,
    portHint(url),
    say('Point signer_key at Web3Signer itself, such as http://127.0.0.1:9000'),
  );
}

/** Is it Web3Signer, and may we call it by this name. */
export const upcheckStep: Step = {
  id: 'signer.upcheck',
  needs: ['signer.tls'],
  asked: ({at}) => `GET /upcheck at ${at}`,
  async run({url, at, transport}, signal) {
    let answer: HttpAnswer;
    try {
      answer = await transport.request(
        {method: 'GET', path: '/upcheck', headers: {accept: 'text/plain'}, body: null},
        signal,
      );
    } catch (error) {
      if (signal.aborted || !(error instanceof AosError)) throw error;
      const cause = error.details['reason'];
      const reason = typeof cause === 'string' ? cause : error.code;
      if (!url.tls && (await speaksTls(url, signal))) {
        return stop(reason, 'the port speaks TLS', say(`Use https://${at} in signer_key.`));
      }
      return stop(reason, error.message, error.next);
    }
    if (answer.status === 200 && answer.body.trim() === 'OK') return ok('HTTP 200 OK', 'Web3Signer is up');
    return refused(answer, url);
  },
};
