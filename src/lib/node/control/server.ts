import {chmodSync, lstatSync, rmSync} from 'node:fs';
import {connect, createServer, type Server, type Socket} from 'node:net';
import {dirname, join} from 'node:path';
import {socketBeside} from '../../config/control-paths.ts';
import {CONTROL_PROTOCOL, helloLine, historyLine, snapshotLine, type ControlHello} from './wire.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {eventLine} from '../events/lines.ts';
import type {Time} from '../../foundation/time/time.ts';
import {makeDirectory} from '../../foundation/system/make-directory.ts';
import type {OperatorEvent} from '../events/events.ts';
import {createHistory} from './history.ts';
import {forgetPointer, writePointer} from './pointer.ts';
import {mistrustOfDir} from './trust.ts';
import {createReader, whoMakesRoom, type CarryOut, type Reader} from './reader.ts';
import {emptyView, reduceView, type OperatorView} from '../events/view.ts';

export type ControlOptions = {
  /** The directory of the socket; created with mode 0700 when it is missing. */
  dir: string;
  /** The socket's name in it. */
  file: string;
  /**
   * The directory of the journal: the socket is there too, where that is possible, and a pointer to it, so that every user
   * who may read the journal finds it whatever the environment of both sides is.
   */
  beside?: {dir: string; id: string};
  hello: Omit<ControlHello, 'protocol' | 'journal'>;
  time: Time;
  /** Carries out what the operator does for a client; null: there is no such command. */
  carryOut?: CarryOut;
};

/** The operator's local control socket: up to {@link MOST_READERS} readers, none of which can delay the loop. */
export type Control = {
  /** One of its sockets. */
  path: string;
  /** Sends an event to every reader. Never throws, never waits. */
  publish(event: OperatorEvent): void;
  /** What the operator is doing, after the last event. */
  view(): OperatorView;
  close(): Promise<void>;
};

/** When more come, those that have been idle the longest make room. */
const MOST_READERS = 32;
/** Sockets that wait for their greeting. */
const MOST_NEW = 256;
/** How long clients may read the last lines when the operator ends, or when they make room. */
const LINGER_MS = 500;

/**
 * Opens the sockets with mode 0600 in directories of mode 0700; one of them is enough. Replaces the socket of a dead process,
 * never one that answers.
 * @throws AosError CONTROL_UNAVAILABLE when there can be none
 */
export async function startControl(options: ControlOptions): Promise<Control> {
  const {dir, file, beside, hello, time, carryOut = () => null} = options;
  const readers = new Set<Reader>();
  /** The oldest first. */
  const fresh = new Set<Socket>();
  const history = createHistory();
  let view = emptyView;
  let isGreeting = false;
  /** A greeting costs a millisecond, and a flood has thousands of sockets: it is made once for each state of the view. */
  let greeting = {seq: -1, text: ''};
  const near = beside === undefined ? null : socketBeside(beside.dir);
  const paths = [...(near === null ? [] : [near]), join(dir, file)];
  // Where no pointer can be written, the greeting has no id: a client would look for it in vain.
  const isNamed = beside !== undefined && pointTo(paths[0] ?? '', beside);
  const journal = isNamed ? beside.id : null;
  const hi = helloLine({protocol: CONTROL_PROTOCOL, journal, ...hello});

  function greet(): void {
    isGreeting = false;
    if (fresh.size === 0) return;
    if (greeting.seq !== view.seq)
      greeting = {
        seq: view.seq,
        text: [hi, snapshotLine(view), historyLine(history.lines())].join('\n'),
      };
    for (const socket of fresh) {
      fresh.delete(socket);
      const reader = createReader(socket, {view: () => view, carryOut, time});
      readers.add(reader);
      socket.on('close', () => readers.delete(reader));
      reader.line(greeting.text);
    }
    for (const reader of whoMakesRoom([...readers], MOST_READERS)) {
      readers.delete(reader);
      reader.makeRoom(LINGER_MS);
    }
  }

  const onSocket = (socket: Socket): void => {
    fresh.add(socket);
    socket.on('close', () => fresh.delete(socket));
    socket.on('error', () => socket.destroy()); // it went away; a reader hears it too
    const [oldest] = fresh;
    if (fresh.size > MOST_NEW) oldest?.destroy();
    if (isGreeting) return;
    isGreeting = true;
    setImmediate(greet);
  };
  const {path, servers} = await listenIn(paths, onSocket).catch((error: unknown) => {
    if (beside !== undefined) forgetPointer(beside.dir, beside.id);
    throw error;
  });
  if (beside !== undefined && journal !== null && path !== paths[0]) pointTo(path, beside);

  return {
    path,
    publish(event) {
      view = reduceView(view, event);
      history.push(event);
      if (readers.size === 0) return;
      const line = eventLine(event);
      for (const reader of readers) reader.event(line);
    },
    view: () => view,
    async close() {
      if (beside !== undefined) forgetPointer(beside.dir, beside.id);
      const closed = Promise.all(
        servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))),
      );
      for (const socket of fresh) socket.destroy();
      for (const reader of readers) reader.end();
      const cancel = time.after(LINGER_MS, () => readers.forEach((reader) => reader.destroy()));
      await closed;
      cancel();
    },
  };
}

/** Listens at each of the paths where that is possible. @throws AosError CONTROL_UNAVAILABLE when it is at none */
async function listenIn(
  paths: readonly string[],
  onSocket: (socket: Socket) => void,
): Promise<{path: string; servers: Server[]}> {
  const open: {path: string; server: Server}[] = [];
  let refused: unknown;
  for (const path of paths) {
    try {
      privateDir(dirname(path));
      const server = createServer(onSocket);
      await listen(server, path);
      // The directory keeps other users out; the mode of the socket still protects it when the directory's mode changes.
      chmodSync(path, 0o600);
      server.on('error', () => {}); // an accept failed, for lack of file descriptors for example: the open connections remain
      open.push({path, server});
    } catch (error) {
      refused = error;
    }
  }
  const [first] = open;
  if (first === undefined) throw refused;
  return {path: first.path, servers: open.map(({server}) => server)};
}

/** Returns false where it cannot be written: the socket is found by its usual places alone then. */
function pointTo(socket: string, {dir, id}: {dir: string; id: string}): boolean {
  try {
    writePointer(dir, {socket, id});
    return true;
  } catch {
    return false; // a full disk: the journal reports it
  }
}

/** @throws AosError CONTROL_UNAVAILABLE when the directory is not this user's alone */
function privateDir(dir: string): void {
  try {
    const uids = [process.getuid?.() ?? 0];
    makeDirectory(dir, 0o700);
    // Below /tmp another user may have created it first.
    const stat = lstatSync(dir);
    if (stat.isDirectory() && uids.includes(stat.uid)) chmodSync(dir, 0o700);
    const why = mistrustOfDir(dir, uids);
    if (why !== null) throw new Error(why);
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
