import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {isAosError} from '../../lib/foundation/errors/error.ts';
import {listenOn} from '../net/listen.ts';
import {startLlm, type Llm, type LlmPaths} from '../llm/host.ts';
import {deliver, type Answer, type OpmlFaults} from './opml-delivery.ts';
import {readBody, readOpmlRequest, type OpmlRequest} from './opml-request.ts';

export type OpmlWorkerOptions = LlmPaths & {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Length of an answer in tokens; the reference API cannot request another. */
  maxTokens?: number;
  /** Most open requests and undelivered answers; more are refused with HTTP 503. */
  queueLimit?: number;
  faults?: OpmlFaults;
};

type OpmlStats = {
  /** Accepted requests. */
  asked: number;
  /** Requests refused with HTTP 4xx or 5xx. */
  refused: number;
  /** Answers that the operator accepted. */
  delivered: number;
  /** Requests without a delivered answer: the model failed, or every callback attempt failed. */
  failed: number;
  /** Requests waiting for inference or in it; the number in /status. */
  open: number;
  /** Answers being delivered. */
  delivering: number;
  /** Tokens generated. */
  tokens: number;
  /** Time spent in inference, ms. */
  inferenceMs: number;
};

export type OpmlWorker = {
  /** Base URL, without a slash at its end. */
  url: string;
  stats(): OpmlStats;
  /** Stops at once; open requests get no answer. */
  close(): Promise<void>;
};

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * An opml worker with the reference's API (docs/protocol.md#workers): GET /api/v1/status, POST /api/v1/question, and
 * the answer by callback later. One inference at a time; the model is the tiny one, whatever model a request names.
 * @throws AosError DEVNET_FAILED | NOT_LOOPBACK | PORT_IN_USE
 */
export async function startOpmlWorker(options: OpmlWorkerOptions): Promise<OpmlWorker> {
  const {maxTokens = 32, queueLimit = 256, faults = {}} = options;
  const stats: OpmlStats = {
    asked: 0,
    refused: 0,
    delivered: 0,
    failed: 0,
    open: 0,
    delivering: 0,
    tokens: 0,
    inferenceMs: 0,
  };
  const stop = new AbortController();
  const llm = await startLlm(options);
  let lastInference: Promise<unknown> = Promise.resolve();

  const take = (request: OpmlRequest): Refusal | null => {
    if (faults.refuse === true) return {code: 500, message: 'refused by a fault'};
    if (stats.open + stats.delivering >= queueLimit)
      return {code: 503, message: 'too many requests are waiting'};
    stats.asked++;
    stats.open++;
    const inference = lastInference.then(() => infer(llm, request, maxTokens, stats));
    lastInference = inference;
    // The delivery of an answer does not delay the next inference.
    void inference
      .then((answer) => {
        stats.open--;
        stats.delivering++;
        return answer !== null && deliver(request, answer, faults, stop.signal);
      })
      .then((delivered) => {
        stats.delivering--;
        if (delivered) stats.delivered++;
        else stats.failed++;
      });
    return null;
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const route = `${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}`;
    if (route === 'GET /api/v1/status') {
      respond(response, 200, {msg: stats.open.toString()});
      return;
    }
    if (route !== 'POST /api/v1/question') {
      respond(response, 404, {code: 404, message: 'not found'});
      return;
    }
    const refusal = await tryTake(request, take);
    if (refusal !== null) stats.refused++;
    respond(response, refusal?.code ?? 200, refusal ?? {code: 200, message: 'success'});
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });

  let port: number;
  try {
    port = await listenOn(server, options.host, options.port);
  } catch (error) {
    await llm.close();
    throw error;
  }
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    stats: () => ({...stats}),
    async close() {
      stop.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await Promise.all([closed, llm.close()]);
    },
  };
}

type Refusal = {code: number; message: string};

async function tryTake(
  request: IncomingMessage,
  take: (request: OpmlRequest) => Refusal | null,
): Promise<Refusal | null> {
  try {
    return take(readOpmlRequest(await readBody(request, MAX_BODY_BYTES)));
  } catch (error) {
    if (!isAosError(error)) throw error;
    return {code: error.code === 'FRAME_TOO_LARGE' ? 413 : 400, message: error.message};
  }
}

/** Runs one inference; null when the model fails: the operator's timeout sends the request again. */
async function infer(
  llm: Llm,
  request: OpmlRequest,
  maxTokens: number,
  stats: OpmlStats,
): Promise<Answer | null> {
  const start = performance.now();
  try {
    const {text, tokens, stateRoot} = await llm.complete(request.prompt, maxTokens);
    stats.tokens += tokens.length;
    return {text, stateRoot};
  } catch {
    return null;
  } finally {
    stats.inferenceMs += performance.now() - start;
  }
}

function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, {'content-type': 'application/json'});
  response.end(JSON.stringify(body));
}
