import * as check from '../../foundation/check/check.ts';
import type {Check} from '../../foundation/check/check.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';

/**
 * One thing that must be so before the operator can register, as `aos register --check` prints it. Its id is stable, for
 * scripts: `eigenlayer-operator`, `quorum-0-stake`, … `fail`: registering would be refused. `pending`: it would today, and
 * time alone cures it.
 */
export type Precondition = Check & {
  needed: string;
  /** When a `pending` one ends. */
  clearsAt?: Clearance;
  /** The step this belongs to is done already. */
  done?: true;
};

/** `at` is chain time in RFC 3339, an estimate where `block` says when exactly. */
export type Clearance = {at: string; block: bigint | null};

export const ok = (id: string, found: string, needed: string): Precondition => ({
  id,
  ...check.ok(found),
  needed,
});
export const fail = (id: string, found: string, needed: string, next: NextStep): Precondition => ({
  id,
  ...check.fail(found, next),
  needed,
});
export const warn = (id: string, found: string, needed: string, next: NextStep): Precondition => ({
  id,
  ...check.warn(found, next),
  needed,
});

/** A step that is done: `✓ already`. */
export const done = (id: string, found: string, needed: string): Precondition => ({
  ...ok(id, found, needed),
  done: true,
});

export const unknown = (id: string, why: string, needed: string): Precondition => ({
  id,
  ...check.unclear(`unknown (${why})`, say('Run the command again, or use another RPC.')),
  needed,
});

/** What time alone cures. */
export const pending = (id: string, found: string, needed: string, clearsAt: Clearance): Precondition => ({
  id,
  ...check.pending(found, say('Wait, then run the command again.')),
  needed,
  clearsAt,
});

/** A pause switch of a contract; none where the contract has no such switch. */
export function pause(id: string, paused: boolean | null, contract: string): Precondition[] {
  if (paused === null) return [];
  if (!paused) return [ok(id, 'not paused', 'not paused')];
  return [fail(id, 'paused', 'not paused', say(`Wait until the owner of ${contract} lifts the pause.`))];
}

/** What a list of preconditions comes to. */
export type Readiness = 'ready' | 'registered' | 'pending' | 'fail' | 'unknown';

/**
 * Summarises preconditions: `registered` when the AVS already has the operator as requested; else `fail` before `unknown`
 * before `pending`.
 */
export function readiness(preconditions: readonly Precondition[]): Readiness {
  const has = (state: Precondition['state']): boolean => preconditions.some((one) => one.state === state);
  if (preconditions.some(({id, done: isDone}) => id === REGISTRATION && isDone === true)) return 'registered';
  if (has('fail')) return 'fail';
  if (has('unknown')) return 'unknown';
  return has('pending') ? 'pending' : 'ready';
}

/** The precondition that is `done` for a registered operator. */
export const REGISTRATION = 'avs-registration';
