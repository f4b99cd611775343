import type {NextStep} from '../next-step/next-step.ts';

/**
 * - `ok`: it is as it should be
 * - `warn`: it works, and a person should check
 * - `fail`: it does not work, or forbids what is wanted
 * - `pending`: only time is missing
 * - `unknown`: it could not be read
 * - `skipped`: it was not made, since something before it failed
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
  /** The finding: one sentence or figure. */
  found: string;
  /** The required value, where `found` does not show it. */
  needed?: string;
  /** The one next thing to do; null where there is none. */
  next: NextStep | null;
  /** When it was read, Unix ms. */
  at?: number;
};

/** The outcome of a check, without its id. */
export type Finding = Omit<Check, 'id'>;

/** What is not well has a next step: the types leave no finding without one. */
export const ok = (found: string): Finding => ({state: 'ok', found, next: null});
export const warn = (found: string, next: NextStep): Finding => ({state: 'warn', found, next});
export const fail = (found: string, next: NextStep): Finding => ({state: 'fail', found, next});
export const pending = (found: string, next: NextStep | null): Finding => ({state: 'pending', found, next});
export const unclear = (found: string, next: NextStep): Finding => ({state: 'unknown', found, next});

/** Counts the checks in each state. */
export function countStates(checks: readonly Pick<Check, 'state'>[]): Record<CheckState, number> {
  const counts = {ok: 0, warn: 0, fail: 0, pending: 0, unknown: 0, skipped: 0};
  for (const {state} of checks) counts[state] += 1;
  return counts;
}

/** The check to see to first: the first that fails, else warns, else is unknown and has a next step. */
export function worstOf<C extends Pick<Check, 'state' | 'next'>>(checks: readonly C[]): C | undefined {
  return (
    checks.find(({state}) => state === 'fail') ??
    checks.find(({state}) => state === 'warn') ??
    checks.find(({state, next}) => state === 'unknown' && next !== null)
  );
}
