import {closeSync, fsyncSync, openSync} from 'node:fs';

/** Writes the names in a directory to disk (fsync). @throws the file system's error */
export function syncDirectory(dir: string): void {
  const handle = openSync(dir, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
