import {giveFileToOwner} from '../../foundation/system/give-to-owner.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {closeSync, createWriteStream, fstatSync, openSync, readSync, type WriteStream} from 'node:fs';
import {rotateLog} from '../logs/rotation.ts';

/** The log file, used while stderr is hidden. Never blocks the loop, never fails it. */
export type LogFile = {
  readonly path: string;
  write(line: string): void;
  /** Resolves when all is written, or after a second. */
  close(): Promise<void>;
};

/** One file is so long at most; a few older ones stay (features/logs/rotation.ts). */
const MAX_BYTES = 8 * 1024 * 1024;
/** A disk that is this far behind loses lines instead of our memory. */
const MAX_BACKLOG = 4 * 1024 * 1024;
const CLOSE_MS = 1_000;

/** Opens the file with the first line, mode 0600. One that cannot be written loses its lines and is tried again later. */
export function createLogFile(path: string, {maxBytes = MAX_BYTES}: {maxBytes?: number} = {}): LogFile {
  let stream: WriteStream | null = null;
  let size = 0;
  let dropped = 0;

  function open(): WriteStream {
    const left = endOf(path);
    size = left.size;
    if (size >= maxBytes) {
      rotate(path);
      size = 0;
    }
    // A process that was killed may have left half a line: the next one begins on its own.
    const isTorn = size > 0 && !left.isWhole;
    const opened = createWriteStream(path, {flags: 'a', mode: 0o600});
    const isNew = size === 0;
    opened.on('open', (file: number) => {
      if (isNew) give(file, path);
    });
    if (isTorn) opened.write('\n');
    opened.on('error', () => {
      // A full disk, say. The work continues; the next line tries again.
      if (stream === opened) stream = null;
      opened.destroy();
    });
    return opened;
  }

  return {
    path,
    write(line) {
      if (stream !== null && size >= maxBytes && stream.writableLength < MAX_BACKLOG) {
        // What is under way still goes into the old file, under its new name, whatever of it is on the disk yet.
        stream.end();
        stream = null;
        rotate(path);
      }
      stream ??= open();
      if (stream.writableLength > MAX_BACKLOG) {
        dropped += 1;
        return;
      }
      const text =
        dropped > 0 ? `${dropped} lines were dropped: the disk was too slow\n${line}\n` : `${line}\n`;
      dropped = 0;
      size += Buffer.byteLength(text);
      stream.write(text);
    },
    async close() {
      const last = stream;
      stream = null;
      if (last === null) return;
      await new Promise<void>((resolve) => {
        const cancel = systemTime.after(CLOSE_MS, resolve);
        last.once('close', () => {
          cancel();
          resolve();
        });
        last.end();
      });
    },
  };
}

function give(file: number, path: string): void {
  try {
    giveFileToOwner(file, path);
  } catch {
    // the directory went away meanwhile: the next write says so
  }
}

/** How long a log is, and whether its last line has its end. */
function endOf(path: string): {size: number; isWhole: boolean} {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const {size} = fstatSync(file);
    const last = Buffer.alloc(1);
    return {size, isWhole: readSync(file, last, 0, 1, Math.max(0, size - 1)) === 0 || last[0] === 0x0a};
  } catch {
    return {size: 0, isWhole: true}; // it is missing, or another user's: the opening reports it
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

function rotate(path: string): void {
  try {
    rotateLog(path);
  } catch {
    // It stays and grows: better than none.
  }
}
