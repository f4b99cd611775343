import {giveFileToOwner} from '../../foundation/system/give-to-owner.ts';
import {systemTime} from '../../foundation/system/system-time.ts';
import {createWriteStream, renameSync, statSync, type WriteStream} from 'node:fs';

/** The log file, used while stderr is hidden. Never blocks the loop, never fails it. */
export type LogFile = {
  readonly path: string;
  write(line: string): void;
  /** Resolves when all is written, or after a second. */
  close(): Promise<void>;
};

/** One file is so long at most, and there are two: the present one and the one before, `.1`. */
const MAX_BYTES = 8 * 1024 * 1024;
/** A disk that is this far behind loses lines instead of our memory. */
const MAX_BACKLOG = 4 * 1024 * 1024;
const CLOSE_MS = 1_000;

/** Opens the file with the first line, mode 0600. One that cannot be written loses its lines and is tried again later. */
export function createLogFile(path: string): LogFile {
  let stream: WriteStream | null = null;
  let size = 0;
  let dropped = 0;

  function open(): WriteStream {
    size = sizeOf(path);
    if (size >= MAX_BYTES) {
      rotate(path);
      size = 0;
    }
    const opened = createWriteStream(path, {flags: 'a', mode: 0o600});
    const isNew = size === 0;
    opened.on('open', (file: number) => {
      if (isNew) give(file, path);
    });
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
      if (stream !== null && size >= MAX_BYTES && stream.writableLength < MAX_BACKLOG) {
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

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0; // it is missing, or another user's: the opening reports it
  }
}

function rotate(path: string): void {
  try {
    renameSync(path, `${path}.1`);
  } catch {
    // It stays and grows: better than none.
  }
}
