import {readdirSync, type Stats} from 'node:fs';
import {errorText} from '../errors/error.ts';
import {say, type NextStep} from '../next-step/next-step.ts';
import {shellWord} from '../text/shell-word.ts';

/** Why a path cannot be read as a file, in words that follow its name; `next` null: there is nothing at it. */
export type Unfit = {why: string; next: NextStep | null};

/** What the system said when a file was opened. */
export function openFailure(path: string, error: unknown): Unfit {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  switch (code) {
    case 'ENOENT':
      return {why: 'is not there (ENOENT)', next: null};
    case 'ENOTDIR':
      return {
        why: 'is not there: a part of its path is a file, not a directory (ENOTDIR)',
        next: say(`Correct the path: ls -ld ${shellWord(path)}`),
      };
    case 'EACCES':
    case 'EPERM':
      return {why: `cannot be opened by this user (${code})`, next: accessStep(path)};
    case 'ELOOP':
      return {
        why: 'is a symbolic link that leads back to itself (ELOOP)',
        next: say(`Correct the link: ls -l ${shellWord(path)}`),
      };
    case 'ENXIO':
    case 'ENODEV':
      return {why: `is a socket or a device, not a file (${code})`, next: say('Name the file itself.')};
    default:
      return {
        why: `could not be opened (${code === '' ? errorText(error) : code})`,
        next: say(`Look at it: ls -l ${shellWord(path)}`),
      };
  }
}

/** Who may read it is decided by each directory on the way, too. */
function accessStep(path: string): NextStep {
  const uid = process.getuid?.() ?? 0;
  return say(
    `See which part of the path this user (${uid}) may not enter or read: namei -l ${shellWord(path)}; then as root: chown ${uid} it`,
  );
}

/** Why something that was opened is no file; null: it is one. */
export function notAFile(path: string, stat: Stats): Unfit | null {
  if (stat.isFile()) return null;
  if (stat.isDirectory())
    return isEmpty(path)
      ? {
          why: 'is an empty directory, not a file',
          next: say(
            `Remove it (rmdir ${shellWord(path)}) and put the file there: docker makes such a directory where a file that is to be mounted is missing.`,
          ),
        }
      : {why: 'is a directory, not a file', next: say(`Name the file in it: ls ${shellWord(path)}`)};
  const kind = stat.isFIFO()
    ? 'a named pipe'
    : stat.isSocket()
      ? 'a socket'
      : stat.isCharacterDevice() || stat.isBlockDevice()
        ? 'a device'
        : 'something else';
  return {why: `is ${kind}, not a file`, next: say(`Name the file itself: ls -l ${shellWord(path)}`)};
}

function isEmpty(dir: string): boolean {
  try {
    return readdirSync(dir).length === 0;
  } catch {
    return false; // not readable: nothing is said of what is in it
  }
}
