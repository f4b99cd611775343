import {closeSync, fstatSync} from 'node:fs';
import {Socket} from 'node:net';
import {isatty} from 'node:tty';
import {onAbort} from '../foundation/async/abort.ts';
import type {ErrorCode} from '../foundation/errors/table.ts';
import {AosError, errorText, stoppedBy} from '../foundation/errors/error.ts';
import {openForReading, readAll, refuseOpenMode} from './private-file.ts';

/** A file (or named pipe) by path, or a descriptor that is open already; 0 is standard input. */
export type SecretSource =
  {readonly kind: 'file'; readonly path: string} | {readonly kind: 'fd'; readonly fd: number};

/**
 * Reads a short secret to its end. Only the owner may have access to a regular file; a terminal is refused, since it
 * would echo the secret.
 * @param secret `what` for messages, such as `password file`; `missing` for one that is not there
 * @returns the text, or null when it is not UTF-8 or longer than `most` bytes
 * @throws AosError `missing` | KEY_UNSAFE | INTERRUPTED
 */
export async function readSecretText(
  source: SecretSource,
  {most, what, missing}: {most: number; what: string; missing: ErrorCode},
  signal: AbortSignal,
): Promise<string | null> {
  const name = source.kind === 'file' ? source.path : `descriptor ${source.fd}`;
  const fd = source.kind === 'file' ? openForReading(source.path, what, missing) : source.fd;
  let bytes: Uint8Array | null;
  try {
    // Only a path is checked for its mode: a descriptor was opened by the caller.
    bytes = await readDescriptor(fd, most, source.kind === 'file' ? {path: source.path, what} : null, signal);
  } catch (error) {
    if (error instanceof AosError) throw error;
    throw new AosError(missing, `the ${what} (${name}) could not be read: ${errorText(error)}`, {
      cause: error,
    });
  }
  return bytes === null ? null : utf8(bytes);
}

/** Reads to the end and closes. */
async function readDescriptor(
  fd: number,
  most: number,
  file: {path: string; what: string} | null,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const stat = fstatSync(fd);
  if (file === null && stat.isFIFO() && isOwnPipe(fd, stat.ino)) throw new Error('nothing was passed there');
  if (stat.isFIFO() || stat.isSocket()) return readPipe(fd, most, signal);
  try {
    if (isatty(fd)) throw new Error('it is a terminal');
    if (stat.isDirectory()) throw new Error('it is a directory');
    if (file !== null && stat.isFile()) refuseOpenMode(fd, file.path, file.what);
    return readAll(fd, most);
  } finally {
    closeSync(fd);
  }
}

/**
 * True for one of Node's own pipes, from about descriptor 3 on, whose reading would wait for ever. Both ends of such a
 * pipe are open in this process; of a passed pipe only one is.
 */
function isOwnPipe(fd: number, ino: number): boolean {
  if (fd < 3) return false;
  return Array.from({length: 64}, (_, index) => index + 3).some(
    (other) => other !== fd && inodeOf(other) === ino,
  );
}

function inodeOf(fd: number): number | null {
  try {
    return fstatSync(fd).ino;
  } catch {
    return null; // not open
  }
}

/** Reads on the event loop, so that Ctrl-C works while the pipe is slow. */
async function readPipe(fd: number, most: number, signal: AbortSignal): Promise<Uint8Array | null> {
  const socket = new Socket({fd, readable: true, writable: false});
  const forgetAbort = onAbort(signal, (reason) =>
    socket.destroy(stoppedBy(reason, 'interrupted while reading a secret')),
  );
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > most) return null;
    }
    return Buffer.concat(chunks);
  } finally {
    forgetAbort();
    socket.destroy();
  }
}

function utf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return null; // the decoder's only complaint
  }
}
