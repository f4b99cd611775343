import {readFileSync} from 'node:fs';
import type {RawAnswer} from './raw-http.ts';

/** One request to the real Web3Signer and its answer, in the short form of test/vectors/web3signer.json. */
type Recorded = {
  n: string;
  method?: string;
  path?: string;
  host?: string;
  headers?: Record<string, string>;
  body?: string;
  /** The method and params of a JSON-RPC request with the id 1, in place of `body`. */
  call?: [string, unknown?];
  /** A number, or the whole of the status line where its text is not HTTP's. */
  status: number | string;
  rh?: Record<string, string>;
  rb?: string;
  result?: unknown;
  error?: number;
  errorIdNull?: number;
};

type Recording = {
  keys: string[];
  chainId: number;
  defaults: {headers: Record<string, string>; responseHeaders: Record<string, string>};
  macros: Record<string, string>;
  messages: Record<string, string>;
  accounts: string[];
  typed: string;
  extra: {n: string; status: string; rh?: Record<string, string>; rb: string}[];
  cases: Recorded[];
};

type Exchange = {
  name: string;
  /** Null: no Host header; empty: an empty one. */
  host: string | null | undefined;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
  answer: Answer;
};

/** What counts of an answer; `status` has the text of the status line where it was recorded. */
export type Answer = {status: string; headers: Record<string, string>; body: string};

const RECORDING = JSON.parse(
  readFileSync(new URL('../vectors/web3signer.json', import.meta.url), 'utf8'),
) as Recording;

export const {keys: KEYS, chainId: CHAIN_ID} = RECORDING;

const {defaults, macros, messages, accounts, typed} = RECORDING;

function spelledOut(text: string): string {
  const known = {...macros, '@TYPED@': typed};
  return Object.entries(known).reduce((all, [macro, value]) => all.replaceAll(macro, value), text);
}

/** A param with the macros for typed data spelled out. */
function param(value: unknown): unknown {
  if (value === '@TYPED@') return JSON.parse(typed) as unknown;
  if (Array.isArray(value)) return value.map(param);
  if (typeof value !== 'object' || value === null) return value;
  if ('@TYPED+@' in value) return {...(JSON.parse(typed) as object), ...(value['@TYPED+@'] as object)};
  return value;
}

function bodyOf({body, call}: Recorded): string | undefined {
  if (call === undefined) return body === undefined ? undefined : spelledOut(body);
  const [method, ...params] = call;
  const given = params.length === 0 ? {} : {params: param(params[0])};
  return spelledOut(JSON.stringify({jsonrpc: '2.0', method, ...given, id: 1}));
}

function answerBody({rb, result, error, errorIdNull}: Recorded): string {
  if (rb !== undefined) return spelledOut(rb);
  const code = error ?? errorIdNull;
  const id = errorIdNull === undefined ? 1 : null;
  if (code !== undefined)
    return JSON.stringify({jsonrpc: '2.0', id, error: {code, message: messages[String(code)]}});
  return JSON.stringify({jsonrpc: '2.0', id, result: result === '@ACCOUNTS@' ? accounts : result});
}

/** The requests that were sent to the real Web3Signer, with its answers, in their order. */
export const EXCHANGES: readonly Exchange[] = RECORDING.cases.map((recorded) => {
  const {n, method = 'POST', path = '/', headers = defaults.headers, status} = recorded;
  // An empty name without a Host header of its own: none was sent.
  const host = recorded.host === '' && headers['Host'] === undefined ? null : recorded.host;
  const answer = {
    status: String(status),
    headers: recorded.rh ?? defaults.responseHeaders,
    body: answerBody(recorded),
  };
  return {name: n, host, method, path: spelledOut(path), headers, body: bodyOf(recorded), answer};
});

/** The recorded answers whose requests are told in words. @throws when there is none whose words begin so */
export function extraAnswer(words: string): Answer {
  const found = RECORDING.extra.find(({n}) => n.startsWith(words));
  if (found === undefined) throw new Error(`nothing is recorded of ${words}`);
  return {status: found.status, headers: found.rh ?? defaults.responseHeaders, body: found.rb};
}

/** What counts of an answer: all but the length, which is that of the body, and the node’s date. */
export function comparable({status, message, headers, body}: RawAnswer, as: Answer): Answer {
  const {'content-length': _, date: __, ...rest} = headers;
  return {
    status: as.status.includes(' ') ? `${status} ${message}` : String(status),
    headers: Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, String(value)])),
    body,
  };
}
