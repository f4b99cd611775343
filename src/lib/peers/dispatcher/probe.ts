import WebSocket from 'ws';
import {abortable} from '../../foundation/async/abort.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';

/**
 * Probes a WebSocket: opens it and closes it without a message. A running operator is not disturbed, because the
 * dispatcher counts an operator only after its `connect`.
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
      // Does not wait for the close handshake.
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
