import {connect, type NetConnectOpts, type Socket} from 'node:net';
import {abortable, onAbort} from '../../foundation/async/abort.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {isCode, isErrorCode} from '../../foundation/errors/table.ts';
import type {OperatorView} from '../events/view.ts';
import type {Time} from '../../foundation/time/time.ts';
import {
  readControlLine,
  requireProtocol,
  type ControlCommand,
  type ControlHello,
  type ControlLine,
} from './wire.ts';

/** A line after the first snapshot; `reply` lines resolve their command instead. */
export type ControlNews = Extract<ControlLine, {type: 'snapshot' | 'history' | 'gap' | 'event'}>;

/** A connection to a running operator. */
export type ControlClient = {
  readonly hello: ControlHello;
  /** The view at the moment of connecting; the events of `follow` continue from its `seq`. */
  readonly snapshot: OperatorView;
  /**
   * Yields the lines after the snapshot in batches, until the operator ends or the client closes. Call it once.
   * @throws AosError CONTROL_BROKEN
   */
  follow(): AsyncIterable<readonly ControlNews[]>;
  /**
   * Sends a command and resolves with its result, which has to be here within `limitMs` [10 s].
   * @throws AosError CONTROL_BROKEN when the operator refuses it or is late, CONTROL_ABSENT when it ends first, or what the
   *   operator throws when it carries it out
   */
  command(
    command: ControlCommand,
    options?: {limitMs?: number; signal?: AbortSignal | undefined},
  ): Promise<unknown>;
  close(): void;
};

/** Unread lines at most; above it the client stops reading, and the server counts the events that it drops. */
const MAX_NEWS = 10_000;
/** A read of this many characters is followed by another at once, because there is more. */
const FULL_READ = 32 * 1024;
/** Limit of one command. */
const COMMAND_MS = 10_000;
/** Characters of a line at most: no event and no view is longer. */
const MAX_LINE = 4 * 1024 * 1024;

/**
 * Connects to a control socket and reads hello and snapshot.
 * @throws AosError CONTROL_ABSENT when no operator listens there, CONTROL_VERSION, CONTROL_BROKEN (also when hello and
 *   snapshot do not arrive within `timeoutMs`), or the signal's reason
 * @param options.restMs pause between two reads of events, for a client that shows them at intervals
 */
export async function connectControl(
  path: string,
  options: {timeoutMs: number; time: Time; signal?: AbortSignal; restMs?: number},
): Promise<ControlClient> {
  const {time, timeoutMs, signal} = options;
  signal?.throwIfAborted();
  // With a high-water mark of one byte, Node reads only when the client asks.
  const where: NetConnectOpts & {highWaterMark: number} = {path, highWaterMark: 1};
  const socket = connect(where);
  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      time.after(options.restMs ?? 0, resolve);
    });
  const lines = createReader(readLines(socket, options.restMs === undefined ? null : rest));
  const cancelTimer = time.after(timeoutMs, () =>
    socket.destroy(new AosError('CONTROL_BROKEN', `the operator at ${path} did not say hello in time`)),
  );
  const forgetAbort = onAbort(signal, (reason) => socket.destroy(reason as Error));
  try {
    const hello = await first(lines, 'hello');
    requireProtocol(hello.hello);
    const {view} = await first(lines, 'snapshot');
    return clientOf({socket, lines, time}, hello.hello, view);
  } catch (error) {
    socket.destroy();
    signal?.throwIfAborted();
    throw asControlError(error, path);
  } finally {
    cancelTimer();
    forgetAbort();
  }
}

type Reader = {
  /** Reads the next line; null after the last. */
  one(): Promise<ControlLine | null>;
  /** Reads the available lines, at least one; null after the last. */
  some(): Promise<readonly ControlLine[] | null>;
};

function createReader(batches: AsyncIterator<readonly ControlLine[]>): Reader {
  let rest: readonly ControlLine[] = [];
  const some = async (): Promise<readonly ControlLine[] | null> => {
    if (rest.length > 0) {
      const lines = rest;
      rest = [];
      return lines;
    }
    const next = await batches.next();
    return next.done === true ? null : next.value;
  };
  return {
    some,
    async one() {
      const lines = await some();
      rest = lines?.slice(1) ?? [];
      return lines?.[0] ?? null;
    },
  };
}

async function first<T extends ControlLine['type']>(
  lines: Reader,
  type: T,
): Promise<Extract<ControlLine, {type: T}>> {
  for (let line = await lines.one(); line !== null; line = await lines.one()) {
    if (isOf(line, type)) return line;
    if (line.type === 'reply' && line.error !== null)
      throw new AosError('CONTROL_BROKEN', line.error.message);
  }
  throw new AosError('CONTROL_BROKEN', `the operator closed the connection before it said ${type}`);
}

function isOf<T extends ControlLine['type']>(
  line: ControlLine,
  type: T,
): line is Extract<ControlLine, {type: T}> {
  return line.type === type;
}

/** What the operator found when it carried out a command, or that it does not. */
function failureOf({code, message}: {code: string; message: string}): AosError {
  return isCode(code) && isErrorCode(code)
    ? new AosError(code, message)
    : new AosError('CONTROL_BROKEN', `the operator refused the command: ${message}`);
}

type Waiting = {resolve: (result: unknown) => void; reject: (error: AosError) => void};

function clientOf(
  {socket, lines, time}: {socket: Socket; lines: Reader; time: Pick<Time, 'after'>},
  hello: ControlHello,
  snapshot: OperatorView,
): ControlClient {
  const waiting = new Map<string, Waiting>();
  const news: ControlNews[] = [];
  let wake = (): void => {};
  let proceed = (): void => {};
  let failure: unknown;
  let ended = false;
  let nextId = 1;

  const pump = async (): Promise<void> => {
    for (let some = await lines.some(); some !== null; some = await lines.some()) {
      for (const line of some)
        if (line.type === 'reply') resolveReply(line);
        else if (line.type !== 'hello') news.push(line);
      wake();
      if (news.length < MAX_NEWS) continue;
      await new Promise<void>((resolve) => {
        proceed = resolve;
      });
    }
  };
  function resolveReply({id, result, error}: Extract<ControlLine, {type: 'reply'}>): void {
    const asked = id === null ? undefined : waiting.get(id);
    if (id === null || asked === undefined) return;
    waiting.delete(id);
    if (error === null) asked.resolve(result);
    else asked.reject(failureOf(error));
  }
  void pump()
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      ended = true;
      for (const {reject} of waiting.values())
        reject(new AosError('CONTROL_ABSENT', 'the operator has ended'));
      wake();
    });

  return {
    hello,
    snapshot,
    async *follow() {
      for (;;) {
        if (news.length > 0) yield news.splice(0);
        proceed();
        if (news.length > 0) continue;
        if (ended) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (failure !== undefined) throw asControlError(failure, 'the socket');
    },
    command: (command, {limitMs = COMMAND_MS, signal} = {}) =>
      abortable(signal, (resolve, reject) => {
        const cancelLimit = time.after(limitMs, () =>
          reject(
            new AosError(
              'CONTROL_BROKEN',
              `the operator did not answer the command within ${limitMs / 1000} s`,
            ),
          ),
        );
        const id = String(nextId);
        nextId += 1;
        if (ended) reject(new AosError('CONTROL_ABSENT', 'the operator has ended'));
        else {
          waiting.set(id, {resolve, reject});
          const named = typeof command === 'string' ? {command} : command;
          socket.write(`${JSON.stringify({id, ...named})}\n`);
        }
        return () => {
          cancelLimit();
          waiting.delete(id);
        };
      }),
    close: () => {
      socket.destroy();
      proceed();
    },
  };
}

/**
 * Yields the socket's lines, one chunk at a time, without unknown types. While the caller does not read, backpressure
 * reaches the server.
 */
async function* readLines(
  socket: Socket,
  pause: (() => Promise<void>) | null,
): AsyncGenerator<readonly ControlLine[], void> {
  socket.setEncoding('utf8');
  let rest = '';
  for await (const chunk of socket) {
    rest += String(chunk);
    const lines = rest.split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE)
      throw new AosError('CONTROL_BROKEN', 'the control socket sent a line without end');
    const read: ControlLine[] = [];
    try {
      for (const line of lines) {
        const one = readControlLine(line);
        if (one !== null) read.push(one);
      }
    } finally {
      // The lines before a broken one are valid.
      if (read.length > 0) yield read;
    }
    if (pause !== null && String(chunk).length < FULL_READ && read.at(-1)?.type === 'event') await pause();
  }
}

function asControlError(error: unknown, path: string): AosError {
  if (error instanceof AosError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'].includes(code))
    return new AosError('CONTROL_ABSENT', `no operator answers at ${path}`, {cause: error});
  return new AosError('CONTROL_BROKEN', `the control socket at ${path} failed: ${errorText(error)}`, {
    cause: error,
  });
}
