import type {Time} from '../../../foundation/time/time.ts';
import type {Connection} from './connection.ts';
import {whoGoes, type Room} from './who-goes.ts';

/** The open connections of one kind, with a limit of their own. */
export type Places = {
  /** It comes in; when there are too many, others are closed, never this one. */
  enter(connection: Connection): void;
  /** It belongs elsewhere now. */
  leave(connection: Connection): void;
  closeAll(): void;
};

export type PlacesOptions = Room & {
  /** Never more than this, also between two looks. */
  atOnce: number;
  time: Time;
  /** A connection was closed so that the others fit. */
  onClosed: (connection: Connection) => void;
};

/**
 * Those above the limit are closed so often, and so many of them: a host that opens them again at once is slowed down, and a
 * thousand that come back together would hold the event loop.
 */
const LOOK_EVERY_MS = 50;
const CLOSED_AT_ONCE = 32;

export function createPlaces(options: PlacesOptions): Places {
  const {atOnce, time, onClosed} = options;
  /** The oldest first. */
  const open = new Set<Connection>();
  /** Set while a look is due. */
  let cancelLook: (() => void) | undefined;
  const settle = createSettling();

  function look(room: Room): void {
    const tooMany = whoGoes([...open], room);
    for (const connection of tooMany.slice(0, CLOSED_AT_ONCE)) {
      open.delete(connection);
      connection.close();
      onClosed(connection);
    }
    if (tooMany.length > CLOSED_AT_ONCE) lookLater();
  }

  function lookLater(): void {
    cancelLook ??= time.after(LOOK_EVERY_MS, () => {
      cancelLook = undefined;
      look(options);
    });
  }

  function isCrowded({network}: Connection): boolean {
    if (open.size > options.most) return true;
    if (network === null || open.size <= options.each) return false;
    let count = 0;
    for (const other of open) if (other.network === network) count += 1;
    return count > options.each;
  }

  return {
    enter(connection) {
      // The next request of a connection that is kept.
      if (open.has(connection)) return;
      open.add(connection);
      connection.socket.once('close', () => open.delete(connection));
      if (connection.state === 'new') settle(connection);
      if (open.size > atOnce) {
        look(options);
        // All of them are too new, or at work: the oldest makes room all the same.
        if (open.size > atOnce) closeFirst();
      } else if (cancelLook === undefined && isCrowded(connection)) lookLater();
    },
    leave: (connection) => open.delete(connection),
    closeAll() {
      cancelLook?.();
      for (const connection of open) connection.close();
    },
  };

  function closeFirst(): void {
    const [first] = open;
    if (first === undefined) return;
    open.delete(first);
    first.close();
    onClosed(first);
  }
}

/**
 * Returns what makes new connections idle after two turns of the event loop: in the first the system begins to read them,
 * in the second what they sent at once has been read.
 */
function createSettling(): (connection: Connection) => void {
  let fresh: Connection[] = [];
  let older: Connection[] = [];
  let isTurning = false;
  function turn(): void {
    for (const connection of older) if (connection.state === 'new') connection.state = 'idle';
    older = fresh;
    fresh = [];
    isTurning = older.length > 0;
    if (isTurning) setImmediate(turn);
  }
  return (connection) => {
    fresh.push(connection);
    if (isTurning) return;
    isTurning = true;
    setImmediate(turn);
  };
}
