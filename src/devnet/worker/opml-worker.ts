import {createServer, type Server} from 'node:http';
import {AosError} from '../../lib/foundation/errors/error.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import type {Time} from '../../lib/foundation/time/time.ts';
import {startLlm, type Llm, type LlmPaths} from '../llm/host.ts';
import {keepPagesOut} from '../net/gate.ts';
import {listenOn} from '../net/listen.ts';
import type {OpmlFaults} from './faults.ts';
import {friendlyLife} from './friendly.ts';
import {createInference, type OpmlStats} from './inference.ts';
import type {Life, LifeParts} from './life.ts';
import {readBody} from './opml-request.ts';
import {publishedLife} from './published.ts';

/** Where the model is, or the model itself. */
export type OpmlWorkerOptions = (LlmPaths | {llm: Llm}) & {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** As the reference operator expects a worker, or as the published program behaves. [friendly] */
  manner?: 'friendly' | 'published';
  /** Length of an answer in tokens; the reference API cannot request another. */
  maxTokens?: number;
  /** Of a friendly one: most open requests and undelivered answers; more are refused with HTTP 503. */
  queueLimit?: number;
  /** Of a published one: where its heartbeat goes, a base URL, asked at each beat; null: nowhere. */
  heartbeatTo?: () => string | null;
  /** Of a published one: whether two requests at the same moment lock it for good. [true] */
  canLock?: boolean;
  /** Of a published one: the program's image, part of every state root. */
  program?: string;
  faults?: OpmlFaults;
  time?: Time;
};

export type OpmlWorker = {
  /** Base URL, without a slash at its end. */
  url: string;
  stats(): OpmlStats;
  /** Ends it as SIGKILL does: nothing listens, and nothing of what is open is ever answered. Harmless when it has ended. */
  kill(): Promise<void>;
  /**
   * Starts it again, on its port. Harmless when it runs.
   * @throws AosError PORT_IN_USE
   */
  start(): Promise<void>;
  /** Ends it for good. */
  close(): Promise<void>;
};

const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** A worker that dies of a request has replied to it. */
const DIES_AFTER_MS = 50;
/** How long a supervisor waits before it starts a worker that has died. */
const BACK_AFTER_MS = 1_000;

/**
 * An opml worker, friendly or as published. The model is the tiny one, whatever model a request names.
 * @throws AosError DEVNET_FAILED | NOT_LOOPBACK | PORT_IN_USE
 */
export async function startOpmlWorker(options: OpmlWorkerOptions): Promise<OpmlWorker> {
  const {maxTokens = 32, faults = {}, time = systemTime} = options;
  const stats: OpmlStats = {
    asked: 0,
    refused: 0,
    delivered: 0,
    failed: 0,
    open: 0,
    delivering: 0,
    tokens: 0,
    inferenceMs: 0,
    starts: 0,
  };
  const llm = 'llm' in options ? options.llm : await startLlm(options);
  const infer = createInference(llm, maxTokens, stats);
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  let port = options.port;
  let running: {server: Server; end: AbortController} | null = null;
  let isClosed = false;

  const urlOf = (at: number): string => `http://${host}:${at}`;

  async function kill(): Promise<void> {
    if (running === null) return;
    const {server, end} = running;
    running = null;
    end.abort(new AosError('INTERRUPTED', 'the worker ends'));
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  /** As a supervisor does with a program that crashed. */
  async function dieAndComeBack(signal: AbortSignal): Promise<void> {
    await time.sleep(DIES_AFTER_MS, signal);
    await kill();
    await time.sleep(BACK_AFTER_MS);
    if (!isClosed) await start();
  }

  async function start(): Promise<void> {
    if (running !== null) return;
    const end = new AbortController();
    const die = (): void => {
      dieAndComeBack(end.signal).catch(() => undefined); // it was ended otherwise meanwhile, or its port is taken
    };
    const life = lifeOf({infer, stats, faults, time, signal: end.signal, die});
    const server = createServer((request, response) => {
      const route = `${request.method ?? ''} ${(request.url ?? '').split('?')[0] ?? ''}`;
      life.handle({route, body: () => readBody(request, MAX_BODY_BYTES)}).then(
        ({status, headers, body}) => response.writeHead(status, headers).end(body),
        () => response.destroy(),
      );
    });
    try {
      keepPagesOut(server);
      port = await listenOn(server, options.host, port);
    } catch (error) {
      end.abort(error);
      throw error;
    }
    running = {server, end};
    stats.starts += 1;
  }

  function lifeOf(parts: LifeParts): Life {
    if (options.manner !== 'published') return friendlyLife(parts, options.queueLimit ?? 256);
    const {heartbeatTo = null, canLock = true, program = 'ml_mips of the devnet'} = options;
    return publishedLife(parts, {url: () => urlOf(port), heartbeatTo, canLock, program});
  }

  try {
    await start();
  } catch (error) {
    await llm.close();
    throw error;
  }
  return {
    url: urlOf(port),
    stats: () => ({...stats}),
    kill,
    start,
    async close() {
      isClosed = true;
      await Promise.all([kill(), llm.close()]);
    },
  };
}
