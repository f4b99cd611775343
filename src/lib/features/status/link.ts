import * as check from '../../foundation/check/check.ts';
import type {Finding} from '../../foundation/check/check.ts';
import {type NextStep} from '../../foundation/next-step/next-step.ts';
import type {Unknown} from '../../foundation/fact.ts';

/** Everything of a link but its name. */
export type Judgement = Finding;

export const ok = (found: string, at: number): Judgement => ({...check.ok(found), at});
export const warn = (found: string, next: NextStep, at: number): Judgement => ({
  ...check.warn(found, next),
  at,
});
export const fail = (found: string, next: NextStep, at: number): Judgement => ({
  ...check.fail(found, next),
  at,
});
export const pending = (found: string, next: NextStep, at: number): Judgement => ({
  ...check.pending(found, next),
  at,
});
/** Without a step of its own it gets the usual one where all links are judged. */
export const unclear = ({reason, next}: Unknown): Judgement => ({
  state: 'unknown',
  found: `unknown (${reason})`,
  next,
});
export const skipped = (found: string, at: number): Judgement => ({state: 'skipped', found, next: null, at});
