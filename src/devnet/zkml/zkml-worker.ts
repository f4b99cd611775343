import type {IncomingMessage} from 'node:http';
import {linkedAbort, untilAbort} from '../../lib/foundation/async/abort.ts';
import {createLimiter} from '../../lib/foundation/async/limiter.ts';
import {systemTime} from '../../lib/foundation/system/system-time.ts';
import type {Time} from '../../lib/foundation/time/time.ts';
import type {JsonObject} from '../../lib/protocol/wire/json.ts';
import {routeOf, serveHttp, type HttpReply} from '../net/serve.ts';
import {emptyAnswer, jsonAnswer, readBody, textAnswer, type Answer} from '../published/axum.ts';
import type {Fields} from '../published/body.ts';
import type {ZkmlFaults} from './faults.ts';
import type {Proofs} from './proofs.ts';
import {hashVerifier, type Verifier} from './verifier.ts';
import {isAboutKnownGood, otherWord, prove, PROVE, verify, VERIFY, type ZkmlReply} from './verify.ts';

export type ZkmlWorkerOptions = {
  host: string;
  /** 0 takes a free one. */
  port: number;
  proofs: Proofs;
  /** What says whether a proof is true [by their hash]. */
  verifier?: Verifier;
  faults?: ZkmlFaults;
  time?: Time;
};

export type ZkmlStats = {
  /** Proofs that it said "true" of. */
  true: number;
  /** Proofs that it said "false" of. */
  false: number;
  /** Requests that were answered in another way. */
  failed: number;
};

export type ZkmlWorker = {
  /** Base URL, without a slash at its end. */
  readonly url: string;
  stats(): ZkmlStats;
  /** Ends it as SIGKILL does: what is open gets no reply. */
  close(): Promise<void>;
};

const LIE_EVERY = 5;
/** After so long a request is answered with 408, wherever it is. */
const ROUTE_LIMIT_MS = 600_000;

/** The published program lets every page of a browser in. */
const CORS = {
  vary: 'origin, access-control-request-method, access-control-request-headers',
  'access-control-allow-origin': '*',
} as const;

/**
 * A zkml worker that behaves as the published program does (docs/protocol.md#workers): it answers in place, one request at a time,
 * the download of a proof included, and says "false" for a proof that is false and for whatever ezkl fails at.
 * @throws AosError NOT_LOOPBACK | PORT_IN_USE
 */
export async function startZkmlWorker(options: ZkmlWorkerOptions): Promise<ZkmlWorker> {
  const {host, proofs, verifier = hashVerifier(proofs), faults = {}, time = systemTime} = options;
  const stats: ZkmlStats = {true: 0, false: 0, failed: 0};
  const lock = createLimiter(1);
  let words = 0;

  async function locked(
    request: IncomingMessage,
    wanted: Fields,
    work: (body: JsonObject, signal: AbortSignal) => Promise<ZkmlReply>,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    const read = await readBody(request, wanted);
    if ('refusal' in read) return replyOf(read.refusal);
    const reply = await lock.run(() => work(read.body, signal), signal);
    return replyOf(jsonAnswer(JSON.stringify(reply)));
  }

  function faultyWord(body: JsonObject, reply: ZkmlReply): ZkmlReply {
    if (faults.lies !== true || reply.code !== 200 || isAboutKnownGood(body)) return reply;
    words += 1;
    return words % LIE_EVERY === 1 ? otherWord(reply) : reply;
  }

  async function verified(body: JsonObject, signal: AbortSignal): Promise<ZkmlReply> {
    if (faults.never === true) await untilAbort(signal);
    signal.throwIfAborted();
    const reply = faultyWord(body, await verify(body, {proofs, verifier, faults}, signal));
    if (reply.code !== 200) stats.failed += 1;
    else stats[reply.result === 'true' ? 'true' : 'false'] += 1;
    return reply;
  }

  async function routed(request: IncomingMessage, signal: AbortSignal): Promise<HttpReply> {
    const route = routeOf(request).replace(/^HEAD /, 'GET ');
    switch (route) {
      case 'GET /api/v1/ping':
        return replyOf(textAnswer(200, 'pong'));
      case 'GET /api/v1/healthcheck':
        return replyOf(jsonAnswer('{"req_id":"","code":200,"result":"healthy"}'));
      case 'POST /api/v1/verify':
        return locked(request, VERIFY, verified, signal);
      case 'POST /api/v1/prove':
        return locked(request, PROVE, (body) => Promise.resolve(prove(body)), signal);
      default: {
        request.resume();
        const allowed = METHODS[route.slice(route.indexOf(' ') + 1)];
        if (allowed === undefined) return replyOf(emptyAnswer(404));
        const {status, headers, body} = replyOf(emptyAnswer(405));
        return {status, headers: {allow: allowed, ...headers}, body};
      }
    }
  }

  /** The time limit, and what it refuses itself, come before everything else, without the headers of a route. */
  async function handle(request: IncomingMessage, gone: AbortSignal): Promise<HttpReply> {
    if (faults.busy === true) return bare(503, 'service is overloaded, try again later');
    if (faults.refuses === true && routeOf(request) === 'POST /api/v1/verify')
      return bare(422, 'it takes no questions');
    const {controller, unlink} = linkedAbort(gone);
    const cancel = time.after(ROUTE_LIMIT_MS, () => controller.abort(new Error('request timed out')));
    try {
      return await routed(request, controller.signal);
    } catch (error) {
      if (gone.aborted || !controller.signal.aborted) throw error;
      return bare(408, 'request timed out');
    } finally {
      cancel();
      unlink();
    }
  }

  const server = await serveHttp(host, options.port, async (request, signal) => {
    const reply = await handle(request, signal);
    if (reply.status >= 400) stats.failed += 1;
    return reply;
  });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${server.port}`,
    stats: () => ({...stats}),
    close: server.close,
  };
}

const METHODS: Readonly<Record<string, string>> = {
  '/api/v1/ping': 'GET,HEAD',
  '/api/v1/healthcheck': 'GET,HEAD',
  '/api/v1/verify': 'POST',
  '/api/v1/prove': 'POST',
};

function replyOf({status, type, body}: Answer): HttpReply {
  return {status, headers: {...(type === null ? {} : {'content-type': type}), ...CORS}, body};
}

function bare(status: number, words: string): HttpReply {
  const {type, body} = textAnswer(status, words);
  return {status, headers: {'content-type': type ?? ''}, body};
}
