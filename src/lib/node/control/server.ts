import {chmodSync, lstatSync, rmSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {join} from 'node:path';
import {
  CONTROL_PROTOCOL,
  helloLine,
  historyLine,
  readRequest,
  snapshotLine,
  viewJson,
  type ControlArgs,
  type ControlHello,
} from './wire.ts';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import {eventLine} from '../events/lines.ts';
import {jsonLine} from '../../foundation/text/safe-text.ts';
import type {Time} from '../../foundation/time/time.ts';
import {makeDirectory} from '../../foundation/system/make-directory.ts';
import type {OperatorEvent} from '../events/events.ts';
import {createHistory} from './history.ts';
import {emptyView, reduceView, type OperatorView} from '../events/view.ts';

export type ControlOptions = {
  /** The directory of the socket; created with mode 0700 when it is missing. */
  dir: string;
  /** The socket's name in it. */
  file: string;
  hello: Omit<ControlHello, 'protocol'>;
  time: Time;
  /** Carries out what the operator does for a client; null: there is no such command. */
  carryOut?: CarryOut;
};

/** @param signal aborts when the client is gone */
export type CarryOut = (command: string, args: ControlArgs, signal: AbortSignal) => Promise<unknown> | null;

/** The operator's local control socket: up to {@link MAX_CLIENTS} readers, none of which can delay the loop. */
export type Control = {
  path: string;
  /** Sends an event to every reader. Never throws, never waits. */
  publish(event: OperatorEvent): void;
  close(): Promise<void>;
};

/** Unread bytes of one reader before its events are dropped. */
const MAX_BACKLOG = 1024 * 1024;
const MAX_CLIENTS = 32;
/** A reader that has said nothing for so long makes room for another when there are {@link MAX_CLIENTS}; `aos dash` pings. */
const QUIET_MS = 10_000;
/** Characters of a command at most. */
const MAX_REQUEST = 16 * 1024;
/** Commands of one client that are carried out at once. */
const MAX_CARRIED = 8;
/** How long clients may read the last lines when the operator ends. */
const LINGER_MS = 500;

/**
 * Opens the socket with mode 0600 in a directory of mode 0700. Replaces the socket of a dead process, never one that
 * answers.
 * @throws AosError CONTROL_UNAVAILABLE
 */
export async function startControl(options: ControlOptions): Promise<Control> {
  const {dir, file, hello, time, carryOut = () => null} = options;
  const path = join(dir, file);
  privateDir(dir);
  const clients = new Set<Client>();
  const history = createHistory();
  let view = emptyView;
  const greeting = helloLine({protocol: CONTROL_PROTOCOL, ...hello});
  const server = createServer((socket) => {
    if (clients.size >= MAX_CLIENTS && !makeRoom()) {
      socket.on('error', () => {}); // the server refuses it in any case
      socket.end(
        `${jsonLine({type: 'reply', id: null, error: {code: 'CONTROL_BUSY', message: 'too many readers'}})}\n`,
      );
      return;
    }
    const client = createClient(socket, {view: () => view, carryOut, time});
    clients.add(client);
    socket.on('close', () => clients.delete(client));
    client.line(greeting);
    client.line(snapshotLine(view));
    client.line(historyLine(history.lines()));
  });
  function makeRoom(): boolean {
    const [quietest] = [...clients].toSorted((a, b) => a.heardAt() - b.heardAt());
    if (quietest === undefined || time.monotonic() - quietest.heardAt() < QUIET_MS) return false;
    clients.delete(quietest);
    quietest.destroy();
    return true;
  }
  await listen(server, path);
  // The directory keeps other users out; the mode of the socket still protects it when the directory's mode changes.
  chmodSync(path, 0o600);
  server.on('error', () => {}); // an accept failed, for lack of file descriptors for example: the open connections remain

  return {
    path,
    publish(event) {
      view = reduceView(view, event);
      history.push(event);
      if (clients.size === 0) return;
      const line = eventLine(event);
      for (const client of clients) client.event(line);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const client of clients) client.end();
      const cancel = time.after(LINGER_MS, () => clients.forEach((client) => client.destroy()));
      await closed;
      cancel();
    },
  };
}

type Client = {
  line(line: string): void;
  /** When it connected, or sent something last; monotonic ms. */
  heardAt(): number;
  /** Sends an event, or drops and counts it while the reader is behind. */
  event(line: string): void;
  end(): void;
  destroy(): void;
};

function createClient(
  socket: Socket,
  {view, carryOut, time}: {view: () => OperatorView; carryOut: CarryOut; time: Pick<Time, 'monotonic'>},
): Client {
  const gone = new AbortController();
  let carrying = 0;
  let pending = '';
  let scheduled = false;
  let dropped = 0;
  let unread = '';
  let heardAt = time.monotonic();

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
  socket.on('drain', catchUp);
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    heardAt = time.monotonic();
    unread += chunk;
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
    heardAt: () => heardAt,
    event(text) {
      if (dropped > 0 || behind() || text.length > MAX_BACKLOG) {
        dropped += 1;
        catchUp();
      } else line(text);
    },
    end() {
      flush();
      socket.end();
    },
    destroy: () => socket.destroy(),
  };
}

function refusal(id: string | null, message: string, code = 'CONTROL_REQUEST'): string {
  return jsonLine({type: 'reply', id, error: {code, message}});
}

/** @throws AosError CONTROL_UNAVAILABLE when the directory is not this user's alone */
function privateDir(dir: string): void {
  try {
    makeDirectory(dir, 0o700);
    const stat = lstatSync(dir);
    // Below /tmp another user may have created it first.
    if (!stat.isDirectory() || stat.uid !== process.getuid?.()) throw new Error('it belongs to another user');
    chmodSync(dir, 0o700);
  } catch (error) {
    throw new AosError('CONTROL_UNAVAILABLE', `${dir} cannot hold the control socket: ${errorText(error)}`, {
      cause: error,
    });
  }
}

async function listen(server: Server, path: string): Promise<void> {
  try {
    await tryListen(server, path);
  } catch (error) {
    if (!hasCode(error, 'EADDRINUSE') || (await isAlive(path))) throw unavailable(path, error);
    try {
      if (!lstatSync(path).isSocket()) throw new Error('there is a file that is no socket');
      rmSync(path, {force: true});
      await tryListen(server, path);
    } catch (again) {
      throw unavailable(path, again);
    }
  }
}

function tryListen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Whether a process listens on the socket; the socket of a dead process refuses. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(!hasCode(error, 'ECONNREFUSED', 'ENOENT', 'ENOTSOCK')));
  });
}

function unavailable(path: string, cause: unknown): AosError {
  const why = hasCode(cause, 'EADDRINUSE') ? 'another operator answers there' : errorText(cause);
  return new AosError('CONTROL_UNAVAILABLE', `there is no control socket at ${path}: ${why}`, {cause});
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
