import type {NextStep} from './next-step/next-step.ts';

/** Why something is not known, and the one next thing to type or do, where there is one. */
export type Unknown = {state: 'unknown'; reason: string; next: NextStep | null};

/** Something that was read, and when (Unix ms). */
export type Known<T> = {state: 'known'; value: T; at: number};

/** Something that was read, or why it is not known. */
export type Fact<T> = Known<T> | Unknown;

export const known = <T>(value: T, at: number): Fact<T> => ({state: 'known', value, at});

export const unknown = (reason: string, next: NextStep | null = null): Unknown => ({
  state: 'unknown',
  reason,
  next,
});

/** Replaces the value of a fact; an unknown one stays unknown. */
export function mapFact<T, R>(fact: Fact<T>, change: (value: T) => R): Fact<R> {
  return fact.state === 'known' ? known(change(fact.value), fact.at) : fact;
}

/** A fact inside a fact. */
export function flatFact<T>(fact: Fact<Fact<T>>): Fact<T> {
  return fact.state === 'known' ? fact.value : fact;
}
