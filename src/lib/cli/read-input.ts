import {constants, type Stats} from 'node:fs';
import {open, type FileHandle} from 'node:fs/promises';
import {addAbortSignal} from 'node:stream';
import {systemTime} from '../foundation/system/system-time.ts';

/** Bytes read at once. */
const CHUNK = 1024 * 1024;
/** How often a named pipe is looked at, and how long for its first byte while it has no writer. */
const LOOK_MS = 20;
const NO_WRITER_MS = 1_000;

/** What was read; `tooLarge`: there is more than was wanted. */
type Input = {kind: 'bytes'; bytes: Buffer} | {kind: 'tooLarge'} | {kind: 'directory'; stat: Stats};

/**
 * Reads a file, a pipe or, for `-`, standard input, at most `most` bytes of it. A signal ends it also while a pipe is silent.
 * @throws the system's error, or the signal's reason
 */
export async function readInput(path: string, most: number, signal: AbortSignal): Promise<Input> {
  signal.throwIfAborted();
  try {
    return path === '-' ? await readStdin(most, signal) : await readPath(path, most, signal);
  } catch (error) {
    signal.throwIfAborted(); // what a stream says of its end is not why it ended
    throw error;
  }
}

async function readStdin(most: number, signal: AbortSignal): Promise<Input> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of addAbortSignal(signal, process.stdin) as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size > most) return {kind: 'tooLarge'};
  }
  return {kind: 'bytes', bytes: Buffer.concat(parts)};
}

/** Opened so that a pipe without a writer holds up nothing: an open that waits could not be ended. */
async function readPath(path: string, most: number, signal: AbortSignal): Promise<Input> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) return {kind: 'directory', stat};
    if (stat.isFile() && stat.size > most) return {kind: 'tooLarge'};
    return await readAll(file, most, signal);
  } finally {
    await file.close();
  }
}

async function readAll(file: FileHandle, most: number, signal: AbortSignal): Promise<Input> {
  const isPipe = (await file.stat()).isFIFO();
  const parts: Buffer[] = [];
  let size = 0;
  for (let waited = 0; ;) {
    signal.throwIfAborted();
    const part = Buffer.allocUnsafe(Math.min(CHUNK, most + 1 - size));
    const read = await readSome(file, part);
    if (read !== null && read > 0) {
      parts.push(part.subarray(0, read));
      size += read;
      if (size > most) return {kind: 'tooLarge'};
      continue;
    }
    const isOver = read === 0 && (!isPipe || size > 0 || waited >= NO_WRITER_MS);
    if (isOver) return {kind: 'bytes', bytes: Buffer.concat(parts)};
    await systemTime.sleep(LOOK_MS, signal);
    waited += LOOK_MS;
  }
}

/** @returns null: nothing is there yet */
async function readSome(file: FileHandle, into: Buffer): Promise<number | null> {
  try {
    return (await file.read(into)).bytesRead;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return null;
    throw error;
  }
}
