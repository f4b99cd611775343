import {Readable} from 'node:stream';
import {fetch, Headers, request, Response, type Dispatcher, type RequestInit} from 'undici';
import {AosError} from '../../../foundation/errors/error.ts';
import {say, type NextStep} from '../../../foundation/next-step/next-step.ts';
import {proxyFor, type ProxyChoice} from '../../../foundation/system/proxy-choice.ts';
import {originOf, PLAIN_REFUSED, rightScheme, schemeMistake} from '../../http/other-scheme.ts';
import type {ProxiedPeer} from '../../http/proxy-agent.ts';

/** fetch of one endpoint, with the way to it in place. */
export type RpcFetch = (init: RequestInit) => Promise<Response>;

type Place = {
  /** Without user and password. */
  address: string;
  /** The host, for messages. */
  endpoint: string;
  /** Limit of a request; null: the signal has it. */
  timeoutMs: number | null;
};

/** The limit of a request where the caller's signal has it. */
const USUAL_MS = 10_000;
const BAD_REQUEST = 400;
/** The statuses that have no body. */
const EMPTY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Creates the fetch of one JSON-RPC endpoint: through the proxy that the environment names for it, else direct. It throws
 * AosError CHAIN_UNREACHABLE where the proxy is to blame, or the scheme of the URL; anything else as fetch does.
 */
export function createRpcFetch(place: Place, env = process.env): RpcFetch {
  const target = new URL(place.address);
  const choice = proxyFor(target, env);
  return choice === null ? direct(place) : proxied(place, target, choice);
}

function direct({address, endpoint}: Place): RpcFetch {
  const faultOf = async (error: unknown, signal: AbortSignal | undefined): Promise<AosError | null> => {
    if (signal?.aborted === true) return null;
    const right = await rightScheme(address, error, signal);
    return right === null
      ? null
      : failure(
          `${endpoint} ${schemeMistake(address)}`,
          say(
            `Write ${right} instead of ${originOf(address)} where the RPC is named: chain.chain_rpc_url, chain.rpc_urls, --rpc-url or ETH_RPC_URL.`,
          ),
        );
  };
  return async (init) => {
    const signal = init.signal ?? undefined;
    let response: Response;
    try {
      response = await fetch(address, init);
    } catch (error) {
      throw (await faultOf(error, signal)) ?? error;
    }
    if (response.status !== BAD_REQUEST || !address.startsWith('http:') || isJson(response)) return response;
    // nginx and Go answer a plain request on their TLS port.
    const fault = await faultOf(PLAIN_REFUSED, signal);
    if (fault === null) return response;
    void response.body?.cancel().catch(() => undefined);
    throw fault;
  };
}

const isJson = ({headers}: Response): boolean => headers.get('content-type')?.includes('json') === true;

function proxied({endpoint, timeoutMs}: Place, target: URL, choice: ProxyChoice): RpcFetch {
  let opened: ProxiedPeer | undefined;
  return async (init) => {
    // Loaded only where a proxy is used.
    const {openProxy, proxyFaultIn} = await import('../../http/proxy-agent.ts');
    try {
      opened ??= openProxy(choice, target, timeoutMs ?? USUAL_MS);
      // Not fetch, which hides an answer of 407.
      const answer = await request(target, {
        method: 'POST',
        dispatcher: opened.dispatcher,
        headers: Object.fromEntries(new Headers(init.headers)),
        body: typeof init.body === 'string' ? init.body : null,
        signal: init.signal ?? null,
      });
      // A body that is not read to its end is aborted, which is an error of the stream alone.
      answer.body.on('error', () => undefined);
      const fault = opened.faultOf(answer.statusCode);
      if (fault === null) return responseOf(answer);
      answer.body.destroy();
      throw fault;
    } catch (error) {
      const fault = proxyFaultIn(error);
      if (fault === null) throw error;
      throw failure(`${endpoint}: ${fault.message}`, fault.next);
    }
  };
}

function responseOf({statusCode, headers, body}: Dispatcher.ResponseData): Response {
  const fields = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
  return new Response(EMPTY.has(statusCode) ? null : Readable.toWeb(body), {
    status: statusCode,
    headers: fields,
  });
}

function failure(message: string, next: NextStep): AosError {
  return new AosError('CHAIN_UNREACHABLE', message, {next});
}
