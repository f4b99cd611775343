import {existsSync, renameSync} from 'node:fs';
import {join} from 'node:path';

/** The log of an operator in its state directory. */
export function logPath(storeDir: string): string {
  return join(storeDir, 'operator.log');
}

/** Logs that are kept beside the present one. */
export const MOST_OLDER = 4;

/** The name of an older log; 1 is the newest of them. */
export function olderLog(path: string, number: number): string {
  return `${path}.${number}`;
}

/** The logs that are there, the oldest first, the present one last. */
export function logFiles(path: string): string[] {
  const numbers = Array.from({length: MOST_OLDER}, (_, index) => MOST_OLDER - index);
  return [...numbers.map((number) => olderLog(path, number)), path].filter((name) => existsSync(name));
}

/**
 * Gives the present log the name of an older one; those before it move on by one, and the oldest goes when there are enough. Each step
 * is one rename into a free name, so a process that is killed on the way loses none: the next time begins at the gap.
 * @throws the system's error
 */
export function rotateLog(path: string): void {
  let free = 1;
  while (free < MOST_OLDER && existsSync(olderLog(path, free))) free += 1;
  // The last name is taken only when all are: its log is the one to go.
  for (let number = free; number > 1; number -= 1)
    renameSync(olderLog(path, number - 1), olderLog(path, number));
  renameSync(path, olderLog(path, 1));
}
