import {Agent, request} from 'undici';
import {abortable} from '../../foundation/async/abort.ts';
import {createBackoff} from '../../foundation/async/backoff.ts';
import {retry} from '../../foundation/async/retry.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import type {Time} from '../../foundation/time/time.ts';

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
  }: {time: Pick<Time, 'sleep'>; random: () => number; timeoutMs?: number},
): Webhook {
  const {protocol, host, username, password} = new URL(url);
  const place = `${protocol}//${host}`;
  const attempts = new Set<Agent>();
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'aos-operator',
    // undici leaves out what a URL names before the host.
    ...(username === '' && password === '' ? {} : {authorization: basic(username, password)}),
  };

  async function once(body: string, outer: AbortSignal): Promise<number> {
    const {signal, done} = deadline(outer, timeoutMs);
    // Of its own, so that an attempt that ends takes its connection with it, also one that is still being made.
    const agent = new Agent({connections: 1, connect: {timeout: timeoutMs}});
    attempts.add(agent);
    try {
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
      // undici's own texts name host and port at most.
      throw new AosError('ALERT_UNREACHABLE', `the webhook at ${place}: ${errorText(error)}`);
    } finally {
      done();
      attempts.delete(agent);
      void agent.destroy();
    }
  }

  async function send(dispatcher: Agent, body: string, signal: AbortSignal): Promise<number> {
    const {statusCode, body: reply} = await request(url, {dispatcher, method: 'POST', headers, body, signal});
    await reply.dump({limit: MAX_REPLY, signal});
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
      await Promise.all([...attempts].map((agent) => agent.destroy()));
    },
  };
}

/** Basic authentication (RFC 7617) of the percent-encoded parts of a URL. */
function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64')}`;
}

/** Decodes percent-encoding; returns an invalid encoding unchanged. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a lone %
  }
}
