import {renderNext} from '../../cli/next-step.ts';
import {shellWord} from '../../foundation/text/shell-word.ts';
import type {CheckId} from './registry.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';

export type CheckState = 'ok' | 'warn' | 'fail' | 'unknown' | 'skipped';

/** What `--fix` may do: a mode, a directory that is missing, a socket that is dead. Nothing else, ever. */
export type Repair =
  | {kind: 'chmod'; path: string; mode: number}
  | {kind: 'mkdir'; path: string; mode: number}
  | {kind: 'remove-socket'; path: string};

/** What a check found. Texts may hold outside text; they are made safe where they are shown. */
export type Finding = {
  state: CheckState;
  /** What was seen, one sentence. */
  evidence: string;
  /** The one thing to type or change; null when there is nothing. */
  fix: string | null;
  /** What `--fix` would do about it. */
  repairs: readonly Repair[];
  /** Of a skipped one: the check that stood in its way; null when it does not apply here. */
  because: CheckId | null;
};

export type CheckResult = Finding & {id: CheckId; /** How long it took. */ ms: number};

const finding = (
  state: CheckState,
  evidence: string,
  fix: NextStep | string | null,
  rest: Partial<Finding> = {},
): Finding => ({
  state,
  evidence,
  fix: fix === null || typeof fix === 'string' ? fix : renderNext(fix),
  repairs: [],
  because: null,
  ...rest,
});

export const ok = (evidence: string): Finding => finding('ok', evidence, null);
export const warn = (
  evidence: string,
  fix: NextStep | string | null,
  repairs: readonly Repair[] = [],
): Finding => finding('warn', evidence, fix, {repairs});
export const fail = (
  evidence: string,
  fix: NextStep | string | null,
  repairs: readonly Repair[] = [],
): Finding => finding('fail', evidence, fix, {repairs});
export const unclear = (evidence: string, fix: NextStep | string | null = null): Finding =>
  finding('unknown', evidence, fix);
/** It cannot be done without something that another check is about. */
export const blocked = (because: CheckId, evidence: string): Finding =>
  finding('skipped', evidence, null, {because});
/** There is nothing of the kind here. */
export const notApplicable = (evidence: string): Finding => finding('skipped', evidence, null);

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
