import {Agent, request} from 'undici';
import type {WorkerConfig} from '../config/config.ts';
import {AosError, errorText, isAosError} from '../errors.ts';
import type {Worker} from '../operator/ports.ts';
import {isJsonObject, parseJson} from '../protocol/json.ts';

/** One HTTP exchange with a worker on the same or a near host. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Our own keys, so that it can be typed as it stands. */
const START = 'Start the worker, or correct workers.opml.url.';
const MAX_REPLY = 1024 * 1024;

/**
 * An opml worker in the reference API (protocol §5): `GET /api/v1/status` → `{"msg":"0"}` when idle,
 * `POST /api/v1/question`; the answer comes back to `/api/opml_callback`.
 */
export function createOpmlWorker(config: WorkerConfig): Worker & {close(): Promise<void>} {
  const agent = new Agent({
    connections: 8,
    keepAliveTimeout: 4_000,
    headersTimeout: REQUEST_TIMEOUT_MS,
    bodyTimeout: REQUEST_TIMEOUT_MS,
    connect: {timeout: REQUEST_TIMEOUT_MS},
  });
  const base = config.url.replace(/\/+$/, '');
  const place = new URL(base).host;

  async function call(
    path: string,
    signal: AbortSignal,
    body?: object,
  ): Promise<{status: number; bytes: Uint8Array}> {
    try {
      const response = await request(`${base}${path}`, {
        dispatcher: agent,
        signal,
        method: body === undefined ? 'GET' : 'POST',
        ...(body === undefined
          ? {}
          : {body: JSON.stringify(body), headers: {'content-type': 'application/json'}}),
      });
      const chunks: Uint8Array[] = [];
      let size = 0;
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > MAX_REPLY)
          throw new AosError('WORKER_REFUSED', `opml worker ${place} sent more than 1 MiB`);
        chunks.push(chunk);
      }
      return {status: response.statusCode, bytes: Buffer.concat(chunks)};
    } catch (error) {
      signal.throwIfAborted();
      if (isAosError(error)) throw error;
      throw new AosError('WORKER_UNREACHABLE', `opml worker ${place}: ${errorText(error)}`, {
        cause: error,
        next: START,
      });
    }
  }

  return {
    kind: 'opml',
    concurrency: config.concurrency,
    readyTimeoutMs: config.readyTimeoutMs,
    answerTimeoutMs: config.answerTimeoutMs,
    attempts: config.attempts,
    async ready(signal) {
      const {status, bytes} = await call('/api/v1/status', signal);
      if (status !== 200)
        throw new AosError(
          'WORKER_UNREACHABLE',
          `opml worker ${place} answers its status with HTTP ${status}`,
          {next: START},
        );
      const state = statusOf(bytes);
      if (state !== '0') {
        const said = state === undefined ? 'an unreadable status' : `status ${JSON.stringify(state)}`;
        throw new AosError('WORKER_BUSY', `opml worker ${place} is not idle: ${said}`, {
          next: 'Add a worker, or raise workers.opml.ready_timeout.',
        });
      }
    },
    async ask(question, signal) {
      const {status} = await call('/api/v1/question', signal, {
        model: question.model,
        prompt: question.prompt,
        req_id: question.requestId,
        callback: `${question.callbackUrl}/api/opml_callback`,
      });
      if (status < 200 || status > 299) {
        throw new AosError('WORKER_REFUSED', `opml worker ${place} refused the question with HTTP ${status}`);
      }
    },
    close: () => agent.destroy(),
  };
}

/** `msg` of a status reply; undefined when there is none. */
function statusOf(bytes: Uint8Array): string | undefined {
  try {
    const {value} = parseJson(bytes);
    const msg = isJsonObject(value) ? value.get('msg') : undefined;
    return typeof msg === 'string' ? msg : undefined;
  } catch (error) {
    if (isAosError(error)) return undefined; // unreadable: told as not idle
    throw error;
  }
}
