import {realpathSync, statSync} from 'node:fs';

/** Paths of these name something in one process alone, such as /dev/fd/63. */
const OF_ONE_PROCESS = /^\/(?:dev|proc)\//;

/**
 * The file from which a secret was read, as another command can name it.
 * @param path absolute
 * @returns null where it is no file: a pipe, a terminal
 */
export function sourceFile(path: string): string | null {
  try {
    if (!statSync(path).isFile()) return null;
    return OF_ONE_PROCESS.test(path) ? realpathSync(path) : path;
  } catch {
    return null; // a pipe has no path of its own
  }
}
