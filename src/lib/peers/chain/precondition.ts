import * as check from '../../foundation/check/check.ts';
import type {Check} from '../../foundation/check/check.ts';
import {say, type NextStep} from '../../foundation/next-step/next-step.ts';

/**
 * One precondition of a registration, for `aos register --check`. Its id is stable, for scripts: `eigenlayer-operator`,
 * `quorum-0-stake`, … `fail`: the registration would be refused. `pending`: it would be refused until some time.
 */
export type Precondition = Check & {
  needed: string;
  /** When a `pending` one ends; absent for the others. */
  clearsAt?: Clearance;
  /** The step of this precondition is done. */
  done?: true;
  /** It cannot be met before the address is an operator of EigenLayer, to whom stake is delegated. */
  needsOperator?: true;
};

/** `at` is chain time in RFC 3339; an estimate when `block` is not null, which is exact. */
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

/** Marks a precondition that an address without EigenLayer's registration cannot meet. */
export const onceOperator = (one: Precondition): Precondition => ({...one, needsOperator: true});

export const unknown = (id: string, why: string, needed: string): Precondition => ({
  id,
  ...check.unclear(`unknown (${why})`, say('Run the command again, or use another RPC.')),
  needed,
});

/** A precondition that will be met at some time. */
export const pending = (id: string, found: string, needed: string, clearsAt: Clearance): Precondition => ({
  id,
  ...check.pending(found, say('Wait, then run the command again.')),
  needed,
  clearsAt,
});

/** Judges a pause switch of a contract; returns no precondition when the contract has none. */
export function pause(id: string, paused: boolean | null, contract: string): Precondition[] {
  if (paused === null) return [];
  if (!paused) return [ok(id, 'not paused', 'not paused')];
  return [fail(id, 'paused', 'not paused', say(`Wait until the unpauser of ${contract} lifts the pause.`))];
}

/** The summary of a list of preconditions. */
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
