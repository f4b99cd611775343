import {errorText} from '../../foundation/errors/error.ts';

/** Returns the code of a network error (`ECONNREFUSED`, `UND_ERR_HEADERS_TIMEOUT` …) or `UNKNOWN`. */
export function networkCode(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error.name === 'HTTPParserError' ? 'HPE_INVALID' : 'UNKNOWN';
}

/** No connection was made, or none was free, so the peer has nothing of the request. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CONNECTIONS_IN_USE',
]);
/** The certificate of the peer is of an authority that is not known here, of another name, or out of date. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** Whether a network error says that the peer has nothing of the request. */
export function isNotConnected(error: unknown): boolean {
  return NOT_CONNECTED.has(networkCode(error));
}

/** Whether the certificate of the peer was not accepted. */
export function isUntrusted(error: unknown): boolean {
  return UNTRUSTED.has(networkCode(error));
}

/** Describes a network error in words, with its code. */
export function networkProblem(error: unknown): string {
  const code = networkCode(error);
  const words = WORDS[code] ?? (code.startsWith('ERR_SSL_') ? NO_TLS : undefined);
  return words === undefined ? errorText(error) : `${words} (${code})`;
}

const SLOW = 'it did not answer in time';
const HALF = 'it began to answer and did not end in time';
const ALL_BUSY = 'it did not answer the requests before this one in time';
const UNREACHED = 'it cannot be reached: a firewall or the network drops the connection';
const HUNG_UP = 'it hung up before it had answered';
/** What OpenSSL says of it is a line of its source. */
const NO_TLS = 'TLS was not agreed on: the port speaks something else, or another version of it';
const NO_HOST = 'there is no such host';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: NO_HOST,
  EAI_AGAIN: NO_HOST,
  ETIMEDOUT: UNREACHED,
  UND_ERR_CONNECT_TIMEOUT: UNREACHED,
  EHOSTUNREACH: UNREACHED,
  ENETUNREACH: UNREACHED,
  UND_ERR_HEADERS_TIMEOUT: SLOW,
  UND_ERR_BODY_TIMEOUT: HALF,
  CONNECTIONS_IN_USE: ALL_BUSY,
  ECONNRESET: HUNG_UP,
  EPIPE: HUNG_UP,
  UND_ERR_SOCKET: HUNG_UP,
  EPROTO: NO_TLS,
};
