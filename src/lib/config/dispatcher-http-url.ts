import {aosDirs} from './paths.ts';
import {findDevnet} from './devnet-file.ts';

/**
 * Returns the base URL of the dispatcher's HTTP API: the flag, else the running devnet's when its WebSocket is the
 * configured one, else the host and port of the WebSocket.
 */
export function dispatcherHttpUrl(flag: string | null, webSocketUrl: string): string {
  if (flag !== null) return flag;
  try {
    const {urls} = findDevnet(aosDirs(process.env).devnetFile);
    if (urls.dispatcher.replace(/\/ws$/, '') === webSocketUrl.replace(/\/ws$/, ''))
      return urls.dispatcherHttp;
  } catch {
    // no devnet runs here
  }
  const {protocol, host} = new URL(webSocketUrl);
  return `${protocol === 'wss:' ? 'https' : 'http'}://${host}`;
}
