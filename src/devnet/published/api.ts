import type {IncomingMessage, RequestListener, ServerResponse} from 'node:http';
import {writeJson, type JsonObject} from '../../lib/protocol/wire/json.ts';
import {emptyAnswer, jsonAnswer, readBody, textAnswer, type Answer, type Handled} from './axum.ts';
import type {Fields} from './body.ts';
import {databaseIsThere, type PublishedHub} from './hub.ts';
import {operatorJson, registerOperator, type RangeOffice} from './register.ts';
import {resultsOfJob, type ResultRow} from './store.ts';

/** A route: its body, and what answers it with the lock in its hand, until the client hangs up. */
type Route = {
  readonly body: Fields;
  answer(body: JsonObject, signal: AbortSignal): Promise<Handled>;
};

const SUBMIT: Fields = {
  name: 'SubmitJob',
  fields: [
    {name: 'from', kind: 'any'},
    {name: 'job', kind: 'any'},
    {name: 'user', kind: 'optional'},
    {name: 'tag', kind: 'optional'},
    {name: 'verify', kind: 'any'},
  ],
};
const RESULT: Fields = {name: 'JobResultReq', fields: [{name: 'job_id', kind: 'text'}]};
const INFO: Fields = {name: 'OperatorInfoReq', fields: [{name: 'operator', kind: 'text'}]};
const REGISTER: Fields = {
  name: 'OperatorRegisterReq',
  fields: [
    {name: 'address', kind: 'text'},
    {name: 'signature', kind: 'text'},
    {
      name: 'params',
      kind: 'object',
      of: {
        name: 'OperatorRegisterParams',
        fields: [
          {name: 'operator', kind: 'text'},
          {name: 'signature', kind: 'text'},
          {name: 'hash', kind: 'text'},
        ],
      },
    },
  ],
};
/** What a request hears while the database is away. */
const NO_DATABASE = '{"code":500,"message":""}';

/** Takes a job over HTTP; waits for room in the queue of the dispatch task. */
export type Submit = (job: {job: string; user: string; tag: string}, signal: AbortSignal) => Promise<string>;

/**
 * The HTTP API of a published dispatcher, errors of its framework included. Every request holds the one lock; a client
 * that hangs up ends its request where it is.
 */
export function createPublishedApi(hub: PublishedHub, submit: Submit, ranges: RangeOffice): RequestListener {
  const {store, version} = hub;
  const rows = (found: readonly ResultRow[]): Answer =>
    jsonAnswer(`{"code":200,"result":[${found.map((row) => version.resultJson(row)).join(',')}]}`);

  const routes: Readonly<Record<string, Route>> = {
    '/api/operator/register': {
      body: REGISTER,
      answer: (body, signal) => registerOperator(hub, ranges, body, signal),
    },
    '/api/operator/info': {
      body: INFO,
      answer: (body) => {
        const row = store.operators.get(textOf(body, 'operator'));
        return answered(`{"code":200,"result":${row === undefined ? 'null' : operatorJson(row)}}`);
      },
    },
    '/api/job/submit': {
      body: SUBMIT,
      answer: async (body, signal) => {
        const job = {
          job: writeJson(body.get('job') ?? null),
          user: textOf(body, 'user'),
          tag: textOf(body, 'tag'),
        };
        return jsonAnswer(`{"code":200,"result":${JSON.stringify(await submit(job, signal))}}`);
      },
    },
    '/api/job/result': {
      body: RESULT,
      answer: (body) => Promise.resolve(rows(resultsOfJob(store, textOf(body, 'job_id')))),
    },
    '/api/job/verify': {
      body: version.verify.body,
      answer: (body) => Promise.resolve(rows(version.verify.rows(store, (name) => textOf(body, name)))),
    },
  };

  const handle = async (request: IncomingMessage, signal: AbortSignal): Promise<Handled> => {
    const path = request.url?.split('?')[0] ?? '';
    const verdict = hub.faults.api?.({path}) ?? 'answer';
    if (verdict !== 'answer') return verdict === 'panic' ? verdict : textAnswer(verdict.status, verdict.text);
    if (path === '/ws') {
      return request.method === 'GET'
        ? textAnswer(400, "Connection header did not include 'upgrade'")
        : emptyAnswer(405);
    }
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    if (route === undefined) return emptyAnswer(404);
    if (request.method !== 'POST') return emptyAnswer(405);
    const read = await readBody(request, route.body);
    if ('refusal' in read) return read.refusal;
    return hub.lock.run(async () => {
      if (!(await databaseIsThere(hub, signal))) return jsonAnswer(NO_DATABASE);
      return route.answer(read.body, signal);
    }, signal);
  };

  return (request, response) => {
    const gone = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) gone.abort(new Error('the client hung up'));
    });
    handle(request, gone.signal).then(
      (handled) => reply(response, handled),
      () => response.destroy(), // the client hung up, or the dispatcher was closed
    );
  };
}

function answered(json: string): Promise<Handled> {
  return Promise.resolve(jsonAnswer(json));
}

/** A member that was checked to be a text, or absent, or null. */
function textOf(body: JsonObject, name: string): string {
  const value = body.get(name);
  return typeof value === 'string' ? value : '';
}

function reply(response: ServerResponse, handled: Handled): void {
  if (handled === 'panic') {
    response.destroy();
    return;
  }
  const {status, type, body} = handled;
  response.writeHead(status, {
    ...(type === null ? {} : {'content-type': type}),
    'content-length': Buffer.byteLength(body),
    ...(status === 405 ? {allow: 'POST'} : {}),
  });
  response.end(body);
}
