import type {Socket} from 'node:net';
import type {Time} from '../../../foundation/time/time.ts';
import type {Ends} from './caller.ts';
import type {Guest} from './who-goes.ts';

/** What an open connection does, and how long it may still take for it. */
export type Connection = {
  readonly socket: Socket;
  readonly ends: Ends;
  readonly network: string | null;
  state: Guest['state'];
  /**
   * From now on it is in this state, for at most so long in all, however its bytes come: then it is closed.
   * @param ms null: as long as the work takes
   */
  is(state: Guest['state'], ms: number | null): void;
  /** Closes it now. */
  close(): void;
};

export function createConnection(
  socket: Socket,
  {ends, network, time}: {ends: Ends; network: string | null; time: Time},
): Connection {
  let stopTimer = (): void => {};
  let changes = 0;
  const connection: Connection = {
    socket,
    ends,
    network,
    state: 'new',
    is(state, ms) {
      connection.state = state;
      changes += 1;
      const before = changes;
      // After a pause of the whole process, what came meanwhile is read first.
      const afterReading = (): void => {
        if (changes === before) socket.destroy();
      };
      stopTimer();
      stopTimer =
        ms === null ? () => {} : time.after(ms, () => setImmediate(() => setImmediate(afterReading)));
    },
    close: () => socket.destroy(),
  };
  socket.once('close', () => stopTimer());
  return connection;
}
