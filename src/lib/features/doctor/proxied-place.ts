import {request} from 'undici';
import type {ProxyChoice} from '../../foundation/system/proxy-choice.ts';
import {openProxy, proxyFaultIn} from '../../peers/http/proxy-agent.ts';
import {dateIn, type HttpPlace} from './http.ts';

/** Of an answer only the head matters. */
const MOST = 64 * 1024;

/**
 * As `httpPlace`, through a proxy; the proxy's own refusal is a fault.
 * @param now wall clock, ms
 * @throws ProxyFault for a variable that cannot be used
 */
export function proxiedPlace(
  {url, body}: {url: string; body?: string | undefined},
  choice: ProxyChoice,
  now: () => number,
  timeoutMs: number,
): HttpPlace {
  const target = new URL(url);
  const {username, password} = target;
  target.username = '';
  target.password = '';
  const way = openProxy(choice, target, timeoutMs);
  const headers = {
    ...(body === undefined ? {} : {'content-type': 'application/json'}),
    // undici leaves out what a URL names before the host.
    ...(username === '' && password === '' ? {} : {authorization: basic(username, password)}),
  };
  const method = body === undefined ? 'GET' : 'POST';
  return {
    close: () => void way.close(),
    async request(signal) {
      const sentAt = now();
      try {
        const {dispatcher} = way;
        const answer = await request(target, {dispatcher, method, headers, body: body ?? null, signal});
        const receivedAt = now();
        await answer.body.dump({limit: MOST, signal});
        const fault = way.faultOf(answer.statusCode);
        if (fault !== null) throw fault;
        const {date, age} = answer.headers;
        return {
          status: answer.statusCode,
          date: dateIn({date: textOf(date), age: textOf(age)}),
          sentAt,
          receivedAt,
        };
      } catch (error) {
        signal.throwIfAborted();
        throw proxyFaultIn(error) ?? error;
      }
    },
  };
}

function textOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function basic(username: string, password: string): string {
  const text = [username, password].map((part) => decodeURIComponent(part)).join(':');
  return `Basic ${Buffer.from(text).toString('base64')}`;
}
