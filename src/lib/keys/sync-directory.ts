import {closeSync, fsyncSync, openSync} from 'node:fs';

/** The names in a directory are on disk when this returns. @throws what the file system says */
export function syncDirectory(dir: string): void {
  const handle = openSync(dir, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
