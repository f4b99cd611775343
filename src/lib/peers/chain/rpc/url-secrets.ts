import {percentDecoded} from '../../../foundation/text/percent-decoded.ts';
import {basicAuth} from '../../http/basic-auth.ts';

/** The parts of an RPC URL that a request needs, and what takes its secrets out of a text. */
export type UrlSecrets = {
  /** The URL without user and password. */
  address: string;
  /** Basic authentication by user and password (RFC 7617); null without. */
  authorization: string | null;
  /** Replaces what is secret in the URL, and every URL, in a text of the endpoint. */
  withoutSecrets: (text: string) => string;
};

/** A shorter part of a path is a word such as `v3` or `rpc`. */
const SHORTEST_SECRET = 8;
const ANY_URL = /\b[a-z][a-z0-9+.-]{0,20}:\/\/\S+/gi;

/** Reads the secrets of a URL: user, password, parts of the path and values of the query. */
export function createUrlSecrets(url: string): UrlSecrets {
  if (!URL.canParse(url)) return {address: url, authorization: null, withoutSecrets: (text) => text};
  const parsed = new URL(url);
  const authorization = basicAuth(parsed);
  const hidden = [
    // As it is written, and as a server reads it.
    ...[parsed.username, parsed.password, ...parsed.pathname.split('/')].flatMap((part) => [
      part,
      percentDecoded(part),
    ]),
    ...parsed.searchParams.values(),
  ].filter(({length}) => length >= SHORTEST_SECRET);
  parsed.username = '';
  parsed.password = '';
  return {
    address: parsed.toString(),
    authorization,
    withoutSecrets: (text) =>
      hidden.reduce((rest, secret) => rest.replaceAll(secret, '…'), text).replaceAll(ANY_URL, '…'),
  };
}
