import {request} from 'undici';
import {proxyText, type ProxyChoice} from '../../foundation/system/proxy-choice.ts';
import {basicAuth} from './basic-auth.ts';
import {isOfGateway, openProxy, proxyFaultIn} from './proxy-agent.ts';

/** Of an answer only the head matters. */
const MOST = 64 * 1024;

/** The head of an answer, and the wall-clock times around it. */
type ProxiedHead = {
  status: number;
  date: string | undefined;
  age: string | undefined;
  /** Unix ms. */
  sentAt: number;
  /** Unix ms: when the head was there. */
  receivedAt: number;
};

/** One peer behind a proxy, over a connection that is kept. */
export type HeadReader = {
  request(signal: AbortSignal): Promise<ProxiedHead>;
  close(): void;
};

/**
 * Opens a reader of heads: POST with a body, GET without one. The proxy's own refusal is a fault.
 * @param now wall clock, ms
 * @throws ProxyFault for a variable that cannot be used
 */
export function openHeadReader(
  {url, body}: {url: string; body?: string | undefined},
  choice: ProxyChoice,
  now: () => number,
  timeoutMs: number,
): HeadReader {
  const target = new URL(url);
  const authorization = basicAuth(target);
  target.username = '';
  target.password = '';
  const way = openProxy(choice, target, timeoutMs);
  const headers = {
    ...(body === undefined ? {} : {'content-type': 'application/json'}),
    ...(authorization === null ? {} : {authorization}),
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
        if (isOfGateway(answer.statusCode))
          throw new Error(`HTTP ${answer.statusCode} through the proxy of ${proxyText(choice)}`);
        const {date, age} = answer.headers;
        return {
          status: answer.statusCode,
          date: textOf(date),
          age: textOf(age),
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
