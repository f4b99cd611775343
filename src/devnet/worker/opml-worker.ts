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
  /** Length of an answer in tokens; the question of the reference API cannot ask for another. */
  maxTokens?: number;
  /** How many questions and undelivered answers may be held; more are refused with HTTP 503. */
  queueLimit?: number;
  faults?: OpmlFaults;
};

type OpmlStats = {
  /** Questions taken. */
  asked: number;
  /** Questions answered with HTTP 4xx or 5xx. */
  refused: number;
  /** Answers that the asker took. */
  delivered: number;
  /** Questions without an answer the asker took: the model failed, or no try of the callback came through. */
  failed: number;
  /** Questions waiting for inference or in it; the number that /status tells. */
  open: number;
  /** Answers on their way to the asker. */
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
  /** Stops at once; questions still open get no answer. */
  close(): Promise<void>;
};

const MAX_BODY_BYTES = 16 * 1024 * 1024;

/**
 * An opml worker with the reference's API (docs/protocol.md#workers): GET /api/v1/status, POST /api/v1/question, and
 * the answer by callback later. One inference at a time; the model is the tiny one whatever model a question names.
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

  const take = (question: OpmlRequest): Refusal | null => {
    if (faults.refuse === true) return {code: 500, message: 'refused by a fault'};
    if (stats.open + stats.delivering >= queueLimit)
      return {code: 503, message: 'too many questions wait already'};
    stats.asked++;
    stats.open++;
    const inference = lastInference.then(() => infer(llm, question, maxTokens, stats));
    lastInference = inference;
    // An answer that waits for its asker does not hold up the next inference.
    void inference
      .then((answer) => {
        stats.open--;
        stats.delivering++;
        return answer !== null && deliver(question, answer, faults, stop.signal);
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
  take: (question: OpmlRequest) => Refusal | null,
): Promise<Refusal | null> {
  try {
    return take(readOpmlRequest(await readBody(request, MAX_BODY_BYTES)));
  } catch (error) {
    if (!isAosError(error)) throw error;
    return {code: error.code === 'FRAME_TOO_LARGE' ? 413 : 400, message: error.message};
  }
}

/** Null when the model failed; the count says so, and the asker's own timeout makes it ask again. */
async function infer(
  llm: Llm,
  question: OpmlRequest,
  maxTokens: number,
  stats: OpmlStats,
): Promise<Answer | null> {
  const start = performance.now();
  try {
    const {text, tokens, stateRoot} = await llm.complete(question.prompt, maxTokens);
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
