import WebSocket from 'ws';
import {AosError, errorText} from '../../foundation/errors/error.ts';

/**
 * Opens a WebSocket and closes it again without a word: the dispatcher counts an operator from its `connect` on, so a
 * running one is not disturbed.
 * @throws AosError DISPATCHER_UNREACHABLE, or the signal's reason
 */
export function knock(url: string, signal: AbortSignal): Promise<void> {
  const {host} = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {perMessageDeflate: false, followRedirects: false});
    const onAbort = (): void => {
      reject(signal.reason as Error);
      socket.terminate();
    };
    const end = (): void => signal.removeEventListener('abort', onAbort);
    const refuse = (why: string): void => {
      end();
      reject(new AosError('DISPATCHER_UNREACHABLE', `${host}: ${why}`));
    };
    signal.addEventListener('abort', onAbort, {once: true});
    socket.on('open', () => {
      end();
      resolve();
      socket.close(1000);
      // The close handshake of a peer that does not answer is not waited for.
      socket.terminate();
    });
    socket.on('error', (error) => refuse(errorText(error)));
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      refuse(`HTTP ${response.statusCode ?? 0} instead of a WebSocket`);
    });
    if (signal.aborted) onAbort();
  });
}
