import {randomBytes} from 'node:crypto';
import {closeSync, fsyncSync, linkSync, lstatSync, openSync, renameSync, rmSync, writeSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {AosError, errorText, isAosError} from '../foundation/errors/error.ts';
import {syncDirectory} from '../keys/sync-directory.ts';
import {safeText} from '../foundation/text/safe-text.ts';
import {say} from '../foundation/next-step/next-step.ts';

/** A file of mode 0600 that appears complete or not at all. */
export type PrivateOutput = {
  readonly path: string;
  /** Appends to the draft. @throws AosError OUT_WRITE_FAILED */
  write(chunk: string | Uint8Array): void;
  /** Gives the draft its name; the file is on disk when this returns. @throws AosError OUT_EXISTS | OUT_WRITE_FAILED */
  commit(): void;
  /** Removes the draft; has no effect after a commit. */
  abort(): void;
};

/** Refuses a taken name before the work begins. @throws AosError OUT_EXISTS */
export function refuseOutput(path: string, force: boolean): void {
  const found = lstatSync(resolve(path), {throwIfNoEntry: false});
  if (found === undefined || (force && found.isFile())) return;
  const what = found.isFile() ? 'exists already' : 'exists and is no file';
  throw new AosError(
    'OUT_EXISTS',
    `${safeText(path)} ${what}`,
    found.isFile() ? {} : {next: say('Name another file.')},
  );
}

/**
 * Opens a draft beside the final name.
 * @param force replaces an existing file
 * @throws AosError OUT_EXISTS | OUT_WRITE_FAILED
 */
export function openPrivateOutput(path: string, {force}: {force: boolean}): PrivateOutput {
  const target = resolve(path);
  const draft = `${target}.${randomBytes(6).toString('hex')}.tmp`;
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (isAosError(error)) throw error;
      throw new AosError('OUT_WRITE_FAILED', `${safeText(path)} could not be written: ${errorText(error)}`, {
        cause: error,
      });
    }
  };
  guarded(() => refuseOutput(path, force));
  const file = guarded(() => openSync(draft, 'wx', 0o600));
  let open = true;
  const close = (): void => {
    if (open) closeSync(file);
    open = false;
  };
  return {
    path: target,
    write: (chunk) =>
      guarded(() => {
        const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
        // A write may accept fewer bytes than it gets.
        for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
      }),
    commit: () =>
      guarded(() => {
        fsyncSync(file);
        close();
        if (force) renameSync(draft, target);
        else putNew(draft, target, path);
        syncDirectory(dirname(target));
      }),
    abort() {
      close();
      rmSync(draft, {force: true});
    },
  };
}

/** Links instead of renaming: a link fails when the name is taken, a rename would overwrite another process's file. */
function putNew(draft: string, target: string, path: string): void {
  try {
    linkSync(draft, target);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST')
      throw new AosError('OUT_EXISTS', `${safeText(path)} exists already`);
    throw error;
  }
  rmSync(draft);
}
