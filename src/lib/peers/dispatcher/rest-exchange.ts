import {STATUS_CODES} from 'node:http';
import {request} from 'undici';
import {AosError, isAosError, type AosErrorOptions} from '../../foundation/errors/error.ts';
import {run, say} from '../../foundation/next-step/next-step.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {messageInvalid} from '../../protocol/wire/fields.ts';
import {
  isJsonNumber,
  isJsonObject,
  parseJson,
  type JsonObject,
  type JsonValue,
} from '../../protocol/wire/json.ts';
import {networkCode, networkProblem} from '../http/network-code.ts';

type ExchangeLimits = {
  /** From connecting to the last byte of the answer, ms; 0: only the signal ends the wait. */
  timeoutMs: number;
  signal: AbortSignal;
};

const MAX_REPLY = 16 * 1024 * 1024;
/** Of an answer that is no JSON, e.g. the page of a proxy. */
const MOST_WORDS = 200;

const OTHER_ADDRESS = say('Name the HTTP address of the dispatcher: --dispatcher URL.');
const ITS_DATABASE = say(
  'Its database does not answer. Report it to the operator of the dispatcher, and try again later.',
);
const ITS_CHAIN = say(
  'The address is right: the account or RPC with which it writes to the chain fails. Report it to the operator of the dispatcher.',
);
const BUSY = say('Try again in a minute: while it registers an operator, it answers nothing else.');

/**
 * Sends one POST to the dispatcher's HTTP API and returns the `result` of its answer.
 * @param root http(s)://host:port
 * @throws AosError DISPATCHER_UNREACHABLE | DISPATCHER_TIMEOUT | DISPATCHER_FAILED | DISPATCHER_REFUSED |
 *   MESSAGE_INVALID, or the signal's reason
 */
export async function exchange(
  root: string,
  path: string,
  body: object,
  limits: ExchangeLimits,
): Promise<JsonValue> {
  const {host} = new URL(root);
  const {status, text} = await send(`${root}${path}`, host, body, limits);
  const reply = envelopeOf(text);
  if (reply === null) throw plainFailure({host, path, status, text});
  const code = reply.get('code');
  if (isJsonNumber(code) && code.text === '200') return reply.get('result') ?? null;
  const message = reply.get('message');
  const words = typeof message === 'string' ? safeText(message, MOST_WORDS) : '';
  const said = isJsonNumber(code) ? code.text : 'none';
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

async function send(
  url: string,
  host: string,
  body: object,
  {timeoutMs, signal}: ExchangeLimits,
): Promise<{status: number; text: Uint8Array}> {
  const limit = timeoutMs === 0 ? null : deadline(signal, timeoutMs);
  try {
    const response = await request(url, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {'content-type': 'application/json'},
      // These bound the gaps between two bytes; the signal bounds the whole exchange.
      headersTimeout: 0,
      bodyTimeout: 0,
      signal: limit?.signal ?? signal,
    });
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > MAX_REPLY) throw new AosError('DISPATCHER_REFUSED', `${host} sent more than 16 MiB`);
      chunks.push(chunk);
    }
    return {status: response.statusCode, text: Buffer.concat(chunks)};
  } catch (error) {
    signal.throwIfAborted();
    if (isAosError(error)) throw error;
    throw limit?.signal.aborted === true ? tooLate(host, timeoutMs, error) : networkFailure(host, error);
  } finally {
    limit?.done();
  }
}

function tooLate(host: string, timeoutMs: number, cause: unknown): AosError {
  return new AosError('DISPATCHER_TIMEOUT', `${host} gave no whole answer within ${timeoutMs / 1000} s`, {
    cause,
    next: BUSY,
  });
}

/** An answer that never came, or came only in part. */
function networkFailure(host: string, cause: unknown): AosError {
  switch (networkCode(cause)) {
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

/** The `{code, …}` of the dispatcher; null for anything else, such as its own plain-text errors. */
function envelopeOf(text: Uint8Array): JsonObject | null {
  try {
    const {value} = parseJson(text);
    return isJsonObject(value) && value.has('code') ? value : null;
  } catch {
    return null; // no JSON: the HTTP status and the text say what it is
  }
}

/** Of an answer without `{code, …}`: the HTTP status decides, and its words are shown. */
function plainFailure(answer: {host: string; path: string; status: number; text: Uint8Array}): AosError {
  const {host, path, status} = answer;
  const text = Buffer.from(answer.text).toString('utf8').replace(/\s+/g, ' ').trim();
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
