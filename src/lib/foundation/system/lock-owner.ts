import {readFileSync, statSync, type BigIntStats} from 'node:fs';

/**
 * The process that holds a write lock on a file (fcntl), by its number here; null: none that is seen from here, or the system
 * does not say. The kernel translates the number, and leaves out processes of other containers: a number that such a process
 * wrote down itself is that of another process here.
 */
export function lockOwner(path: string): number | null {
  try {
    return ownerIn(readFileSync('/proc/locks', 'utf8'), statSync(path, {bigint: true}));
  } catch {
    return null; // no Linux, or the file cannot be looked at
  }
}

/** Finds it in the text of /proc/locks (proc_locks(5)): `1: POSIX  ADVISORY  WRITE 4242 08:01:131 1073741824 1073742335`. */
export function ownerIn(locks: string, {dev, ino}: Pick<BigIntStats, 'dev' | 'ino'>): number | null {
  const [major, minor] = [(dev >> 8n) & 0xfffn, (dev & 0xffn) | ((dev >> 12n) & 0xfff00n)];
  const hex = (number: bigint): string => number.toString(16).padStart(2, '0');
  const file = `${hex(major)}:${hex(minor)}:${ino}`;
  for (const line of locks.split('\n')) {
    const [, kind, , access, pid, at] = line.trim().split(/\s+/);
    if (kind === 'POSIX' && access === 'WRITE' && at === file) return Number(pid) > 0 ? Number(pid) : null;
  }
  return null;
}
