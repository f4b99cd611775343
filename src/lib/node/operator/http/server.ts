import type {Socket} from 'node:net';
import type {ListenAddress} from '../../../config/config.ts';
import {errorText} from '../../../foundation/errors/error.ts';
import {isLoopbackAddress} from '../../../foundation/system/ip-address.ts';
import {createDoors, type Door} from './doors.ts';
import {listen} from './listener.ts';
import type {ServerHandlers, ServerOptions} from './options.ts';

export type OperatorServer = {
  /** Where `/ping` answers, with the real port. */
  publicUrl: string;
  /** Where workers call back. */
  callbackUrl: string;
  close(): Promise<void>;
};

/** How often it is looked whether the system could give another connection. */
const LOOK_EVERY_MS = 5_000;

/**
 * The operator's own HTTP server (docs/protocol.md#http-server-of-the-operator): `/ping` for the online detection;
 * callbacks and worker routes only over loopback, or on a listener of their own.
 * @throws AosError PORT_IN_USE | LISTEN_FAILED
 */
export async function startOperatorServer(
  options: ServerOptions,
  handlers: ServerHandlers,
): Promise<OperatorServer> {
  const {callbacks, files, time} = options;
  const doors = createDoors(options, handlers);
  const onFailure = (error: Error): void =>
    handlers.onRefused({why: 'not-accepted', from: null, words: errorText(error)});
  let stopLooking = (): void => {};
  const look = (): void => {
    const lack = files.lack();
    if (lack !== null) handlers.onRefused({why: 'not-accepted', from: null, words: lack});
    stopLooking = time.after(LOOK_EVERY_MS, look);
  };
  const main = await listen(options.listen, {
    setting: 'net.rest_url',
    // A remote peer cannot reach a loopback address, so the address that a connection ends at says which door it is.
    onSocket: (socket) =>
      doors.enter(socket, (local) => (isLoopbackAddress(local) ? doors.loopback : doors.outside)),
    onFailure,
  });
  look();
  const listeners = [main];
  const close = async (): Promise<void> => {
    stopLooking();
    const ended = Promise.all(listeners.map((listener) => listener.close()));
    doors.close();
    await ended;
  };
  const also = async (address: ListenAddress, setting: string, door: Door): Promise<string> => {
    const onSocket = (socket: Socket): void => doors.enter(socket, () => door);
    const listener = await listen(address, {setting, onSocket, onFailure});
    listeners.push(listener);
    return listener.url;
  };
  try {
    const callbackUrl =
      callbacks === null ? main.url : await also(callbacks, 'workers.callback_listen', doors.own);
    const tee = teeListener(options);
    if (tee !== null) await also(tee, 'workers.tee.callback_port', doors.tee);
    return {publicUrl: main.url, callbackUrl, close};
  } catch (error) {
    await close();
    throw error;
  }
}

/** A port of its own for the callbacks of tee workers; null: none is needed, since another one takes them. */
function teeListener({listen: main, callbacks, teePort}: ServerOptions): ListenAddress | null {
  if (teePort === null) return null;
  const takes = ({host, port}: ListenAddress): boolean =>
    port === teePort && (EVERYWHERE.has(host) || host === LOOPBACK);
  return takes(main) || (callbacks !== null && takes(callbacks)) ? null : {host: LOOPBACK, port: teePort};
}

/** Where the published tee worker sends its answers, whatever it is asked. */
const LOOPBACK = '127.0.0.1';
const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '::']);
