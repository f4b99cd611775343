import {AosError, errorText} from '../../foundation/errors/error.ts';
import {networkCode} from '../http/network-code.ts';
import type {SignerUrl} from './url.ts';
import {type NextStep, run, say} from '../../foundation/next-step/next-step.ts';

type NetworkCause = {what: string; next: NextStep};

function causeOf(code: string, error: unknown, {host, port, loopback, tls}: SignerUrl): NetworkCause {
  const at = `${host}:${port}`;
  const check = run('signer check');
  switch (code) {
    case 'ECONNREFUSED':
      return {
        what: `nothing listens on ${at}: Web3Signer is not started, still loads its keys, or listens on another address`,
        next: loopback
          ? run('signer check', [], 'Start Web3Signer, then')
          : say('Start Web3Signer with --http-listen-host=0.0.0.0'),
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {what: `there is no host ${host}`, next: say('Correct the host in signer_key.')};
    case 'ETIMEDOUT':
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        what: `${at} cannot be reached: a firewall or the network drops the connection`,
        next: say(`Open port ${port} of ${host} for this machine.`),
      };
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'CONNECTIONS_IN_USE':
      return {
        what: `${at} took the request but did not answer in time: its key backend is slow or stuck`,
        next: check,
      };
    case 'UND_ERR_BODY_TIMEOUT':
      return {
        what: `${at} began to answer and did not end in time: it, or what is between, is stuck`,
        next: check,
      };
    case 'ECONNRESET':
    case 'EPIPE':
    case 'UND_ERR_SOCKET':
      return {
        what: `${at} dropped the connection without an answer`,
        next: tls
          ? say('Read the log of Web3Signer: it may demand a client certificate.')
          : say('If that port speaks TLS, use https:// in signer_key.'),
      };
    default:
      return {what: `${at}: ${errorText(error)}`, next: check};
  }
}

/** Makes a SIGNER_* error of a network error; `details.reason` is the network's code. */
export function unreachable(url: SignerUrl, error: unknown): AosError {
  if (error instanceof AosError) return error;
  const code = networkCode(error);
  const details = {reason: code, host: url.host, port: url.port};
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new AosError(
      'SIGNER_PROTOCOL',
      `the answer of ${url.host}:${url.port} is too large for Web3Signer`,
      {cause: error, details},
    );
  }
  if (code.startsWith('HPE_')) {
    return new AosError('SIGNER_PROTOCOL', `${url.host}:${url.port} does not speak HTTP`, {
      cause: error,
      details,
      next: say('If that port speaks TLS, use https:// in signer_key.'),
    });
  }
  const {what, next} = causeOf(code, error, url);
  return new AosError('SIGNER_UNREACHABLE', what, {cause: error, details, next});
}
