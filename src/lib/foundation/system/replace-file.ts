import {renameSync, rmSync, writeFileSync} from 'node:fs';

/**
 * Replaces a small file that says something of the process that runs, mode 0600. Where that fails, as on a full disk, neither a
 * half-written one nor that of a former process is left: it would say what is no longer so.
 * @throws the system's error where nothing can be written
 */
export function replaceOrRemove(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, text, {mode: 0o600});
    renameSync(draft, path);
  } catch (error) {
    removeQuietly(draft);
    removeQuietly(path);
    throw error;
  }
}

/** Removes a file; one that cannot be removed stays. */
export function removeQuietly(path: string): void {
  try {
    rmSync(path, {force: true});
  } catch {
    // a directory in its place, or a disk that takes nothing
  }
}
