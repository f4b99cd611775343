import {request} from 'undici';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {proxyFor, proxyText} from '../../foundation/system/proxy-choice.ts';
import {deadline} from '../../foundation/system/system-time.ts';
import {networkProblem} from './network-code.ts';
import type {ProxiedPeer} from './proxy-agent.ts';
import {connectFailure} from './try-connect.ts';

/** How a host was reached, or why it was not. */
type Reach = {
  /** The proxy that leads there, for people; null: none does. */
  via: string | null;
  /** Why it is not reached; null: it is. */
  why: string | null;
  /** What to do about a proxy; null: the proxy is not to blame. */
  next: NextStep | null;
};

type Limits = {limitMs: number; signal: AbortSignal; env?: Readonly<Record<string, string | undefined>>};

/**
 * Tries the way to the host of a URL as requests take it: a connection, or, where a proxy leads there, HEAD of `/` through it.
 * Nothing of the path is sent, which may be secret.
 */
export async function reach(url: string, {limitMs, signal, env = process.env}: Limits): Promise<Reach> {
  const target = new URL(url);
  const choice = proxyFor(target, env);
  if (choice === null) return {via: null, why: await connectFailure(url, limitMs, signal), next: null};
  const via = proxyText(choice);
  const {openProxy, proxyFaultIn, isOfGateway} = await import('./proxy-agent.ts');
  const limit = deadline(signal, limitMs);
  let way: ProxiedPeer | undefined;
  try {
    way = openProxy(choice, target, limitMs);
    const {dispatcher} = way;
    const {statusCode, body} = await request(`${target.origin}/`, {
      method: 'HEAD',
      dispatcher,
      signal: limit.signal,
    });
    await body.dump();
    const fault = way.faultOf(statusCode);
    if (fault !== null) throw fault;
    return {
      via,
      why: isOfGateway(statusCode) ? `HTTP ${statusCode} through the proxy of ${via}` : null,
      next: null,
    };
  } catch (error) {
    const fault = proxyFaultIn(error);
    if (fault !== null) return {via, why: fault.message, next: fault.next};
    const why = limit.signal.aborted ? `no answer within ${limitMs / 1000} s` : networkProblem(error);
    return {via, why: `${why}, through the proxy of ${via}`, next: null};
  } finally {
    limit.done();
    void way?.close();
  }
}
