import {say} from '../../foundation/next-step/next-step.ts';
import {isLow, LOW_FILES, sizeText} from '../../node/journal/disk-room.ts';
import {fail, notApplicable, ok, warn, type Finding} from './check.ts';

/** Below these the journal cannot grow at all; it is nearly full where the operator says so too. */
const FAIL_BYTES = 200 * 2 ** 20;
const FAIL_FILES = 20;

/** @param at the checked path, as it is shown */
export function judgeSpace(freeBytes: number, bytes: number, at: string): Finding {
  const percent = bytes === 0 ? 0 : Math.floor((freeBytes / bytes) * 100);
  const found = `${sizeText(freeBytes)} free of ${sizeText(bytes)} (${percent} %) at ${at}`;
  const next = 'Free space: what the disk is full of is not acknowledged, signed or answered.';
  if (freeBytes < FAIL_BYTES) return fail(found, say(next));
  return isLow(freeBytes, percent) ? warn(found, say(next)) : ok(found);
}

export function judgeInodes(freeFiles: number, files: number, at: string): Finding {
  // Some file systems make them as they are needed and count none.
  if (files === 0) return notApplicable('this file system does not count them');
  const found = `${freeFiles} of ${files} are free at ${at}`;
  const next = 'Remove small files that are not needed.';
  if (freeFiles < FAIL_FILES) return fail(found, say(next));
  return freeFiles < LOW_FILES ? warn(found, say(next)) : ok(found);
}
