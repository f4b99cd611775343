import type {Socket} from 'node:net';

/** The head of a request: the path without its query, names of headers in lower case. */
export type Head = {method: string; path: string; headers: Readonly<Record<string, string>>};

/** A head is longer than any that a prober sends, or is no HTTP. */
export type NoHead = 'too-long' | 'no-http';

const MOST_BYTES = 16 * 1024;
const END = Buffer.from('\r\n\r\n');
const NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
/** The word that HTTP begins with; TLS and other protocols do not. */
const BEGINS = /^[A-Z]{1,20}$/;

/**
 * Reads the head of the first request of a connection, and nothing behind it: a flood of requests in one connection costs as
 * much as one. Reading stops with the head, or with what is none.
 * @param done gets the head, and all bytes that were read
 */
export function readHead(socket: Socket, done: (head: Head | NoHead, bytes: Buffer) => void): void {
  let bytes: Buffer = Buffer.alloc(0);
  function onData(chunk: Buffer): void {
    // The end may lie over two chunks.
    const from = Math.max(0, bytes.length - END.length);
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk]);
    const end = bytes.indexOf(END, from);
    const isOver = end >= 0 ? end > MOST_BYTES : bytes.length > MOST_BYTES;
    const isHttp = BEGINS.test(bytes.toString('latin1', 0, 21).split(' ', 1)[0] ?? '');
    if (end < 0 && !isOver && isHttp) return;
    socket.off('data', onData).off('end', onEnd);
    socket.pause();
    if (!isHttp) done('no-http', bytes);
    else done(isOver ? 'too-long' : (parseHead(bytes.toString('latin1', 0, end)) ?? 'no-http'), bytes);
  }
  // Half of a connection is no use without a request.
  const onEnd = (): void => void socket.destroy();
  socket.on('data', onData).on('end', onEnd);
}

/** Reads a head without its last line end; null: it is no HTTP/1. */
export function parseHead(text: string): Head | null {
  const [first = '', ...lines] = text.split('\r\n');
  const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === undefined || target === undefined) return null;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon));
    if (!NAME.test(name)) return null;
    const key = name.toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return {method, path: target.split('?', 1)[0] ?? '', headers: Object.fromEntries(headers)};
}
