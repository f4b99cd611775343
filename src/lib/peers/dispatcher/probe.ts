import WebSocket from 'ws';
import {abortable} from '../../foundation/async/abort.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import type {Time} from '../../foundation/time/time.ts';
import {closeRefusal, httpRefusal, refusalText, type Refusal} from './refusal.ts';

/** How long an open socket is watched: a dispatcher that refuses this address closes it at once. */
const WATCH_MS = 300;

/**
 * Probes a WebSocket: opens it, and closes it without a message when the dispatcher has not closed it by then. A running
 * operator is not disturbed, because the dispatcher counts an operator only after its `connect`.
 * @throws AosError DISPATCHER_UNREACHABLE, DISPATCHER_REFUSED with the dispatcher's words, or the signal's reason
 */
export function probeWebSocket(
  url: string,
  {time, signal}: {time: Pick<Time, 'after'>; signal: AbortSignal},
): Promise<void> {
  const {host} = new URL(url);
  return abortable<undefined>(signal, (resolve, reject) => {
    const socket = new WebSocket(url, {perMessageDeflate: false, followRedirects: false});
    let stopWatching = (): void => {};
    const fail = (why: string): void => reject(new AosError('DISPATCHER_UNREACHABLE', `${host}: ${why}`));
    const refuse = (refusal: Refusal): void =>
      reject(new AosError('DISPATCHER_REFUSED', `${host}: ${refusalText(refusal)}`));
    socket.on('open', () => {
      stopWatching = time.after(WATCH_MS, () => resolve(undefined));
    });
    socket.on('error', (error) => fail(errorText(error)));
    socket.on('unexpected-response', (request, response) => {
      void httpRefusal(response, time).then((refusal) => {
        refuse(refusal);
        request.destroy();
      });
    });
    socket.on('close', (code, text) => {
      const refusal = closeRefusal(code, text.toString('utf8'));
      if (refusal === null) fail(`it closed the connection at once (${code})`);
      else refuse(refusal);
    });
    return () => {
      stopWatching();
      if (socket.readyState === WebSocket.OPEN) socket.close(1000);
      // Does not wait for the close handshake.
      socket.terminate();
    };
  });
}
