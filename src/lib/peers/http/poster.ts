import {Agent, request, type Dispatcher} from 'undici';
import {abortable} from '../../foundation/async/abort.ts';
import {createBackoff} from '../../foundation/async/backoff.ts';
import {retry} from '../../foundation/async/retry.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';
import {proxyFor, type ProxyChoice} from '../../foundation/system/proxy-choice.ts';
import {createRedactor} from '../../foundation/text/redactor.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {duration} from '../../foundation/time/duration.ts';
import type {Time} from '../../foundation/time/time.ts';
import {basicAuth} from './basic-auth.ts';
import {networkProblem} from './network-code.ts';
import {originOf, rightScheme, schemeMistake} from './other-scheme.ts';
import {openProxy, proxyFaultIn, type ProxiedPeer} from './proxy-agent.ts';
import {retryAfterMs} from './retry-after.ts';

/** What a service answered; `text` is the beginning of its body, from outside. */
export type Reply = {
  status: number;
  text: string;
  /** By the header Retry-After; null: it says nothing of it. */
  retryAfterMs: number | null;
};

/** What a reply means; `why` is in the service's own words, or '' when it gave none. */
export type Verdict =
  | {kind: 'taken'}
  /** The same request would be refused again. */
  | {kind: 'refused'; why: string; next?: NextStep}
  /** It may be taken later, not before `afterMs`; null: it does not say when. */
  | {kind: 'later'; why: string; afterMs: number | null};

/** Sends to one service whose URL is a secret: errors name only scheme and host. */
export type Poster = {
  /**
   * Sends once, in at most four attempts with growing pauses. What the service asks for by Retry-After is waited for, also by
   * later calls; one of more than {@link LONGEST_WAIT_MS} ends the call.
   * @param secret a text of the body that no error may repeat, as the URL [none]
   * @throws AosError ALERT_UNREACHABLE | ALERT_REFUSED, or the signal's reason
   */
  send(url: string, body: object | null, signal: AbortSignal, secret?: string): Promise<Reply>;
  close(): Promise<void>;
};

export type PosterOptions = {
  /** For messages, such as `the webhook`. */
  name: string;
  /** The configuration key, or the file, that the URL comes from. */
  setting: string;
  time: Pick<Time, 'sleep' | 'monotonic' | 'now'>;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Limit of one attempt, from connecting to the end of the answer. */
  timeoutMs?: number | undefined;
  /** Names the proxy, if there is one [that of the process]. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** [by the status alone] */
  judge?: (reply: Reply) => Verdict;
};

/** What each attempt sends; `hide` takes the secrets of it out of a text. */
type Sent = {target: URL; body: string | null; hide: (text: string) => string};

/** A connection of one attempt: direct, or through a proxy. */
type Way = ProxiedPeer;

const ATTEMPTS = 4;
const TIMEOUT_MS = 10_000;
/** Bytes of an answer that are read. */
const MAX_REPLY = 64 * 1024;
/** Longest pause within one call that a service may ask for. */
const LONGEST_WAIT_MS = 30_000;
/** Longest pause that a service is granted at all. */
const MOST_WAIT_MS = 3_600_000;

/** True for a status that a later attempt may change; services behind a proxy also answer with 520 to 530. */
export const isPassing = (status: number): boolean => [408, 425, 429].includes(status) || status >= 500;

/** Judges by the status: any 2xx is success. */
export function judgeStatus({status, retryAfterMs: afterMs}: Reply, why = ''): Verdict {
  if (status >= 200 && status < 300) return {kind: 'taken'};
  return isPassing(status) ? {kind: 'later', why, afterMs} : {kind: 'refused', why};
}

export function createPoster(options: PosterOptions): Poster {
  const {name, time, random, timeoutMs = TIMEOUT_MS, env = process.env, judge = judgeStatus} = options;
  const ways = new Set<Way>();
  /** Monotonic ms before which the service does not want to be asked. */
  let freeAt = 0;
  const waitMs = (): number => Math.max(0, freeAt - time.monotonic());

  async function once({target, body, hide}: Sent, outer: AbortSignal): Promise<Reply> {
    const place = `${name} at ${originOf(target.href)}`;
    const choice = proxyFor(target, env);
    const {signal, done} = deadline(outer, timeoutMs);
    // Of its own, so that an attempt that ends takes its connection with it, also one that is still being made.
    let way: Way | undefined;
    try {
      const opened = open(choice, target, timeoutMs);
      way = opened;
      ways.add(opened);
      const reply = await abortable<Reply>(signal, (resolve, reject) => {
        exchange(opened, target, {body, signal, now: time.now}).then(resolve, reject);
        return () => undefined; // the agent is destroyed below
      });
      refuse(place, reply, hide);
      return reply;
    } catch (error) {
      outer.throwIfAborted();
      throw await failure(error, {place, target, choice, outer});
    } finally {
      done();
      if (way !== undefined) {
        ways.delete(way);
        void way.close();
      }
    }
  }

  function refuse(place: string, reply: Reply, hide: Sent['hide']): void {
    const verdict = judge(reply);
    if (verdict.kind === 'taken') return;
    const why = verdict.why === '' ? '' : ` (${safeText(hide(verdict.why), 160)})`;
    const message = `${place} answered HTTP ${reply.status}${why}`;
    if (verdict.kind === 'refused')
      throw new AosError('ALERT_REFUSED', message, verdict.next === undefined ? {} : {next: verdict.next});
    const afterMs = Math.min(verdict.afterMs ?? 0, MOST_WAIT_MS);
    freeAt = Math.max(freeAt, time.monotonic() + afterMs);
    const asked = afterMs > LONGEST_WAIT_MS ? `; it asks to wait ${duration(afterMs)}` : '';
    throw new AosError('ALERT_UNREACHABLE', `${message}${asked}`);
  }

  async function failure(
    error: unknown,
    at: {place: string; target: URL; choice: ProxyChoice | null; outer: AbortSignal},
  ): Promise<AosError> {
    if (isAosError(error)) return error;
    const {place, target, choice, outer} = at;
    const fault = proxyFaultIn(error);
    if (fault !== null)
      return new AosError('ALERT_UNREACHABLE', `${place}: ${fault.message}`, {next: fault.next});
    const right = choice === null ? await rightScheme(target.href, error, outer) : null;
    if (right !== null)
      // A later attempt changes nothing.
      return new AosError('ALERT_REFUSED', `${place} ${schemeMistake(target.href)}`, {
        next: say(`Write ${right} instead of ${originOf(target.href)} in ${options.setting}.`),
      });
    // undici's own texts name host and port at most.
    return new AosError('ALERT_UNREACHABLE', `${place}: ${networkProblem(error)}`);
  }

  return {
    async send(url, body, signal, secret = '') {
      const sent: Sent = {
        target: new URL(url),
        body: body === null ? null : JSON.stringify(body),
        // Some services repeat what they were sent.
        hide: createRedactor([url, secret]),
      };
      if (waitMs() > LONGEST_WAIT_MS)
        throw new AosError(
          'ALERT_UNREACHABLE',
          `${name} at ${originOf(url)} asked not to be called for another ${duration(waitMs())}`,
        );
      if (waitMs() > 0) await time.sleep(waitMs(), signal);
      const backoff = createBackoff({firstMs: 1_000, capMs: 30_000, random});
      return retry(() => once(sent, signal), {
        time,
        signal,
        backoff: {next: () => Math.max(backoff.next(), Math.ceil(waitMs()))},
        attempts: ATTEMPTS,
        mayPass: (error) => isAosError(error, 'ALERT_UNREACHABLE') && waitMs() <= LONGEST_WAIT_MS,
      });
    },
    async close() {
      await Promise.all([...ways].map((way) => way.close()));
    },
  };
}

function open(choice: ProxyChoice | null, target: URL, timeoutMs: number): Way {
  if (choice !== null) return openProxy(choice, target, timeoutMs);
  const dispatcher = new Agent({connections: 1, connect: {timeout: timeoutMs}});
  return {dispatcher, faultOf: () => null, close: () => dispatcher.destroy()};
}

/** Redirects are not followed: a URL that is a secret goes to no other host. */
async function exchange(
  {dispatcher, faultOf}: Way,
  target: URL,
  {body, signal, now}: {body: string | null; signal: AbortSignal; now: () => number},
): Promise<Reply> {
  const authorization = basicAuth(target);
  const {statusCode, headers, ...reply} = await request(target, {
    dispatcher,
    method: body === null ? 'GET' : 'POST',
    headers: {
      'user-agent': 'aos-operator',
      ...(body === null ? {} : {'content-type': 'application/json'}),
      ...(authorization === null ? {} : {authorization}),
    },
    body,
    signal,
  });
  const text = await beginning(reply.body);
  const fault = faultOf(statusCode);
  if (fault !== null) throw fault;
  return {status: statusCode, text, retryAfterMs: retryAfterMs(headers['retry-after'], now())};
}

async function beginning(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  body.on('error', () => undefined); // it is thrown by the loop, or comes after the loop has ended
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= MAX_REPLY) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_REPLY).toString('utf8');
}
