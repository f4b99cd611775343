import {AosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {networkCode, networkProblem} from '../http/network-code.ts';
import {createTransport, type HttpAnswer} from '../http/transport.ts';
import {judgeQuestionReply, questionBody, type OpmlRequest} from './question.ts';
import {readStatus, type StatusReply} from './status.ts';

/** How a worker takes the request for its status: the published one by POST alone. */
export type StatusMethod = 'GET' | 'POST';

export type OpmlStatus = StatusReply & {method: StatusMethod};

/** HTTP to one opml worker. */
export type OpmlClient = {
  /** Its base URL as configured, without what a URL may hold of a password. */
  readonly url: string;
  /** `host:port`, for texts. */
  readonly host: string;
  /**
   * Reads its status, by GET or POST as it takes it.
   * @throws AosError WORKER_UNREACHABLE; WORKER_REFUSED for a reply of more than 1 MiB
   */
  status(signal: AbortSignal): Promise<OpmlStatus>;
  /**
   * Puts a request.
   * @throws AosError WORKER_BUSY | WORKER_REFUSED | WORKER_UNREACHABLE: it was not taken; WORKER_LOST: perhaps it was
   */
  ask(request: OpmlRequest, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
};

/** Limits of one whole exchange, ms. */
export type OpmlLimits = {statusMs: number; requestMs: number};

/** With a worker on the same or a near host; one that reads its model before it replies to a request takes longer. */
const LIMITS: OpmlLimits = {statusMs: 10_000, requestMs: 30_000};
const START = say('Start the worker, or correct workers.opml.url.');
const MAX_REPLY = 1024 * 1024;
const JSON_BODY = {'content-type': 'application/json'};
const MiB = '1 MiB';

/** No connection was made, or none was free, so the worker has nothing of the request. */
const NOT_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CONNECTIONS_IN_USE',
]);

/** Whether a failed exchange says that no process listens there. */
export function isGone(error: AosError): boolean {
  return error.code === 'WORKER_UNREACHABLE' && networkCode(error.cause) === 'ECONNREFUSED';
}

/** @param url base URL, checked */
export function createOpmlClient(url: string, limits: OpmlLimits = LIMITS): OpmlClient {
  const {origin, host, pathname} = new URL(url);
  const base = pathname.replace(/\/+$/, '');
  const name = `opml worker ${host}`;
  const transport = createTransport(
    origin,
    {timeoutMs: limits.statusMs, connections: 8, keepAliveMs: 4_000, maxAnswerBytes: MAX_REPLY},
    (cause) =>
      networkCode(cause) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
        ? new AosError('WORKER_REFUSED', `${name} sent more than ${MiB}`, {cause})
        : new AosError('WORKER_UNREACHABLE', `${name}: ${networkProblem(cause)}`, {cause, next: START}),
  );
  let method: StatusMethod = 'GET';

  const statusBy = (by: StatusMethod, signal: AbortSignal): Promise<HttpAnswer> =>
    transport.request(
      by === 'GET'
        ? {method: 'GET', path: `${base}/api/v1/status`, headers: {}, body: null}
        : {method: 'POST', path: `${base}/api/v1/status`, headers: JSON_BODY, body: '{}'},
      signal,
    );

  return {
    url: `${origin}${base}`,
    host,
    async status(signal) {
      let reply = await statusBy(method, signal);
      if (isNoRoute(reply.status)) {
        const other = method === 'GET' ? 'POST' : 'GET';
        const second = await statusBy(other, signal);
        if (!isNoRoute(second.status)) {
          method = other;
          reply = second;
        }
      }
      if (reply.status !== 200)
        throw new AosError('WORKER_UNREACHABLE', `${name} answers its status with HTTP ${reply.status}`, {
          next: START,
        });
      return {method, ...readStatus(reply.body)};
    },
    async ask(request, signal) {
      const call = {
        method: 'POST',
        path: `${base}/api/v1/question`,
        headers: JSON_BODY,
        body: questionBody(request),
        once: true,
        timeoutMs: limits.requestMs,
      } as const;
      let reply: HttpAnswer;
      try {
        reply = await transport.request(call, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof AosError) || NOT_CONNECTED.has(networkCode(error.cause))) throw error;
        throw new AosError('WORKER_LOST', `${error.message}, after the request was sent`, {
          cause: error.cause,
          next: START,
        });
      }
      const failure = judgeQuestionReply(host, reply.status, reply.body);
      if (failure !== null) throw failure;
    },
    close: () => transport.close(),
  };
}

function isNoRoute(status: number): boolean {
  return status === 404 || status === 405;
}
