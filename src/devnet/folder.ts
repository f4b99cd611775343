import {randomBytes} from 'node:crypto';
import {mkdirSync, readdirSync, rmSync} from 'node:fs';
import path from 'node:path';
import {isAlive} from '../lib/config/devnet-file.ts';
import {AosError, errorText} from '../lib/foundation/errors/error.ts';
import {makeDirectory} from '../lib/foundation/system/make-directory.ts';

/**
 * Makes a folder for this devnet in `dir`, mode 0700.
 * @throws AosError STATE_DIR_UNWRITABLE
 */
export function makeOwnFolder(dir: string): string {
  try {
    return makeFolder(dir);
  } catch (error) {
    throw new AosError('STATE_DIR_UNWRITABLE', `${dir} cannot be written: ${errorText(error)}`, {
      cause: error,
    });
  }
}

/** A folder named by our pid; those of devnets that did not end by themselves are swept away. */
function makeFolder(dir: string): string {
  makeDirectory(dir, 0o700);
  for (const name of readdirSync(dir)) {
    const pid = /^(\d+)-[0-9a-f]{8}$/.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid)))
      rmSync(path.join(dir, name), {recursive: true, force: true});
  }
  const folder = path.join(dir, `${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(folder, {mode: 0o700});
  return folder;
}
