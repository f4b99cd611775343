import {fchownSync, lchownSync, lstatSync, statSync} from 'node:fs';
import {dirname} from 'node:path';

/** What the work of root in a directory of another user is about. */
type Owner = {uid: number; gid: number};

/**
 * Who owns a new file or directory at `path`: for root the owner of the directory that it is in, because a service that runs as
 * that user could not use it otherwise; null: the one who makes it.
 */
function ownerOf(path: string): Owner | null {
  if (process.getuid?.() !== 0) return null;
  const {uid, gid} = statSync(dirname(path));
  return uid === 0 ? null : {uid, gid};
}

/** Gives an open file that this process has just made to the owner of its directory. @throws the system's error */
export function giveFileToOwner(file: number, path: string): void {
  const owner = ownerOf(path);
  if (owner !== null) fchownSync(file, owner.uid, owner.gid);
}

/** Gives a directory that this process has just made to the owner of the one above it. @throws the system's error */
export function giveDirToOwner(path: string): void {
  const owner = ownerOf(path);
  // A link that took its place is changed itself, never what it leads to.
  if (owner !== null) lchownSync(path, owner.uid, owner.gid);
}

/** The command that gives files to a user. */
export function chownCommand(uid: number, paths: readonly string[]): string {
  return `sudo chown ${uid} ${paths.join(' ')}`;
}

/** Whether what is at a path belongs to another user than this one. */
export function isOfAnother(path: string): boolean {
  try {
    return lstatSync(path).uid !== (process.getuid?.() ?? 0);
  } catch {
    return false; // not there, or it cannot be looked at
  }
}
