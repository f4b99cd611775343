import type {IncomingMessage, ServerResponse} from 'node:http';
import {errorText} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {WorkerKind} from '../../../protocol/wire/messages.ts';
import {CALLBACK_ID} from '../../../protocol/wire/worker-answers.ts';
import {createBodies, RefusedBody, type BodyRefusal, type IsKnown} from './bodies.ts';
import {sendJson, sendRefusal} from './reply.ts';

/** What a callback is answered with: the HTTP status, and code and text of the body. */
type CallbackReply = {status: number; code: number; message: string};

/** What the routes of workers tell the operator. */
export type WorkerHandlers = {
  /** Whether a request of ours has this id; asked before a large callback is read. */
  isKnownRequest: IsKnown;
  onCallback(kind: WorkerKind, body: Uint8Array): Promise<CallbackReply>;
};

/** Answers the requests of workers. Never throws. */
export type WorkerRoutes = (
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
) => Promise<void>;

/** Where a kind has no name of its own for it. */
const ID = 'req_id';
/** The only route that the published tee worker knows, on loopback. */
export const TEE_CALLBACK = '/api/tee_callback';
const CALLBACKS: Readonly<Record<string, WorkerKind>> = {
  '/api/opml_callback': 'opml',
  [TEE_CALLBACK]: 'tee',
  '/api/zkml_callback': 'zkml',
};
/** The reference spells it so. */
const REGISTER = '/reister_worker';
const HEARTBEAT = '/receive_heart_beat';
const MOST_WORKERS = 1_000;

/** Whether a path is a route of workers. */
export function isWorkerRoute(path: string): boolean {
  return path === REGISTER || path === HEARTBEAT || Object.hasOwn(CALLBACKS, path);
}

export function createWorkerRoutes(handlers: WorkerHandlers, time: Time): WorkerRoutes {
  const workers = new Set<string>();
  const bodies = createBodies(time);

  async function callback(
    kind: WorkerKind,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const of = {idName: CALLBACK_ID[kind] ?? ID, isKnown: handlers.isKnownRequest};
    const reply = await bodies.use(request, of, (body) => handlers.onCallback(kind, body));
    // Work on the job first: the worker does not depend on this reply.
    await new Promise(setImmediate);
    sendJson(response, reply.status, {code: reply.code, result: reply.message});
  }

  async function register(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A large body is no name of a worker: it names no request of ours.
    const isKnown = (): Promise<boolean> => Promise.resolve(false);
    const name = await bodies.use(request, {idName: ID, isKnown}, (body) =>
      Promise.resolve(workerName(body)),
    );
    if (path === REGISTER && name !== undefined && workers.size < MOST_WORKERS) workers.add(name);
    const exist = name !== undefined && workers.has(name);
    sendJson(response, 200, path === REGISTER ? {code: 200, result: 'success'} : {exist});
  }

  return async (path, request, response) => {
    const kind = CALLBACKS[path];
    try {
      if (kind === undefined) await register(path, request, response);
      else await callback(kind, request, response);
    } catch (error) {
      if (error instanceof RefusedBody) {
        const {status, words} = REFUSALS[error.why];
        sendRefusal(response, status, words);
      }
      // The callback was not stored (a full disk, say): the worker may try again.
      else sendRefusal(response, 503, errorText(error));
    }
  };
}

const REFUSALS: Readonly<Record<BodyRefusal, {status: number; words: string}>> = {
  large: {status: 413, words: 'body too large'},
  slow: {status: 408, words: 'the body comes too slowly'},
  shape: {status: 400, words: 'the body has too many values or pieces'},
  unknown: {status: 404, words: 'no request waits for this req_id'},
};

function workerName(body: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const name =
      typeof value === 'object' && value !== null && 'worker_name' in value ? value.worker_name : undefined;
    return typeof name === 'string' && name.length <= 200 ? name : undefined;
  } catch {
    return undefined; // not JSON: an unknown worker
  }
}
