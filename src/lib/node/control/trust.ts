import {lstatSync, type Stats} from 'node:fs';
import {dirname} from 'node:path';

/** Group and others may write. */
const OTHERS_WRITE = 0o022;

/**
 * Why a directory of control sockets cannot be trusted; null: it can. It has to belong to one of `uids` and let no other user
 * write, and it is never a symbolic link: below /tmp any user may have made it first.
 * @throws the system's error where it cannot be looked at
 */
export function mistrustOfDir(dir: string, uids: readonly number[]): string | null {
  const stat = lstatSync(dir);
  if (stat.isSymbolicLink()) return `${dir} is a symbolic link`;
  if (!stat.isDirectory()) return `${dir} is no directory`;
  if (!uids.includes(stat.uid)) return `${dir} belongs to ${userOf(stat.uid)}`;
  if ((stat.mode & OTHERS_WRITE) !== 0) return `${dir} can be written by other users`;
  return null;
}

/** What is at the path of a socket. */
export type SocketReading =
  | {state: 'trusted'}
  /** Nothing is there, or no socket. */
  | {state: 'absent'}
  /** Another user could answer there, or it cannot be looked at. */
  | {state: 'refused'; why: string};

/** Looks whether a control socket may be asked: it and its directory have to belong to one of `uids`. */
export function readSocket(path: string, uids: readonly number[]): SocketReading {
  let stat: Stats | undefined;
  try {
    stat = lstatSync(path, {throwIfNoEntry: false});
    if (stat === undefined) return {state: 'absent'};
    const why = mistrustOfDir(dirname(path), uids);
    if (why !== null) return {state: 'refused', why};
  } catch (error) {
    return hasCode(error, 'EACCES', 'EPERM')
      ? {state: 'refused', why: `${dirname(path)} cannot be entered by this user`}
      : {state: 'absent'};
  }
  if (stat.isSymbolicLink()) return {state: 'refused', why: `${path} is a symbolic link`};
  if (!stat.isSocket()) return {state: 'absent'};
  if (!uids.includes(stat.uid)) return {state: 'refused', why: `${path} belongs to ${userOf(stat.uid)}`};
  return {state: 'trusted'};
}

function userOf(uid: number): string {
  return uid === 0 ? 'root' : `user ${uid}`;
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
