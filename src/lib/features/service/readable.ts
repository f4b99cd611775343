import {type Stats, statSync} from 'node:fs';
import {dirname} from 'node:path';
import type {Account} from './account.ts';

const READ = 4;
const SEARCH = 1;

/**
 * Why a user cannot read a file: the first path on the way that does not let it in; null: it can, as far as modes say. Access
 * lists and further groups are not looked at.
 */
export function barredAt(path: string, {uid, gid}: Pick<Account, 'uid' | 'gid'>): string | null {
  if (uid === 0) return null;
  const way: string[] = [];
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    way.unshift(dir);
    if (dir === dirname(dir)) break;
  }
  const barred = way.find((dir) => !allows(dir, {uid, gid}, SEARCH));
  return barred ?? (allows(path, {uid, gid}, READ) ? null : path);
}

/** A path that is not there bars no one: another check names it. */
function allows(path: string, {uid, gid}: Pick<Account, 'uid' | 'gid'>, wanted: number): boolean {
  let stat: Stats;
  try {
    stat = statSync(path);
  } catch {
    return true; // not there, or behind a directory that was named already
  }
  const shift = stat.uid === uid ? 6 : stat.gid === gid ? 3 : 0;
  return ((stat.mode >> shift) & wanted) !== 0;
}
