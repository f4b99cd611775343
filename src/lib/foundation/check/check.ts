import type {NextStep} from '../next-step/next-step.ts';

/**
 * - `ok`: it is as it should be
 * - `warn`: it works, and a person should look
 * - `fail`: it does not work, or forbids what is wanted
 * - `pending`: only time is missing
 * - `unknown`: it could not be read
 * - `skipped`: it was not looked at, since something before it failed
 */
export const CHECK_STATES = ['ok', 'warn', 'fail', 'pending', 'unknown', 'skipped'] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/**
 * One thing that was checked. doctor, signer check, preconditions, the links of status, the wizard's findings and the
 * steps of register are lists of it, drawn by one renderer.
 */
export type Check<Id extends string = string> = {
  id: Id;
  state: CheckState;
  /** What was found, one sentence or figure. */
  found: string;
  /** What it should be, where that is not plain from `found`. */
  needed?: string;
  /** The one next thing to do; null where there is none. */
  next: NextStep | null;
  /** When it was read, Unix ms. */
  at?: number;
};
