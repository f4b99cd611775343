import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {Gatherer} from './gather.ts';
import type {EngineHttp, OpenReply} from './http.ts';
import {objectIn} from '../../../protocol/wire/object-in.ts';
import {createEventReader} from './sse.ts';

const MiB = 1024 * 1024;
/** A reply that is not a stream. */
const MOST_WHOLE = 4 * MiB;
/** A stream repeats a few hundred bytes with each token. */
const MOST_STREAM = 64 * MiB;
/** What a refusal says in words. */
const MOST_REFUSAL = 64 * 1024;
/** After the end of the text its figures follow at once. */
const TAIL_MS = 10_000;

type Reading = {
  name: string;
  http: Pick<EngineHttp, 'lost'>;
  time: Pick<Time, 'after'>;
  /** Bytes have come. */
  onBytes: () => void;
  signal: AbortSignal;
};

/**
 * Reads a stream of events to its end, or to the end of the answer that it holds; no more than one event is kept.
 * @throws AosError WORKER_BAD_ANSWER | WORKER_LOST | WORKER_BUSY, or the signal's reason
 */
export async function readEvents(reply: OpenReply, gatherer: Gatherer, reading: Reading): Promise<void> {
  const {name, http, time, onBytes, signal} = reading;
  const reader = createEventReader(name);
  let total = 0;
  let isDone = false;
  let cancelTail: (() => void) | undefined;
  try {
    for await (const chunk of reply.chunks) {
      onBytes();
      total += chunk.length;
      if (total > MOST_STREAM)
        throw new AosError('WORKER_BAD_ANSWER', `${name} sent more than 64 MiB for one answer`);
      if (isDone) continue;
      for (const data of reader.feed(chunk)) {
        isDone ||= data.trim() === '[DONE]';
        if (isDone) break;
        const event = objectIn(data);
        if (event === null)
          throw new AosError(
            'WORKER_BAD_ANSWER',
            `${name} sent an event in its stream that is no JSON object`,
          );
        gatherer.take(event);
      }
      // A server that does not close what it has ended holds no answer up.
      if (isDone || gatherer.isFinished()) cancelTail ??= time.after(TAIL_MS, () => reply.leave());
    }
  } catch (error) {
    signal.throwIfAborted();
    if (isAosError(error)) throw error;
    if (!gatherer.isFinished()) throw http.lost(error);
  } finally {
    cancelTail?.();
    reply.leave();
  }
}

/**
 * Reads a reply that is one JSON object: of a server that does not stream.
 * @throws AosError as {@link readEvents}
 */
export async function readWhole(reply: OpenReply, gatherer: Gatherer, reading: Reading): Promise<void> {
  const {name} = reading;
  const body = await textOf(reply, MOST_WHOLE, reading);
  if (body === null) throw new AosError('WORKER_BAD_ANSWER', `${name} sent an answer of more than 4 MiB`);
  const object = objectIn(body);
  if (object === null)
    throw new AosError('WORKER_BAD_ANSWER', `${name} sent an answer that is no JSON object`);
  gatherer.take(object);
}

/** The words of a refusal; '' where they have no end. @throws AosError WORKER_LOST, or the signal's reason */
export async function readRefusal(reply: OpenReply, reading: Reading): Promise<string> {
  return (await textOf(reply, MOST_REFUSAL, reading)) ?? '';
}

/** A body as text; null: it is larger than that. */
async function textOf(
  reply: OpenReply,
  most: number,
  {http, onBytes, signal}: Reading,
): Promise<string | null> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of reply.chunks) {
      onBytes();
      size += chunk.length;
      if (size > most) return null;
      parts.push(chunk);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw http.lost(error);
  } finally {
    reply.leave();
  }
  return Buffer.concat(parts).toString('utf8');
}
