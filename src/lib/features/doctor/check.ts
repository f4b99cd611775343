import * as check from '../../foundation/check/check.ts';
import {type NextStep} from '../../foundation/next-step/next-step.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import type {CheckId} from './registry.ts';

/** What `--fix` may do: a mode, a directory that is missing, a socket that is dead. Nothing else, ever. */
export type Repair =
  | {kind: 'chmod'; path: string; mode: number}
  | {kind: 'mkdir'; path: string; mode: number}
  | {kind: 'remove-socket'; path: string};

/** What a check found. Texts may hold outside text; they are made safe where they are shown. */
export type Finding = check.Finding & {
  /** What `--fix` would do about it. */
  repairs: readonly Repair[];
  /** Of a skipped one: the check that stood in its way; null when it does not apply here. */
  because: CheckId | null;
};

export type CheckResult = Finding & {id: CheckId; /** How long it took, ms. */ ms: number};

type Repairs = readonly Repair[];
const plain = {repairs: [], because: null};

export const ok = (found: string): Finding => ({...check.ok(found), ...plain});
export const warn = (found: string, next: NextStep, repairs: Repairs = []): Finding => ({
  ...check.warn(found, next),
  ...plain,
  repairs,
});
export const fail = (found: string, next: NextStep, repairs: Repairs = []): Finding => ({
  ...check.fail(found, next),
  ...plain,
  repairs,
});
export const pending = (found: string, next: NextStep): Finding => ({
  ...check.pending(found, next),
  ...plain,
});
export const unclear = (found: string, next: NextStep): Finding => ({
  ...check.unclear(found, next),
  ...plain,
});
/** It cannot be done without something that another check is about. */
export const blocked = (because: CheckId, found: string): Finding => ({
  state: 'skipped',
  found,
  next: null,
  ...plain,
  because,
});
/** There is nothing of the kind here. */
export const notApplicable = (found: string): Finding => ({state: 'skipped', found, next: null, ...plain});

/** The command that does by hand what `--fix` does. */
export function repairCommand(repair: Repair): string {
  const path = shellWord(repair.path);
  switch (repair.kind) {
    case 'chmod':
      return `chmod ${octal(repair.mode).slice(1)} ${path}`;
    case 'mkdir':
      return `mkdir -p -m ${octal(repair.mode).slice(1)} ${path}`;
    case 'remove-socket':
      return `rm ${path}`;
  }
}

/** `0600` */
export function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
