import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {inRanges, ipAddress, ipRange, networkOf} from '../../../foundation/system/ip-address.ts';
import {callerOf} from './caller.ts';
import {readHead, type Head, type NoHead} from './head.ts';
import {createConnection, type Connection} from './connection.ts';
import {hostName, whyOutside, type InnerHosts} from './inner-access.ts';
import {createPlaces, type Places} from './places.ts';
import {answerAndEnd, refuseAndEnd, sendRefusal} from './reply.ts';
import {createRequestLimit} from './request-limit.ts';
import type {ServerHandlers, ServerOptions} from './options.ts';
import {createWorkerRoutes, isWorkerRoute, TEE_CALLBACK} from './worker-routes.ts';

/** The connections of one way in, and what may be asked there. */
export type Door = {
  places: Places;
  /** Who may use the routes of workers. */
  innerHosts: InnerHosts;
  /** Whether a route of workers is served here. */
  serves: (path: string) => boolean;
  /** The network asks `/ping` here. */
  isForNetwork: boolean;
};

/** The ways in, each with places of its own; callbacks have others, so that none of them can take those of another. */
export type Doors = {
  outside: Door;
  loopback: Door;
  /** Of `workers.callback_listen`. */
  own: Door;
  /** Of `workers.tee.callback_port`. */
  tee: Door;
  /** Takes a connection. @param doorOf which door an address of this machine is, as `ipAddress` spells it */
  enter(socket: Socket, doorOf: (local: string) => Door): void;
  /** Closes every connection. */
  close(): void;
};

/** Connections that wait for their request: most that stay, and of one address. */
const MOST_WAITING = 256;
const EACH_WAITING = 32;
/** Most that wait between two looks. */
const AT_ONCE = 1_024;
/** Each kind of connection has at most this part of the files that the process may open. */
const PART_OF_FILES = 8;
const LEAST_AT_ONCE = 32;
/** Connections of workers whose callback comes or is stored. */
const MOST_CALLBACKS = 64;
/** How long a request may take to come, in all: its head, and the body of a callback. */
const HEAD_MS = 3_000;
const BODY_MS = 60_000;
/** How long an answer may take to be read. */
const ANSWER_MS = 3_000;

export function createDoors(options: ServerOptions, handlers: ServerHandlers): Doors {
  const {time} = options;
  const isTrusted = inRanges(options.trustedProxies.flatMap((text) => ipRange(text) ?? []));
  const mayAsk = createRequestLimit(time);
  const routes = createWorkerRoutes(handlers, time);
  const answering = placesFor(options, handlers, {most: MOST_CALLBACKS, each: MOST_CALLBACKS});
  const door = (innerHosts: InnerHosts, serves: Door['serves'], isForNetwork: boolean): Door => ({
    places: placesFor(options, handlers, {most: MOST_WAITING, each: EACH_WAITING}),
    innerHosts,
    serves,
    isForNetwork,
  });
  const here: InnerHosts = {kind: 'loopback'};
  const outside = door(here, () => false, true);
  const loopback = door(here, servedAtLoopback(options), true);
  const own = door({kind: 'own', names: [hostName(new URL(options.callbackUrl).host)]}, isWorkerRoute, false);
  const tee = door(here, isTee, false);
  /** Connections of workers, which Node's own server reads: it does not listen itself. */
  const workers = new WeakMap<Socket, {connection: Connection; at: Door}>();
  const http = createServer((request, response) => {
    const worker = workers.get(request.socket);
    if (worker === undefined) return;
    const {connection, at} = worker;
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const why = whyOutside(request.headers, at.innerHosts);
    if (why === null && request.method === 'POST' && at.serves(path))
      answerWorker(path, connection, request, response);
    else {
      workers.delete(request.socket);
      connection.is('working', ANSWER_MS);
      sendRefusal(response, why === null ? 404 : 403, why ?? 'not found');
      if (why !== null) handlers.onRefused({why: 'outside', from: connection.ends.remote, words: why});
    }
  });

  function answerWorker(
    path: string,
    connection: Connection,
    request: IncomingMessage,
    response: ServerResponse,
  ): void {
    connection.is('reading', BODY_MS);
    request.once('end', () => {
      if (connection.state === 'reading') connection.is('working', null);
    });
    response.once('finish', () => connection.is('working', ANSWER_MS));
    void routes(path, request, response);
  }

  function answer(connection: Connection, at: Door, head: Head | NoHead, bytes: Buffer): void {
    const {socket} = connection;
    if (typeof head === 'object' && head.method === 'POST' && at.serves(head.path)) {
      const why = whyOutside(head.headers, at.innerHosts);
      if (why === null) handOver(connection, at, bytes);
      else {
        connection.is('working', ANSWER_MS);
        refuseAndEnd(socket, 403, `for workers alone: ${why}`);
        handlers.onRefused({why: 'outside', from: connection.ends.remote, words: why});
      }
      return;
    }
    connection.is('working', ANSWER_MS);
    if (head === 'too-long') refuseAndEnd(socket, 431, 'the head is too long');
    else if (head === 'no-http') refuseAndEnd(socket, 400, 'this is no HTTP/1.1');
    else if (head.path === '/ping' && (head.method === 'GET' || head.method === 'HEAD'))
      answerPing(connection, at, head);
    else refuseAndEnd(socket, 404, 'not found');
  }

  function answerPing({socket, ends}: Connection, at: Door, {method, headers}: Head): void {
    const caller = callerOf(headers, ends, isTrusted);
    if (isTrusted(ends.remote) && caller.address !== null && !mayAsk(networkOf(caller.address))) {
      refuseAndEnd(socket, 429, 'too many requests');
      handlers.onRefused({why: 'too-often', from: caller.address, words: ''});
      return;
    }
    answerAndEnd(socket, 200, {body: 'pong', type: 'text/plain; charset=utf-8', hasBody: method === 'GET'});
    if (at.isForNetwork) handlers.onProbe(caller);
  }

  /** A worker calls: Node's server reads its requests, from the first byte on. */
  function handOver(connection: Connection, at: Door, bytes: Buffer): void {
    const {socket} = connection;
    at.places.leave(connection);
    connection.is('reading', BODY_MS);
    answering.enter(connection);
    workers.set(socket, {connection, at});
    socket.unshift(bytes);
    http.emit('connection', socket);
    socket.resume();
  }

  return {
    outside,
    loopback,
    own,
    tee,
    enter(socket, doorOf) {
      const remote = ipAddress(socket.remoteAddress ?? '');
      const local = ipAddress(socket.localAddress ?? '');
      // It has hung up already.
      if (remote === null || local === null) {
        socket.destroy();
        return;
      }
      const at = doorOf(local);
      const network = isTrusted(remote) ? null : networkOf(remote);
      const connection = createConnection(socket, {ends: {remote, local}, network, time});
      connection.is('new', HEAD_MS);
      socket.on('error', () => socket.destroy()); // a reset: it is counted nowhere, its place is free
      at.places.enter(connection);
      readHead(socket, (head, bytes) => answer(connection, at, head, bytes));
    },
    close() {
      for (const places of [outside.places, loopback.places, own.places, tee.places, answering])
        places.closeAll();
    },
  };
}

const isTee = (path: string): boolean => path === TEE_CALLBACK;

/** With an address of their own workers call there, but for the one kind that knows no other than this. */
function servedAtLoopback({callbacks, teePort, listen}: ServerOptions): Door['serves'] {
  if (callbacks === null) return isWorkerRoute;
  return teePort === listen.port ? isTee : () => false;
}

/** Places that together leave most of the files that this process may open to other things. */
function placesFor(
  {files, time}: ServerOptions,
  {onRefused}: ServerHandlers,
  {most, each}: {most: number; each: number},
): Places {
  const atOnce = Math.max(LEAST_AT_ONCE, Math.min(AT_ONCE, Math.floor(files.limit / PART_OF_FILES)));
  return createPlaces({
    most: Math.min(most, atOnce),
    each: Math.min(each, atOnce),
    atOnce,
    time,
    onClosed: ({ends}) => onRefused({why: 'crowded', from: ends.remote, words: ''}),
  });
}
