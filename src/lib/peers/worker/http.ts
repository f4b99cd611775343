import type {WorkerKind} from '../../protocol/wire/messages.ts';
import {AosError} from '../../foundation/errors/error.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {isNotConnected, networkCode, networkProblem} from '../http/network-code.ts';
import {createSchemeLook, PLAIN_REFUSED} from '../http/other-scheme.ts';
import {createTransport, type HttpAnswer, type HttpRequest} from '../http/transport.ts';

/** HTTP to one worker, whatever its kind. */
export type WorkerHttp = {
  /** Its base URL as configured, without what a URL may hold of a password. */
  readonly url: string;
  /** `host:port`, for texts. */
  readonly host: string;
  /** `opml worker host:port`, for texts. */
  readonly name: string;
  /** The next step for a worker that does not answer. */
  readonly start: NextStep;
  /**
   * Asks how the worker is, with the limit of a status.
   * @throws AosError WORKER_UNREACHABLE; WORKER_REFUSED for a reply of more than 1 MiB
   */
  look(call: Pick<HttpRequest, 'method' | 'path' | 'body'>, signal: AbortSignal): Promise<HttpAnswer>;
  /**
   * Puts a request, once.
   * @throws AosError WORKER_UNREACHABLE: the worker has nothing of it; WORKER_LOST: perhaps it has
   */
  put(path: string, body: string, signal: AbortSignal): Promise<HttpAnswer>;
  close(): Promise<void>;
};

/** Limits of one whole exchange, ms. */
export type WorkerLimits = {statusMs: number; requestMs: number};

/** With a worker on the same or a near host; one that reads its model before it replies to a request takes longer. */
export const NEAR: WorkerLimits = {statusMs: 10_000, requestMs: 30_000};
const MAX_REPLY = 1024 * 1024;
const JSON_BODY = {'content-type': 'application/json'};
const MiB = '1 MiB';

/** Whether a failed exchange says that no process listens there. */
export function isGone(error: AosError): boolean {
  return error.code === 'WORKER_UNREACHABLE' && networkCode(error.cause) === 'ECONNREFUSED';
}

/** @param url base URL, checked */
export function createWorkerHttp(kind: WorkerKind, url: string, limits: WorkerLimits): WorkerHttp {
  const {origin, host, pathname} = new URL(url);
  const base = pathname.replace(/\/+$/, '');
  const name = `${kind} worker ${host}`;
  const start = say(`Start the worker, or correct workers.${kind}.url.`);
  const transport = createTransport(
    origin,
    {timeoutMs: limits.statusMs, connections: 8, keepAliveMs: 4_000, maxAnswerBytes: MAX_REPLY},
    (cause) =>
      networkCode(cause) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
        ? new AosError('WORKER_REFUSED', `${name} sent more than ${MiB}`, {cause})
        : new AosError('WORKER_UNREACHABLE', `${name}: ${networkProblem(cause)}`, {cause, next: start}),
  );
  const schemeLook = createSchemeLook(origin);

  /** @throws AosError WORKER_UNREACHABLE: the scheme of the URL is wrong */
  async function lookAtScheme(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const fault = await schemeLook(error, signal);
    signal.throwIfAborted();
    if (fault === null) return;
    throw new AosError('WORKER_UNREACHABLE', `${name} ${fault.what}`, {
      cause: error instanceof AosError ? error.cause : error,
      next: say(`Write ${fault.right} instead of ${fault.wrong} in workers.${kind}.`),
    });
  }

  return {
    url: `${origin}${base}`,
    host,
    name,
    start,
    async look({method, path, body}, signal) {
      const call = {method, path: `${base}${path}`, headers: body === null ? {} : JSON_BODY, body} as const;
      let answer: HttpAnswer;
      try {
        answer = await transport.request(call, signal);
      } catch (error) {
        await lookAtScheme(error, signal);
        throw error;
      }
      if (answer.status === 400 && !answer.contentType.includes('json'))
        await lookAtScheme(PLAIN_REFUSED, signal);
      return answer;
    },
    async put(path, body, signal) {
      const call = {
        method: 'POST',
        path: `${base}${path}`,
        headers: JSON_BODY,
        body,
        once: true,
        timeoutMs: limits.requestMs,
      } as const;
      try {
        return await transport.request(call, signal);
      } catch (error) {
        signal.throwIfAborted();
        if (!(error instanceof AosError) || isNotConnected(error.cause)) throw error;
        throw new AosError('WORKER_LOST', `${error.message}, after the request was sent`, {
          cause: error.cause,
          next: start,
        });
      }
    },
    close: () => transport.close(),
  };
}
