import type {IncomingMessage} from 'node:http';
import {createLimiter} from '../../../foundation/async/limiter.ts';
import type {Time} from '../../../foundation/time/time.ts';
import {scanObject} from '../../../protocol/wire/callback-scan.ts';

/** Why a body was not read: it is too large, comes too slowly, has too many values or pieces, or answers no request of ours. */
export type BodyRefusal = 'large' | 'slow' | 'shape' | 'unknown';

export class RefusedBody extends Error {
  readonly why: BodyRefusal;
  constructor(why: BodyRefusal) {
    super(`a body was not taken: ${why}`);
    this.why = why;
  }
}

/** Reads bodies, a bounded number of bytes of all of them together. */
export type Bodies = {
  /**
   * Reads a body and has it used. A large one is read only when its request id is known, and while few are read.
   * @param of.idName the member that names the request
   * @param of.isKnown whether a request of ours has that id
   * @param use its end makes room for the next
   * @throws RefusedBody, or what `use` throws
   */
  use<T>(
    request: IncomingMessage,
    of: {idName: string; isKnown: IsKnown},
    use: (body: Buffer) => Promise<T>,
  ): Promise<T>;
};

export type IsKnown = (requestId: string) => Promise<boolean>;

/** The answer may have 4 MiB; as escapes of JSON it takes twice as much. */
const MOST_BYTES = 8 * 1024 * 1024;
/** A body up to this is read at once: of all connections together that is little. */
const SMALL_BYTES = 64 * 1024;
/** Larger ones at once: those that answer a request of ours, and those that name it only later. */
const LARGE_KNOWN = 2;
const LARGE_OTHERS = 1;
/** While others wait a large body has to make so much progress in each such time. */
const PACE_BYTES = 64 * 1024;
const PACE_MS = 1_000;
/** A body may come in so many pieces, and in one more for so many bytes: each piece costs as much as a large one. */
const MOST_PIECES = 4_096;
const BYTES_A_PIECE = 64;
/** A callback is one object with a few texts. */
const MOST_VALUES = 1_000;

export function createBodies(time: Time): Bodies {
  const known = createLane(LARGE_KNOWN, time);
  const others = createLane(LARGE_OTHERS, time);
  return {
    async use(request, {idName, isKnown}, use) {
      if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) throw new RefusedBody('large');
      const reader = createReader(request);
      if (await reader.upTo(SMALL_BYTES)) return use(checked(reader.bytes(), idName));
      const {text: id, values} = scanObject(reader.bytes(), idName, MOST_VALUES);
      if (values > MOST_VALUES) throw new RefusedBody('shape');
      if (id !== null && !(await isKnown(id))) throw new RefusedBody('unknown');
      return (id === null ? others : known).read(reader, async () => {
        const body = checked(reader.bytes(), idName);
        // One that named its request behind the rest of the body.
        const late = id === null ? scanObject(body, idName, MOST_VALUES).text : null;
        if (late !== null && !(await isKnown(late))) throw new RefusedBody('unknown');
        return use(body);
      });
    },
  };
}

/** Refuses a body that the parser would need long for. */
function checked(body: Buffer, idName: string): Buffer {
  if (scanObject(body, idName, MOST_VALUES).values > MOST_VALUES) throw new RefusedBody('shape');
  return body;
}

type Reader = {
  /** Reads up to so many bytes, and a chunk more. @returns whether that was all. @throws the end of the connection */
  upTo(bytes: number): Promise<boolean>;
  size(): number;
  bytes(): Buffer;
};

function createReader(request: IncomingMessage): Reader {
  // Copied together as it comes: pieces of one byte would otherwise each keep the 64 KiB that they came in.
  let store = Buffer.alloc(0);
  let size = 0;
  let pieces = 0;

  function take(piece: Buffer): void {
    if (size + piece.length > store.length) {
      const larger = Buffer.alloc(Math.max(2 * store.length, size + piece.length));
      store.copy(larger, 0, 0, size);
      store = larger;
    }
    piece.copy(store, size);
    size += piece.length;
    pieces += 1;
  }
  // The one that waits hears of it; without a listener it would end the process.
  request.on('error', () => {});
  return {
    upTo: (bytes) =>
      new Promise((resolve, reject) => {
        // It may have gone while the body waited for its place: then nothing comes any more.
        if (request.destroyed) {
          reject(new Error('the caller hung up'));
          return;
        }
        const settle = (end: () => void): void => {
          request.pause();
          request.off('data', onData).off('end', onEnd).off('error', reject).off('close', onClose);
          end();
        };
        const onData = (piece: Buffer): void => {
          take(piece);
          if (pieces > MOST_PIECES + size / BYTES_A_PIECE) settle(() => reject(new RefusedBody('shape')));
          else if (size > bytes) settle(() => resolve(false));
        };
        const onEnd = (): void => settle(() => resolve(true));
        const onClose = (): void => settle(() => reject(new Error('the caller hung up')));
        request.on('data', onData).on('end', onEnd).on('error', reject).on('close', onClose);
        request.resume();
      }),
    size: () => size,
    bytes: () => store.subarray(0, size),
  };
}

type Lane = {read<T>(reader: Reader, use: () => Promise<T>): Promise<T>};

/** Large bodies one after the other, as many at once as there are places. */
function createLane(places: number, time: Time): Lane {
  const limiter = createLimiter(places);
  let inside = 0;

  /** Rejects when a body makes no progress while others wait for its place. */
  function tooSlow(reader: Reader): {late: Promise<never>; stop: () => void} {
    let stop = (): void => {};
    const late = new Promise<never>((_resolve, reject) => {
      let before = reader.size();
      const look = (): void => {
        const isSlow = reader.size() - before < PACE_BYTES;
        if (isSlow && inside > places) reject(new RefusedBody('slow'));
        before = reader.size();
        stop = time.after(PACE_MS, look);
      };
      stop = time.after(PACE_MS, look);
    });
    late.catch(() => {}); // it is raced below; a body that came in time has no use for it
    return {late, stop: () => stop()};
  }

  return {
    async read(reader, use) {
      inside += 1;
      try {
        return await limiter.run(async () => {
          const {late, stop} = tooSlow(reader);
          try {
            if (!(await Promise.race([reader.upTo(MOST_BYTES), late]))) throw new RefusedBody('large');
          } finally {
            stop();
          }
          return use();
        });
      } finally {
        inside -= 1;
      }
    },
  };
}
