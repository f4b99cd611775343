import type {IncomingMessage, RequestListener, ServerResponse} from 'node:http';
import {clockToWire} from '../../lib/protocol/clock/vlc.ts';
import {errorText, isAosError} from '../../lib/foundation/errors/error.ts';
import {isAddress} from '../../lib/protocol/wire/ethereum.ts';
import {messageInvalid, objectAt, optionalText, requiredText} from '../../lib/protocol/wire/fields.ts';
import {parseJson, writeJson, type JsonObject} from '../../lib/protocol/wire/json.ts';
import {resultsOf, type AcceptedResult} from './book.ts';
import {submitJob, verifyJob, type Hub, type Submission} from './hub.ts';
import type {RangeSource} from './selection.ts';

/** An operator as `/api/operator/info` tells it. */
type OperatorInfo = {
  id: string;
  name: string;
  address: string;
  /** Decimal; '' when no range is known. */
  start: string;
  end: string;
  operator_type: string;
  status: 'online' | 'offline';
  /** RFC 3339. */
  created_at: string;
};

const MAX_BODY_BYTES = 1024 * 1024;

type Route = (body: JsonObject) => unknown;

type Outcome = {code: number; body: {result: unknown} | {message: string}};

/**
 * The dispatcher's HTTP API (docs/protocol.md#http-api-of-the-dispatcher): POST, JSON both ways, `{code, result}` or
 * `{code, message}`, the HTTP status being `code`. Registration checks no signature, as the public dispatcher's does
 * not.
 */
export function createApi(hub: Hub, range: RangeSource | undefined): RequestListener {
  const registered = new Map<string, {address: string; createdAt: string}>();

  const info = async (operator: string): Promise<OperatorInfo | null> => {
    const found = registered.get(operator.toLowerCase());
    if (found === undefined) return null;
    const read = range === undefined ? undefined : await range(found.address);
    return {
      id: found.address,
      name: `Operator ${found.address}`,
      address: found.address,
      start: read?.start.toString() ?? '',
      end: read?.end.toString() ?? '',
      operator_type: '',
      status: hub.operators.has(operator.toLowerCase()) ? 'online' : 'offline',
      created_at: found.createdAt,
    };
  };

  const routes: Readonly<Record<string, Route>> = {
    '/api/operator/register': (body) => {
      requiredText(body, 'body', 'address');
      optionalText(body, 'body', 'signature');
      const params = objectAt(body.get('params'), 'body.params');
      const operator = addressOf(params, 'body.params', 'operator');
      optionalText(params, 'body.params', 'signature');
      optionalText(params, 'body.params', 'hash');
      const known = registered.get(operator.toLowerCase());
      registered.set(
        operator.toLowerCase(),
        known ?? {address: operator, createdAt: new Date().toISOString()},
      );
      return info(operator);
    },
    '/api/operator/info': (body) => info(addressOf(body, 'body', 'operator')),
    '/api/job/submit': (body) => submitJob(hub, readSubmission(body)).jobId,
    '/api/job/result': (body) => resultsOf(hub.book, requiredText(body, 'body', 'job_id')).map(resultRow),
    '/api/job/verify': (body) =>
      verifyJob(hub, requiredText(body, 'body', 'user'), requiredText(body, 'body', 'job_id')).jobId,
  };

  return (request, response) => {
    void answer(routes, request, response);
  };
}

async function answer(
  routes: Readonly<Record<string, Route>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const {code, body} = await outcome(routes, request);
    reply(response, code, body);
  } catch (error) {
    reply(response, isAosError(error) ? 400 : 500, {message: errorText(error)});
  }
}

async function outcome(routes: Readonly<Record<string, Route>>, request: IncomingMessage): Promise<Outcome> {
  const path = request.url?.split('?')[0] ?? '';
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return {code: 404, body: {message: `no route ${path.slice(0, 100)}`}};
  if (request.method !== 'POST') return {code: 405, body: {message: 'use POST'}};
  const bytes = await readBody(request);
  if (bytes === null) return {code: 413, body: {message: `the body is larger than ${MAX_BODY_BYTES} bytes`}};
  return {code: 200, body: {result: await route(objectAt(parseJson(bytes).value, 'body'))}};
}

/** `from` and `verify` may hold anything, null too, but have to be there: the public dispatcher insists. */
function readSubmission(body: JsonObject): Submission {
  for (const name of ['from', 'verify']) {
    if (!body.has(name)) throw messageInvalid(`body.${name}`, 'there; it may be null');
  }
  const user = optionalText(body, 'body', 'user');
  return {
    job: writeJson(objectAt(body.get('job'), 'body.job')),
    tag: optionalText(body, 'body', 'tag'),
    position: optionalText(body, 'body', 'position'),
    ...(user === '' ? {} : {user}),
  };
}

function resultRow(accepted: AcceptedResult): Readonly<Record<string, unknown>> {
  const {work, operator, result, reason, vrf, clock} = accepted;
  const {jobId, tag, position} = work.key;
  return {
    id: `${operator}_${jobId}_${tag}`,
    job_id: jobId,
    operator,
    result,
    reason,
    vrf,
    tag,
    position,
    clock: clockToWire(clock),
    job_type: work.kind,
    created_at: new Date(accepted.acceptedAt).toISOString(),
  };
}

function addressOf(object: JsonObject, path: string, name: string): string {
  const address = requiredText(object, path, name);
  if (!isAddress(address)) throw messageInvalid(`${path}.${name}`, 'an Ethereum address');
  return address;
}

/** The whole body, or null when it is too large; the rest of a large one is read and thrown away. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? null : Buffer.concat(chunks);
}

function reply(response: ServerResponse, code: number, body: Outcome['body']): void {
  response.writeHead(code, {'content-type': 'application/json'});
  response.end(JSON.stringify({code, ...body}));
}
