import {mkdtempSync, rmSync, statfsSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {AosError} from '../../foundation/errors/error.ts';
import {checkCopy} from '../../node/journal/copy-journal.ts';
import {decrypted} from './age-file.ts';
import {unpack} from './archive.ts';
import {resultOf, type BackupResult} from './create.ts';
import {JOURNAL_NAME, type Manifest} from './manifest.ts';

const SPARE_BYTES = 64 * 2 ** 20;

/**
 * Opens a backup and checks every byte of it, and the journal in it as SQLite does. It is unpacked into a private directory below
 * the one for temporary files, which is removed.
 * @throws AosError BACKUP_* | JOURNAL_UNREADABLE, or the signal's reason
 */
export async function verifyBackup(
  file: string,
  passphrase: string,
  signal: AbortSignal,
): Promise<BackupResult> {
  const dir = mkdtempSync(join(tmpdir(), 'aos-verify-'));
  try {
    const {manifest} = await unpack(await decrypted(file, passphrase), dir, (said) => {
      signal.throwIfAborted();
      needRoomFor(said, dir);
    });
    const {mark} = checkCopy(join(dir, JOURNAL_NAME));
    requireSame(manifest, mark.id);
    return resultOf(resolve(file), manifest);
  } finally {
    rmSync(dir, {recursive: true, force: true});
  }
}

/** @throws AosError BACKUP_FAILED */
export function needRoomFor({journal, keys}: Manifest, dir: string): void {
  const {bavail, bsize} = statfsSync(dir);
  const needed = keys.reduce((sum, {bytes}) => sum + bytes, journal.bytes + SPARE_BYTES);
  if (bavail * bsize >= needed) return;
  throw new AosError('BACKUP_FAILED', `it takes ${needed} bytes, and ${bavail * bsize} are free in ${dir}`);
}

/** The journal and the rest are of one backup. @throws AosError BACKUP_INVALID */
export function requireSame({id}: Manifest, journalId: string): void {
  if (id === journalId) return;
  throw new AosError('BACKUP_INVALID', `its journal is of another backup (${journalId}, not ${id})`);
}
