import {stat, statfs} from 'node:fs/promises';
import {join} from 'node:path';
import {sanitizeText} from '../../config/sanitize.ts';
import {JOURNAL_FILE} from '../../node/journal/sqlite.ts';
import type {DiskReader} from '../../node/operator/disk-watch.ts';

/** Reads the disk of a state directory, and how large the journal in it is. */
export function journalDisk(dir: string): DiskReader {
  return {
    dir: sanitizeText(dir),
    async read() {
      const {bsize, blocks, bavail, files, ffree} = await statfs(dir);
      const {size} = await stat(join(dir, JOURNAL_FILE));
      return {
        freeBytes: bavail * bsize,
        bytes: blocks * bsize,
        freeFiles: ffree,
        files,
        journalBytes: size,
      };
    },
  };
}
