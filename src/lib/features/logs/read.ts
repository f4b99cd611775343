import {closeSync, fstatSync, openSync, readSync, statSync} from 'node:fs';
import type {Time} from '../../foundation/time/time.ts';
import {logFiles} from './rotation.ts';

const CHUNK_BYTES = 64 * 1024;
/** A longer line is cut: no line of the operator is as long. */
const MOST_LINE = 256 * 1024;
const LOOK_EVERY_MS = 250;

/** Yields the lines of the logs that are there, the oldest first. @throws the system's error where one cannot be read */
export function* linesOfLogs(path: string): Generator<string, void> {
  for (const file of logFiles(path)) {
    const open = openLog(file);
    if (open === null) continue; // it got another name, or went, in this moment
    try {
      yield* open.lines();
      yield* open.rest();
    } finally {
      open.close();
    }
  }
}

/**
 * Yields the lines that come, in batches, from the present end on or from the beginning of a log that appears; a log that is renamed
 * meanwhile is read to its end first. Ends when the signal aborts.
 */
export async function* followLog(
  path: string,
  {time, signal, fromStart}: {time: Pick<Time, 'sleep'>; signal: AbortSignal; fromStart: boolean},
): AsyncGenerator<string[], void> {
  let open = openLog(path);
  if (open !== null && !fromStart) open.toEnd();
  const stopped = (): boolean => signal.aborted;
  try {
    while (!stopped()) {
      const lines = open === null ? [] : [...open.lines()];
      if (lines.length > 0) yield lines;
      const next = open === null ? openLog(path) : successor(path, open);
      if (next !== null) {
        if (open !== null) {
          const last = [...open.lines(), ...open.rest()];
          if (last.length > 0) yield last;
          open.close();
        }
        open = next;
      } else await time.sleep(LOOK_EVERY_MS, signal).catch(() => undefined); // the abort ends the loop
    }
  } finally {
    open?.close();
  }
}

/** The log that was begun after one that has another name by now; null: it is the present one still. */
function successor(path: string, {inode}: OpenLog): OpenLog | null {
  const files = logFiles(path);
  const at = files.findIndex((file) => inodeOf(file) === inode);
  if (at === files.length - 1 && files.length > 0) return null;
  // One that is gone was the oldest: the oldest that is left follows it.
  const next = files[at + 1];
  return next === undefined ? null : openLog(next);
}

type OpenLog = {
  inode: number;
  /** The whole lines since the last call. */
  lines(): Generator<string, void>;
  /** What is behind the last line end. */
  rest(): Generator<string, void>;
  toEnd(): void;
  close(): void;
};

function openLog(path: string): OpenLog | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let at = 0;
  let left: Buffer = Buffer.alloc(0);
  return {
    inode: fstatSync(file).ino,
    *lines() {
      // It was emptied: begin anew.
      if (fstatSync(file).size < at) at = 0;
      for (let read = 1; read > 0; at += read) {
        read = readSync(file, buffer, 0, CHUNK_BYTES, at);
        let bytes = Buffer.concat([left, buffer.subarray(0, read)]);
        for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a)) {
          yield bytes.toString('utf8', 0, Math.min(end, MOST_LINE));
          bytes = bytes.subarray(end + 1);
        }
        left = Buffer.from(bytes.subarray(0, MOST_LINE));
      }
    },
    *rest() {
      if (left.length > 0) yield left.toString('utf8');
      left = Buffer.alloc(0);
    },
    toEnd() {
      at = fstatSync(file).size;
    },
    close: () => closeSync(file),
  };
}

function inodeOf(path: string): number | null {
  return statSync(path, {throwIfNoEntry: false})?.ino ?? null;
}
