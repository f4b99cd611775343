import WebSocket from 'ws';
import {abortable} from '../../foundation/async/abort.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';

/**
 * Opens a WebSocket and closes it again without a word: the dispatcher counts an operator from its `connect` on, so a
 * running one is not disturbed.
 * @throws AosError DISPATCHER_UNREACHABLE, or the signal's reason
 */
export function probeWebSocket(url: string, signal: AbortSignal): Promise<void> {
  const {host} = new URL(url);
  return abortable<undefined>(signal, (resolve, reject) => {
    const socket = new WebSocket(url, {perMessageDeflate: false, followRedirects: false});
    const refuse = (why: string): void => reject(new AosError('DISPATCHER_UNREACHABLE', `${host}: ${why}`));
    socket.on('open', () => {
      resolve(undefined);
      socket.close(1000);
      // The close handshake of a peer that does not answer is not waited for.
      socket.terminate();
    });
    socket.on('error', (error) => refuse(errorText(error)));
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      refuse(`HTTP ${response.statusCode ?? 0} instead of a WebSocket`);
    });
    return (isAborted) => {
      if (isAborted) socket.terminate();
    };
  });
}
