import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {cut} from './cut-text.ts';

/** The workers of one kind, as they were last asked. */
export type WorkerFacts = {
  kind: string;
  /** How many are configured, and how many of them are not known to be unwell. */
  workers: number;
  well: number;
  /** Requests that are open at them, and how many can be. */
  open: number;
  places: number;
  /** What is wrong with the first that is unwell; null: nothing is known to be. */
  problem: {code: string; message: string; next: NextStep} | null;
};

export type WorkerView = {
  kind: string;
  /** As they were last asked; null: they were not yet. */
  facts: (Omit<WorkerFacts, 'kind'> & {at: number}) | null;
  /** The last answer of one of them, and how long it took; null: none in this run. */
  answer: {at: number; ms: number} | null;
};

/** The kinds after a report of what is known of them. */
export function workersNow(
  before: readonly WorkerView[],
  {kinds, at}: {kinds: readonly WorkerFacts[]; at: number},
): WorkerView[] {
  return kinds.map(({kind, problem, ...facts}) => ({
    kind: cut(kind),
    facts: {...facts, problem: problem && {...problem, message: cut(problem.message)}, at},
    answer: before.find((one) => one.kind === cut(kind))?.answer ?? null,
  }));
}

/** The kinds after one of them has answered a job. */
export function answeredBy(
  before: readonly WorkerView[],
  {job, ms, at}: {job: {kind: string}; ms: number; at: number},
): readonly WorkerView[] {
  const kind = cut(job.kind);
  const known = before.find((one) => one.kind === kind);
  const answered = {kind, facts: known?.facts ?? null, answer: {at, ms}};
  return known === undefined ? [...before, answered] : before.map((one) => (one === known ? answered : one));
}
