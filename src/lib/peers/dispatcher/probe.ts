import WebSocket from 'ws';
import {abortable} from '../../foundation/async/abort.ts';
import {AosError, isAosError} from '../../foundation/errors/error.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import type {Time} from '../../foundation/time/time.ts';
import {networkProblem} from '../http/network-code.ts';
import {createSchemeLook, PLAIN_REFUSED} from '../http/other-scheme.ts';
import {closeRefusal, httpRefusal, refusalText, type Refusal} from './refusal.ts';

/** How long an open socket is watched: a dispatcher that refuses this address closes it at once. */
const WATCH_MS = 300;

/**
 * Probes a WebSocket: opens it, and closes it without a message when the dispatcher has not closed it by then. A running
 * operator is not disturbed, because the dispatcher counts an operator only after its `connect`.
 * @throws AosError DISPATCHER_UNREACHABLE, with `details.rightUrl` where the scheme is wrong, DISPATCHER_REFUSED with the
 *   dispatcher's words, or the signal's reason
 */
export async function probeWebSocket(url: string, options: ProbeOptions): Promise<void> {
  const {signal} = options;
  try {
    await openOnce(url, options);
  } catch (error) {
    if (!isAosError(error) || signal.aborted) throw error;
    const fault = await createSchemeLook(url)(error, signal);
    signal.throwIfAborted();
    if (fault === null) throw error;
    throw new AosError('DISPATCHER_UNREACHABLE', `${new URL(url).host} ${fault.what}`, {
      cause: error,
      next: say(`Write ${fault.right} instead of ${fault.wrong} in net.dispatcher_url.`),
      details: {rightUrl: fault.right},
    });
  }
}

type ProbeOptions = {time: Pick<Time, 'after'>; signal: AbortSignal};

function openOnce(url: string, {time, signal}: ProbeOptions): Promise<void> {
  const {host} = new URL(url);
  return abortable<undefined>(signal, (resolve, reject) => {
    const socket = new WebSocket(url, {perMessageDeflate: false, followRedirects: false});
    let stopWatching = (): void => {};
    const fail = (why: string, cause?: unknown): void =>
      reject(new AosError('DISPATCHER_UNREACHABLE', `${host}: ${why}`, {cause}));
    const refuse = (refusal: Refusal): void => {
      const cause = refusal.how === 'http' && refusal.code === 400 ? PLAIN_REFUSED : undefined;
      reject(new AosError('DISPATCHER_REFUSED', `${host}: ${refusalText(refusal)}`, {cause}));
    };
    socket.on('open', () => {
      stopWatching = time.after(WATCH_MS, () => resolve(undefined));
    });
    socket.on('error', (error) => fail(networkProblem(error), error));
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
