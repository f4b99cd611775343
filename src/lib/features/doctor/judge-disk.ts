import {say} from '../../foundation/next-step/next-step.ts';
import {fail, notApplicable, ok, warn, type Finding} from './check.ts';

const GIB = 2 ** 30;
/** Below these the journal cannot grow for a day of busy work, or at all. */
const WARN_BYTES = 2 * GIB;
const FAIL_BYTES = 200 * 2 ** 20;
const WARN_FILES = 1_000;
const FAIL_FILES = 20;

/** @param at the checked path, as it is shown */
export function judgeSpace(freeBytes: number, bytes: number, at: string): Finding {
  const percent = bytes === 0 ? 0 : Math.floor((freeBytes / bytes) * 100);
  const found = `${sizeText(freeBytes)} free of ${sizeText(bytes)} (${percent} %) at ${at}`;
  const next = 'Free space: what the disk is full of is not acknowledged, signed or answered.';
  if (freeBytes < FAIL_BYTES) return fail(found, say(next));
  // Half of a small disk is enough for a small node.
  return freeBytes < WARN_BYTES && percent < 50 ? warn(found, say(next)) : ok(found);
}

export function judgeInodes(freeFiles: number, files: number, at: string): Finding {
  // Some file systems make them as they are needed and count none.
  if (files === 0) return notApplicable('this file system does not count them');
  const found = `${freeFiles} of ${files} are free at ${at}`;
  const next = 'Remove small files that are not needed.';
  if (freeFiles < FAIL_FILES) return fail(found, say(next));
  return freeFiles < WARN_FILES ? warn(found, say(next)) : ok(found);
}

function sizeText(bytes: number): string {
  return bytes < GIB ? `${Math.floor(bytes / 2 ** 20)} MiB` : `${(bytes / GIB).toFixed(1)} GiB`;
}
