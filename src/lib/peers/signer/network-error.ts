import {AosError, errorText} from '../../foundation/errors/error.ts';
import {networkCode} from '../http/network-code.ts';
import {allowlistOption} from './host-refused.ts';
import {startWith} from './start-option.ts';
import type {SignerUrl} from './url.ts';
import {type NextStep, run, say} from '../../foundation/next-step/next-step.ts';
import type {TlsOptions} from '../http/connection-pool.ts';
import {tlsFailure} from './tls-failure.ts';

type NetworkCause = {what: string; next: NextStep};

/** What is known of an exchange that failed. */
type Exchange = {
  /** What aos shows in TLS; absent: nothing. */
  shown?: TlsOptions;
  /** For how long the request had waited for its answer, ms; 0: it was not sent. */
  waitedMs: number;
  /** The same URL has answered before: what its scheme could be wrong about is settled. */
  hasAnswered: boolean;
};

/** The idle limit of Web3Signer is whole seconds. */
const LEAST_IDLE_LIMIT_MS = 1_000;

function dropped(at: string, tls: boolean, {waitedMs, hasAnswered, shown = {}}: Exchange): NetworkCause {
  if (waitedMs >= LEAST_IDLE_LIMIT_MS)
    return {
      what: `${at} dropped the connection without an answer after ${(waitedMs / 1000).toFixed(1)} s: Web3Signer does so with a request that waits for longer than --idle-connection-timeout-seconds (default 30)`,
      next: say(
        'Find out why its key backend is slow, or start Web3Signer with a larger --idle-connection-timeout-seconds before eth1.',
      ),
    };
  const what = `${at} dropped the connection without an answer`;
  if (hasAnswered) return {what: `${what}, though it had answered before`, next: run('signer check')};
  return {
    what,
    next: tls
      ? (tlsFailure('ECONNRESET', null, {host: '', at, shown})?.next ?? run('signer check'))
      : say('If that port speaks TLS, use https:// in signer_key.'),
  };
}

function causeOf(code: string, error: unknown, url: SignerUrl, exchange: Exchange): NetworkCause {
  const {host, port, loopback, tls} = url;
  const at = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const check = run('signer check');
  switch (code) {
    case 'ECONNREFUSED':
      return {
        what: `nothing listens on ${at}: Web3Signer is not started, still loads its keys, or listens on another address`,
        next: loopback
          ? run('signer check', [], 'Start Web3Signer, then')
          : startWith(`--http-listen-host=0.0.0.0 ${allowlistOption(host)}`),
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
      return dropped(at, tls, exchange);
    default: {
      const failure = tls ? tlsFailure(code, error, {host, at, shown: exchange.shown ?? {}}) : null;
      if (failure !== null) return {what: `${at}: ${failure.means} (${code})`, next: failure.next};
      return {what: `${at}: ${errorText(error)}`, next: check};
    }
  }
}

/** Nothing is known of the exchange. */
const NO_EXCHANGE: Exchange = {waitedMs: 0, hasAnswered: false};

/** Makes a SIGNER_* error of a network error; `details.reason` is the network's code. */
export function unreachable(url: SignerUrl, error: unknown, exchange: Exchange = NO_EXCHANGE): AosError {
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
  const {what, next} = causeOf(code, error, url, exchange);
  return new AosError('SIGNER_UNREACHABLE', what, {cause: error, details, next});
}
