import {chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {makeDirectory} from '../../foundation/system/make-directory.ts';

/** Where the directories of locks may be; none of it depends on the environment. */
export type LockPlaces = {
  uid: number;
  /** The home directory of the user database; null: none, or not wanted. */
  home: string | null;
  /** Directory with one directory for each user who is logged in. */
  runtime: string;
  /** Directories in which every user may write. */
  common: readonly string[];
};

const STICKY = 0o1000;
const WORLD_WRITABLE = 0o002;

/** The places of this machine. @param home null on a devnet, so that nothing stays behind */
export function placesHere(uid: number, home: string | null): LockPlaces {
  return {uid, home, runtime: '/run/user', common: ['/dev/shm', '/tmp']};
}

/**
 * Returns all directories of this user's locks, made where they are missing. An operator takes its lock in each, so that one
 * of them is enough: a service may have a /tmp of its own, a login session ends with its files, and a cleaner empties /tmp.
 * Each is owned by this user with mode 0700, so no other user can take a lock in it, or remove it. Places that cannot be used
 * are left out.
 */
export function lockDirs({uid, home, runtime, common}: LockPlaces): readonly string[] {
  const mine = join(runtime, String(uid));
  return [
    ...(home !== null && isOurs(home, uid) ? ownDir(join(home, '.local/state/aos-locks'), uid) : []),
    ...(isOurs(mine, uid) ? ownDir(join(mine, 'aos-locks'), uid) : []),
    ...common.flatMap((base) => commonDirs(base, uid)),
  ];
}

/**
 * In a common directory another user may have taken the name. Then one of another name is made; all of ours are used,
 * whatever their names, so two operators always meet in one.
 */
function commonDirs(base: string, uid: number): string[] {
  try {
    const real = realpathSync(base);
    const {mode} = statSync(real);
    // Without the sticky bit any user could remove or rename what is ours.
    if ((mode & WORLD_WRITABLE) !== 0 && (mode & STICKY) === 0) return [];
    const name = `aos-locks-${uid}`;
    const isOne = (found: string): boolean => found === name || found.startsWith(`${name}-`);
    const ours = (): string[] =>
      readdirSync(real)
        .filter(isOne)
        .sort()
        .flatMap((found) => ownDir(join(real, found), uid));
    makeQuietly(join(real, name));
    const found = ours();
    if (found.length > 0) return found;
    mkdtempSync(join(real, `${name}-`));
    return ours();
  } catch {
    return []; // not there, or not writable: another place has the lock
  }
}

function makeQuietly(path: string): void {
  try {
    mkdirSync(path, {mode: 0o700});
  } catch {
    // it is there already, perhaps another user's
  }
}

/** The directory, made where it is missing, in a list; an empty list when it cannot be ours alone. */
function ownDir(path: string, uid: number): string[] {
  try {
    makeDirectory(path, 0o700);
    const stat = lstatSync(path);
    if (!stat.isDirectory() || stat.uid !== uid) return [];
    if ((stat.mode & 0o777) !== 0o700) chmodSync(path, 0o700);
    return [path];
  } catch {
    return []; // not writable: another place has the lock
  }
}

/** A directory that this user owns, and in which no other user may write. */
export function isOurs(path: string, uid: number): boolean {
  try {
    const stat = lstatSync(path);
    return stat.isDirectory() && stat.uid === uid && (stat.mode & WORLD_WRITABLE) === 0;
  } catch {
    return false; // not there
  }
}
