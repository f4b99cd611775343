import type {WorkerConfig} from '../../config/config.ts';
import {abortable} from '../../foundation/async/abort.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {networkCode, networkProblem} from '../http/network-code.ts';
import {createTransport} from '../http/transport.ts';
import {isJsonObject, parseJson} from '../../protocol/wire/json.ts';
import {say} from '../../foundation/next-step/next-step.ts';

/** One HTTP exchange with a worker on the same or a near host. */
const REQUEST_TIMEOUT_MS = 10_000;
const START = say('Start the worker, or correct workers.opml.url.');
const MAX_REPLY = 1024 * 1024;
const JSON_BODY = {'content-type': 'application/json'};

/** One request to a worker; the answer comes back to `callbackUrl` with its `requestId`. */
type OpmlRequest = {requestId: string; nodeId: string; model: string; prompt: string; callbackUrl: string};

/** A free place at the worker. */
export type OpmlLane = {
  readonly at: {url: string; nodeId: string | null};
  /** @throws AosError WORKER_UNREACHABLE | WORKER_REFUSED */
  ask(request: OpmlRequest, signal: AbortSignal): Promise<void>;
  /** Settles only with its signal: this worker does not say that it started anew. */
  lost(signal: AbortSignal): Promise<never>;
  release(end: 'answered' | 'timeout' | 'lost' | 'untaken'): void;
};

/** A worker of kind opml, with its configured limits. Durations in ms. */
export type OpmlWorker = {
  readonly kind: 'opml';
  readonly concurrency: number;
  readonly readyTimeoutMs: number;
  readonly answerTimeoutMs: number;
  readonly attempts: number;
  readonly deadlineMs: number;
  readonly onFailure: 'silent' | 'empty';
  /** @throws AosError WORKER_UNREACHABLE | WORKER_BUSY */
  ready(signal: AbortSignal): Promise<OpmlLane>;
  close(): Promise<void>;
};

/** As long as the published operator waits: 100 minutes for a ready worker, 10 for its answer. */
const DEADLINE_MS = 110 * 60_000;

/**
 * Creates a client for an opml worker with the reference API (docs/protocol.md#workers): `GET /api/v1/status` answers
 * `{"msg":"0"}` when idle, `POST /api/v1/question` takes a request; the answer comes back to `/api/opml_callback`.
 */
export function createOpmlWorker(config: WorkerConfig): OpmlWorker {
  const {origin, host, pathname} = new URL(config.url);
  const base = pathname.replace(/\/+$/, '');
  const failure = (error: unknown): AosError =>
    networkCode(error) === 'UND_ERR_RES_EXCEEDED_MAX_SIZE'
      ? new AosError('WORKER_REFUSED', `opml worker ${host} sent more than 1 MiB`)
      : new AosError('WORKER_UNREACHABLE', `opml worker ${host}: ${networkProblem(error)}`, {
          cause: error,
          next: START,
        });
  const limits = {
    timeoutMs: REQUEST_TIMEOUT_MS,
    connections: 8,
    keepAliveMs: 4_000,
    maxAnswerBytes: MAX_REPLY,
  };
  const transport = createTransport(origin, limits, failure);

  const lane: OpmlLane = {
    // Without what the URL may hold of a password.
    at: {url: `${origin}${base}`, nodeId: null},
    async ask(request, signal) {
      const body = JSON.stringify({
        model: request.model,
        prompt: request.prompt,
        req_id: request.requestId,
        callback: `${request.callbackUrl}/api/opml_callback`,
      });
      const {status} = await transport.request(
        {method: 'POST', path: `${base}/api/v1/question`, headers: JSON_BODY, body},
        signal,
      );
      if (status < 200 || status > 299) {
        throw new AosError('WORKER_REFUSED', `opml worker ${host} refused the request with HTTP ${status}`);
      }
    },
    lost: (signal) => abortable<never>(signal, () => () => undefined),
    release: () => undefined,
  };

  return {
    kind: 'opml',
    concurrency: config.concurrency,
    readyTimeoutMs: config.readyTimeoutMs,
    answerTimeoutMs: config.answerTimeoutMs,
    attempts: config.attempts,
    deadlineMs: DEADLINE_MS,
    onFailure: 'silent',
    async ready(signal) {
      const {status, body} = await transport.request(
        {method: 'GET', path: `${base}/api/v1/status`, headers: {}, body: null},
        signal,
      );
      if (status !== 200)
        throw new AosError(
          'WORKER_UNREACHABLE',
          `opml worker ${host} answers its status with HTTP ${status}`,
          {next: START},
        );
      const state = statusOf(body);
      if (state !== '0') {
        const said = state === undefined ? 'an unreadable status' : `status ${JSON.stringify(state)}`;
        throw new AosError('WORKER_BUSY', `opml worker ${host} is not idle: ${said}`, {
          next: say('Add a worker, or raise workers.opml.ready_timeout.'),
        });
      }
      return lane;
    },
    close: () => transport.close(),
  };
}

/** Returns `msg` of a status reply; undefined without one. */
function statusOf(body: string): string | undefined {
  try {
    const {value} = parseJson(Buffer.from(body));
    const msg = isJsonObject(value) ? value.get('msg') : undefined;
    return typeof msg === 'string' ? msg : undefined;
  } catch (error) {
    if (isAosError(error)) return undefined; // unreadable: reported as not idle
    throw error;
  }
}
