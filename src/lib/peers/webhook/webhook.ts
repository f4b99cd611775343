import {Agent, request} from 'undici';
import {abortable} from '../../foundation/async/abort.ts';
import {createBackoff} from '../../foundation/async/backoff.ts';
import {retry} from '../../foundation/async/retry.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {proxyFor} from '../../foundation/system/proxy-choice.ts';
import type {Time} from '../../foundation/time/time.ts';
import {networkProblem} from '../http/network-code.ts';
import {basicAuth} from '../http/basic-auth.ts';
import {originOf, rightScheme, schemeMistake} from '../http/other-scheme.ts';
import {openProxy, proxyFaultIn, type ProxiedPeer} from '../http/proxy-agent.ts';

/** Sends JSON to a webhook. Its URL is a secret: errors name only scheme and host. */
export type Webhook = {
  /**
   * Posts one body, in at most {@link ATTEMPTS} attempts with growing pauses.
   * @returns the HTTP status, 2xx
   * @throws AosError ALERT_UNREACHABLE | ALERT_REFUSED, or the signal's reason
   */
  post(body: object, signal: AbortSignal): Promise<number>;
  /** Scheme and host, for people. */
  readonly place: string;
  close(): Promise<void>;
};

/** A connection of one attempt: direct, or through a proxy. */
type Way = ProxiedPeer;

const ATTEMPTS = 4;
/** Limit of one attempt, from connecting to the end of the answer. */
const TIMEOUT_MS = 10_000;
/** Bytes of an answer that are read, then discarded. */
const MAX_REPLY = 64 * 1024;
/** True for a status that a retry may change; services behind a proxy also answer with 520 to 530. */
const isPassing = (status: number): boolean => [408, 425, 429].includes(status) || status >= 500;

/** @param url http(s), checked by the configuration */
export function createWebhook(
  url: string,
  {
    time,
    random,
    timeoutMs = TIMEOUT_MS,
    env = process.env,
  }: {
    time: Pick<Time, 'sleep'>;
    random: () => number;
    timeoutMs?: number;
    /** Names the proxy, if there is one [that of the process]. */
    env?: Readonly<Record<string, string | undefined>>;
  },
): Webhook {
  const target = new URL(url);
  const {protocol, host} = target;
  const authorization = basicAuth(target);
  const place = `${protocol}//${host}`;
  const choice = proxyFor(target, env);
  const attempts = new Set<Way>();
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'aos-operator',
    ...(authorization === null ? {} : {authorization}),
  };

  async function once(body: string, outer: AbortSignal): Promise<number> {
    const {signal, done} = deadline(outer, timeoutMs);
    // Of its own, so that an attempt that ends takes its connection with it, also one that is still being made.
    let way: Way | undefined;
    try {
      const agent = open();
      way = agent;
      attempts.add(agent);
      const statusCode = await abortable<number>(signal, (resolve, reject) => {
        send(agent, body, signal).then(resolve, reject);
        return () => undefined; // the agent is destroyed below
      });
      if (statusCode >= 200 && statusCode < 300) return statusCode;
      const code = isPassing(statusCode) ? 'ALERT_UNREACHABLE' : 'ALERT_REFUSED';
      throw new AosError(code, `the webhook at ${place} answered HTTP ${statusCode}`);
    } catch (error) {
      outer.throwIfAborted();
      if (isAosError(error)) throw error;
      const fault = proxyFaultIn(error);
      if (fault !== null)
        throw new AosError('ALERT_UNREACHABLE', `the webhook at ${place}: ${fault.message}`, {
          next: fault.next,
        });
      const right = choice === null ? await rightScheme(url, error, outer) : null;
      if (right !== null)
        // A later attempt changes nothing.
        throw new AosError('ALERT_REFUSED', `the webhook at ${place} ${schemeMistake(url)}`, {
          next: say(`Write ${right} instead of ${originOf(url)} in alerts.webhook_url.`),
        });
      // undici's own texts name host and port at most.
      throw new AosError('ALERT_UNREACHABLE', `the webhook at ${place}: ${networkProblem(error)}`);
    } finally {
      done();
      if (way !== undefined) {
        attempts.delete(way);
        void way.close();
      }
    }
  }

  function open(): Way {
    if (choice !== null) return openProxy(choice, target, timeoutMs);
    const dispatcher = new Agent({connections: 1, connect: {timeout: timeoutMs}});
    return {dispatcher, faultOf: () => null, close: () => dispatcher.destroy()};
  }

  async function send({dispatcher, faultOf}: Way, body: string, signal: AbortSignal): Promise<number> {
    const {statusCode, body: reply} = await request(url, {dispatcher, method: 'POST', headers, body, signal});
    await reply.dump({limit: MAX_REPLY, signal});
    const fault = faultOf(statusCode);
    if (fault !== null) throw fault;
    return statusCode;
  }

  return {
    place,
    post(body, signal) {
      const text = JSON.stringify(body);
      return retry(() => once(text, signal), {
        time,
        signal,
        backoff: createBackoff({firstMs: 1_000, capMs: 30_000, random}),
        attempts: ATTEMPTS,
        mayPass: (error) => isAosError(error, 'ALERT_UNREACHABLE'),
      });
    },
    async close() {
      await Promise.all([...attempts].map((way) => way.close()));
    },
  };
}
