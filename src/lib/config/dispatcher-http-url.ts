import {aosDirs} from './paths.ts';
import type {DevnetFile} from './devnet-file.ts';
import {runningDevnets} from './running-devnets.ts';

/**
 * Returns the base URL of the dispatcher's HTTP API: the flag, else that of a running devnet whose WebSocket is the
 * configured one, else the host and port of the WebSocket.
 */
export function dispatcherHttpUrl(flag: string | null, webSocketUrl: string): string {
  if (flag !== null) return flag;
  const bare = (url: string): string => url.replace(/\/ws$/, '');
  const ours = devnets().find(({urls}) => bare(urls.dispatcher) === bare(webSocketUrl));
  if (ours !== undefined) return ours.urls.dispatcherHttp;
  const {protocol, host} = new URL(webSocketUrl);
  return `${protocol === 'wss:' ? 'https' : 'http'}://${host}`;
}

function devnets(): DevnetFile[] {
  try {
    return runningDevnets(aosDirs(process.env));
  } catch {
    return []; // this user has no directory for one
  }
}
