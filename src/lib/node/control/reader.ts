import type {Socket} from 'node:net';
import {readRequest, snapshotLine, viewJson, type ControlArgs} from './wire.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {jsonLine} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';
import type {OperatorView} from '../events/view.ts';

/** @param signal aborts when the client is gone */
export type CarryOut = (command: string, args: ControlArgs, signal: AbortSignal) => Promise<unknown> | null;

/** Unread bytes of one reader before its events are dropped. */
const MAX_BACKLOG = 1024 * 1024;
/** Characters of a command at most. */
const MAX_REQUEST = 16 * 1024;
/** Commands of one client that are carried out at once. */
const MAX_CARRIED = 8;

/** A client of the control socket. */
export type Reader = {
  line(line: string): void;
  /** Sends an event, or drops and counts it while the reader is behind. */
  event(line: string): void;
  /** When it last sent or took something, monotonic ms. */
  lastSeen(): number;
  /** It has not taken what was sent. */
  isStuck(): boolean;
  /** Something is carried out for it. */
  isServed(): boolean;
  /** It has to make room for another: it gets the reason, when it reads. */
  makeRoom(lingerMs: number): void;
  end(): void;
  destroy(): void;
};

/**
 * Chooses those that go so that only `most` are left: of those that nothing is carried out for, the stuck ones first, then
 * the ones not seen for longest.
 */
export function whoMakesRoom(readers: readonly Reader[], most: number): Reader[] {
  const rank = (reader: Reader): number => (reader.isServed() ? 2 : reader.isStuck() ? 0 : 1);
  const worstFirst = [...readers].sort((a, b) => rank(a) - rank(b) || a.lastSeen() - b.lastSeen());
  return worstFirst.slice(0, Math.max(0, readers.length - most));
}

export function createReader(
  socket: Socket,
  {
    view,
    carryOut,
    time,
  }: {view: () => OperatorView; carryOut: CarryOut; time: Pick<Time, 'monotonic' | 'after'>},
): Reader {
  const gone = new AbortController();
  let carrying = 0;
  let pending = '';
  let scheduled = false;
  let dropped = 0;
  let unread = '';
  let seen = time.monotonic();

  const behind = (): boolean => socket.writableLength + pending.length > MAX_BACKLOG;
  function flush(): void {
    scheduled = false;
    if (pending === '' || socket.destroyed) return;
    socket.write(pending);
    pending = '';
  }
  function line(text: string): void {
    pending += `${text}\n`;
    // All lines of one turn of the event loop share one write.
    if (!scheduled) setImmediate(flush);
    scheduled = true;
  }
  /** Sends the number of dropped events and a new snapshot when the reader has caught up. */
  function catchUp(): void {
    if (dropped === 0 || behind()) return;
    line(jsonLine({type: 'gap', dropped}));
    line(snapshotLine(view()));
    dropped = 0;
  }
  function answer(request: string): void {
    // A client that does not read gets no replies.
    if (behind()) return;
    const command = readRequest(request);
    if (command === null) line(refusal(null, 'a line must be {"id": text, "command": text}'));
    else if (command.command === 'ping')
      line(jsonLine({type: 'reply', id: command.id, result: {pong: true}}));
    else if (command.command === 'snapshot')
      line(jsonLine({type: 'reply', id: command.id, result: {seq: view().seq, view: viewJson(view())}}));
    else carry(command);
  }
  function carry({id, command, args}: {id: string; command: string; args: ControlArgs}): void {
    if (carrying >= MAX_CARRIED) {
      line(refusal(id, 'too many commands at once'));
      return;
    }
    const result = carryOut(command, args, gone.signal);
    if (result === null) {
      line(refusal(id, 'there is no such command'));
      return;
    }
    carrying += 1;
    result
      .then(
        (done) => jsonLine({type: 'reply', id, result: done}),
        (error: unknown) => refusal(id, errorText(error), isAosError(error) ? error.code : 'BUG'),
      )
      .then(
        (reply) => {
          carrying -= 1;
          if (!socket.destroyed) line(reply);
        },
        () => socket.destroy(),
      ); // what cannot be written as JSON is a bug; the client sees the end
  }

  socket.on('error', () => socket.destroy()); // the reader went away
  socket.on('close', () => gone.abort(new AosError('INTERRUPTED', 'the client is gone')));
  socket.on('drain', () => {
    seen = time.monotonic();
    catchUp();
  });
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    unread += chunk;
    seen = time.monotonic();
    const lines = unread.split('\n');
    unread = lines.pop() ?? '';
    for (const request of lines) if (request.trim() !== '') answer(request);
    if (unread.length <= MAX_REQUEST) return;
    unread = '';
    line(refusal(null, 'the line is too long'));
    flush();
    socket.destroySoon();
  });

  return {
    line,
    event(text) {
      if (dropped > 0 || behind() || text.length > MAX_BACKLOG) {
        dropped += 1;
        catchUp();
      } else line(text);
    },
    lastSeen: () => seen,
    isStuck: () => socket.writableLength > 0,
    isServed: () => carrying > 0,
    makeRoom(lingerMs) {
      line(refusal(null, 'other readers came', 'CONTROL_BUSY'));
      flush();
      endSoon(
        socket,
        time.after(lingerMs, () => socket.destroy()),
      );
    },
    end() {
      flush();
      socket.end();
    },
    destroy: () => socket.destroy(),
  };
}

/** Ends a reader; `cancel` takes the timer away that closes one that does not read. */
function endSoon(socket: Socket, cancel: () => void): void {
  socket.once('close', cancel);
  socket.end();
}

function refusal(id: string | null, message: string, code = 'CONTROL_REQUEST'): string {
  return jsonLine({type: 'reply', id, error: {code, message}});
}
