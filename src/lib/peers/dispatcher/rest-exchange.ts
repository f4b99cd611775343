import {STATUS_CODES} from 'node:http';
import {AosError, type AosErrorOptions} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {MAX_TIMER_MS} from '../../foundation/time/duration.ts';
import {messageInvalid} from '../../protocol/wire/fields.ts';
import {
  isJsonNumber,
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../protocol/wire/json.ts';
import {networkCode, networkProblem} from '../http/network-code.ts';
import {createSchemeLook, PLAIN_REFUSED, type SchemeFault} from '../http/other-scheme.ts';
import {createTransport, type HttpAnswer} from '../http/transport.ts';

const MAX_REPLY = 16 * 1024 * 1024;
/** Below what servers keep an idle connection for: a request that meets its end cannot be sent again. */
const KEEP_ALIVE_MS = 4_000;
/** Of an answer that is no JSON, e.g. the page of a proxy. */
const MOST_WORDS = 200;

const OTHER_ADDRESS = say('Name the HTTP address of the dispatcher: --dispatcher URL.');
const ITS_DATABASE = say(
  'Its database does not answer. Report it to the operator of the dispatcher, and try again later.',
);
const ITS_CHAIN = say(
  'The address is right: the account or RPC with which it writes to the chain fails. Report it to the operator of the dispatcher.',
);
/** Most characters of a code that are shown. */
const MOST_CODE = 20;
const BUSY = say('Try again in a minute: while it registers an operator, it answers nothing else.');

/**
 * Sends one POST to the dispatcher's HTTP API and returns the `result` of its answer.
 * @throws AosError DISPATCHER_UNREACHABLE, with `details.rightUrl` where the scheme is wrong | DISPATCHER_TIMEOUT |
 *   DISPATCHER_FAILED | DISPATCHER_REFUSED | MESSAGE_INVALID, or the signal's reason
 */
export type Exchange = (path: string, body: object, signal: AbortSignal) => Promise<JsonValue>;

/**
 * @param root http(s)://host:port
 * @param timeoutMs from connecting to the last byte of an answer; 0: only the signal ends the wait
 */
export function createExchange(root: string, timeoutMs: number): Exchange {
  const {host, origin, pathname} = new URL(root);
  const base = pathname.replace(/\/+$/, '');
  const limits = {
    timeoutMs: timeoutMs === 0 ? MAX_TIMER_MS : timeoutMs,
    keepAliveMs: KEEP_ALIVE_MS,
    maxAnswerBytes: MAX_REPLY,
  };
  const transport = createTransport(origin, limits, (error) => networkFailure(host, error, timeoutMs));
  const schemeLook = createSchemeLook(origin);
  let hasAnswered = false;

  /** A dispatcher that has answered is not at fault by its scheme: what it did not answer it may have taken. */
  async function lookAtScheme(error: unknown, signal: AbortSignal): Promise<void> {
    if (hasAnswered || signal.aborted) return;
    const fault = await schemeLook(error, signal);
    signal.throwIfAborted();
    if (fault !== null) throw otherScheme(host, fault, error);
  }

  return async (path, body, signal) => {
    const call = {
      method: 'POST',
      path: `${base}${path}`,
      headers: {'content-type': 'application/json'},
      body: JSON.stringify(body),
      once: true,
    } as const;
    let answer: HttpAnswer;
    try {
      answer = await transport.request(call, signal);
    } catch (error) {
      await lookAtScheme(error, signal);
      throw error;
    }
    if (answer.status === 400 && envelopeOf(answer.body) === null) await lookAtScheme(PLAIN_REFUSED, signal);
    hasAnswered = true;
    return resultOf({host, path, status: answer.status, text: answer.body});
  };
}

function resultOf(answer: {host: string; path: string; status: number; text: string}): JsonValue {
  const {host, path, text} = answer;
  const reply = envelopeOf(text);
  if (reply === null) throw plainFailure(answer);
  const code = reply.get('code');
  if (isJsonNumber(code) && code.text === '200') return reply.get('result') ?? null;
  const message = reply.get('message');
  const words = typeof message === 'string' ? safeText(message, MOST_WORDS) : '';
  const said = isJsonNumber(code) ? safeText(code.text, MOST_CODE) : 'none';
  if (said.startsWith('5'))
    throw words === ''
      ? new AosError('DISPATCHER_FAILED', `${host} failed at ${path}: code ${said} without a message`, {
          next: ITS_DATABASE,
        })
      : new AosError('DISPATCHER_FAILED', `${host} failed at ${path}: ${words} (code ${said})`);
  throw new AosError(
    'DISPATCHER_REFUSED',
    `${host} refused ${path}: ${words === '' ? 'no reason given' : words} (code ${said})`,
    {next: say('Correct the request and send it again.')},
  );
}

/** An answer that never came, or came only in part. */
function networkFailure(host: string, cause: unknown, timeoutMs: number): AosError {
  switch (networkCode(cause)) {
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
      return new AosError('DISPATCHER_TIMEOUT', `${host} gave no whole answer within ${timeoutMs / 1000} s`, {
        cause,
        next: BUSY,
      });
    case 'UND_ERR_RES_EXCEEDED_MAX_SIZE':
      return new AosError('DISPATCHER_REFUSED', `${host} sent more than 16 MiB`, {cause});
    case 'UND_ERR_SOCKET':
    case 'ECONNRESET':
    case 'EPIPE':
      return new AosError('DISPATCHER_FAILED', `${host} closed the connection without an answer`, {
        cause,
        next: ITS_CHAIN,
      });
    default:
      return new AosError('DISPATCHER_UNREACHABLE', `${host}: ${networkProblem(cause)}`, {
        cause,
        next: run('devnet up', [], 'Name the dispatcher with --dispatcher URL, or start a devnet'),
      });
  }
}

/** @param fault of the http URL, which comes from net.dispatcher_url unless --dispatcher names it */
function otherScheme(host: string, {what, right, wrong}: SchemeFault, cause: unknown): AosError {
  const socket = (url: string): string => url.replace(/^http/, 'ws');
  return new AosError('DISPATCHER_UNREACHABLE', `${host} ${what}`, {
    cause,
    next: say(
      `Write ${socket(right)} instead of ${socket(wrong)} in net.dispatcher_url; with --dispatcher, ${right}.`,
    ),
    details: {rightUrl: right},
  });
}

/** The `{code, …}` of the dispatcher; null for anything else, such as its own plain-text errors. */
function envelopeOf(text: string): JsonObject | null {
  try {
    const {value} = parseJson(Buffer.from(text));
    return isJsonObject(value) && value.has('code') ? value : null;
  } catch {
    return null; // no JSON: the HTTP status and the text say what it is
  }
}

/** Of an answer without `{code, …}`: the HTTP status decides, and its words are shown. */
function plainFailure(answer: {host: string; path: string; status: number; text: string}): AosError {
  const {host, path, status} = answer;
  const text = answer.text.replace(/\s+/g, ' ').trim();
  const words = text === '' ? (STATUS_CODES[status] ?? 'no words') : safeText(text, MOST_WORDS);
  const found = `HTTP ${status}: ${words}`;
  const refused = (message: string, options: AosErrorOptions = {}): AosError =>
    new AosError('DISPATCHER_REFUSED', message, options);
  // What is below 300 came from a program that is no dispatcher.
  if (status < 300) return messageInvalid(`the answer of ${host}${path}`, 'JSON with a code');
  if (status >= 500) return new AosError('DISPATCHER_FAILED', `${host} failed at ${path}: ${found}`);
  if (status < 400 || status === 404 || status === 405)
    return refused(`${host} has no ${path} (${found})`, {next: OTHER_ADDRESS});
  return refused(`${host} refused ${path}: ${found}`, {next: say('Correct the request and send it again.')});
}
