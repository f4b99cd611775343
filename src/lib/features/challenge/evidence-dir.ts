import {randomBytes} from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {AosError, errorText, isAosError} from '../../foundation/errors/error.ts';
import type {EvidenceFile} from './job-files.ts';
import {MANIFEST, OWN_NAMES} from './manifest.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {makeDirectory} from '../../foundation/system/make-directory.ts';
import {type NextStep, say} from '../../foundation/next-step/next-step.ts';

/**
 * Writes files of mode 0600 into a new directory of mode 0700, all of them or none: a draft directory gets the name at the
 * end. Replaces an empty directory, and with `force` one with earlier evidence; never a directory with other files.
 * @returns the directory's absolute path
 * @throws AosError EVIDENCE_EXISTS | EVIDENCE_WRITE_FAILED
 */
export function writeEvidence(
  path: string,
  files: readonly EvidenceFile[],
  {force}: {force: boolean},
): string {
  const target = resolve(path);
  const mark = randomBytes(6).toString('hex');
  const draft = `${target}.${mark}.tmp`;
  return guarded(target, () => {
    try {
      refuseTaken(target, force);
      makeDirectory(dirname(target), 0o777);
      mkdirSync(draft, {mode: 0o700});
      for (const {name, text} of files) writeNew(`${draft}/${name}`, text);
      put(draft, target, {force, backup: `${target}.${mark}.old`});
      return target;
    } finally {
      rmSync(draft, {recursive: true, force: true});
    }
  });
}

function guarded<T>(target: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (isAosError(error)) throw error;
    const why = `${safeText(target)} could not be written: ${safeText(errorText(error))}`;
    throw new AosError('EVIDENCE_WRITE_FAILED', why, {cause: error});
  }
}

/** Refuses a directory that must not be replaced. @throws AosError EVIDENCE_EXISTS | EVIDENCE_WRITE_FAILED */
export function refuseTaken(path: string, force: boolean): void {
  const target = resolve(path);
  guarded(target, () => refuseFound(target, force));
}

function refuseFound(target: string, force: boolean): void {
  const found = lstatSync(target, {throwIfNoEntry: false});
  if (found === undefined) return;
  const taken = (what: string, next?: NextStep): AosError =>
    new AosError('EVIDENCE_EXISTS', `${safeText(target)} ${what}`, next === undefined ? {} : {next});
  const elsewhere = say('Name another directory by --out.');
  if (!found.isDirectory()) throw taken('exists and is no directory', elsewhere);
  const names = readdirSync(target);
  if (names.length === 0) return;
  if (!names.includes(MANIFEST) || !names.every((name) => OWN_NAMES.test(name)))
    throw taken('holds other files than evidence', elsewhere);
  if (!force) throw taken('holds evidence already');
}

/** Renames the draft to the target; a rename replaces an empty directory, and fails when a file has appeared in it. */
function put(draft: string, target: string, {force, backup}: {force: boolean; backup: string}): void {
  const found = lstatSync(target, {throwIfNoEntry: false});
  if (found === undefined || readdirSync(target).length === 0) {
    renameSync(draft, target);
    return;
  }
  refuseTaken(target, force);
  renameSync(target, backup);
  try {
    renameSync(draft, target);
  } catch (error) {
    renameSync(backup, target);
    throw error;
  }
  rmSync(backup, {recursive: true});
}

function writeNew(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
