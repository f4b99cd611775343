import {AosError, isAosError} from '../../../foundation/errors/error.ts';
import type {Time} from '../../../foundation/time/time.ts';
import type {Gatherer} from './gather.ts';
import type {EngineHttp, OpenReply} from './http.ts';
import {objectIn} from '../../../protocol/wire/object-in.ts';
import {createBytes, looseText, strictText} from './bytes.ts';
import {createEventReader} from './sse.ts';

const MiB = 1024 * 1024;
/** A reply that is not a stream. */
const MOST_WHOLE = 4 * MiB;
/** A stream repeats a few hundred bytes with each token. */
const MOST_STREAM = 64 * MiB;
/** What a refusal says in words. */
const MOST_REFUSAL = 64 * 1024;
/** What a refusal says is of little worth; its status says what it is. */
const REFUSAL_MS = 5_000;
/** After the end of the text its figures follow at once. */
const TAIL_MS = 10_000;

type Reading = {
  name: string;
  http: Pick<EngineHttp, 'lost' | 'mask'>;
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
  const {name, http, onBytes, signal} = reading;
  const bad = (what: string): AosError => new AosError('WORKER_BAD_ANSWER', `${name} sent ${what}`);
  const bytes = createBytes(MOST_WHOLE);
  try {
    for await (const chunk of reply.chunks) {
      onBytes();
      if (!bytes.add(chunk)) throw bad('an answer of more than 4 MiB');
    }
  } catch (error) {
    signal.throwIfAborted();
    throw http.lost(error);
  } finally {
    reply.leave();
  }
  const text = strictText(bytes.all());
  if (text === null) throw bad('an answer that is no UTF-8');
  const object = objectIn(text);
  if (object === null) throw bad('an answer that is no JSON object');
  gatherer.take(object);
}

/** What came of the words of a refusal in a short time, without the key. @throws the signal’s reason */
export async function readRefusal(reply: OpenReply, {http, time, onBytes, signal}: Reading): Promise<string> {
  const bytes = createBytes(MOST_REFUSAL);
  const cancel = time.after(REFUSAL_MS, () => reply.leave());
  try {
    for await (const chunk of reply.chunks) {
      onBytes();
      if (!bytes.add(chunk)) break;
    }
  } catch {
    // What came of it is enough.
  } finally {
    cancel();
    reply.leave();
  }
  signal.throwIfAborted();
  return http.mask(looseText(bytes.all()));
}
