import {isAbsolute, relative} from 'node:path';

/**
 * A path as one types it: as near the working directory as the file was named. Commands that are kept in a script, or typed by
 * another user, need the absolute path of a file that was named so.
 * @param path absolute
 * @param named the file, or the one beside it, as the user named it
 */
export function typedPath(path: string, {cwd, named}: {cwd: string; named: string}): string {
  const near = relative(cwd, path);
  const isBelow = near !== '' && near !== '..' && !near.startsWith('../');
  return isAbsolute(named) || !isBelow ? path : `./${near}`;
}
