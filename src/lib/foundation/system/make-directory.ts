import {mkdirSync, statSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {giveDirToOwner} from './give-to-owner.ts';

/**
 * Makes a directory and those above it; one that is there stays as it is. Those that root makes belong to the owner of the
 * directory above. Node's own `recursive` never returns where a
 * file system answers ENOENT below a directory that is there, as /proc does (Node 20 to 24).
 * @throws what the file system says
 */
export function makeDirectory(dir: string, mode: number): void {
  const missing: string[] = [];
  for (let at = resolve(dir); !isDirectory(at) && at !== dirname(at); at = dirname(at)) missing.unshift(at);
  for (const path of missing) {
    try {
      mkdirSync(path, {mode});
      giveDirToOwner(path);
    } catch (error) {
      // Made by another process in this moment; a file with that name refuses what follows.
      const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST';
      if (!isThere || (path === missing.at(-1) && !isDirectory(path))) throw error;
    }
  }
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, {throwIfNoEntry: false})?.isDirectory() === true;
  } catch {
    return false; // a file in the path, or no access: the creation reports it
  }
}
