import type {CheckState} from '../../foundation/check/check.ts';
import type {NextStep} from '../../foundation/next-step/next-step.ts';
import {measured} from '../../foundation/time/duration.ts';
import {isWarning} from './warnings.ts';
import type {OperatorPart} from './events.ts';
import type {OperatorView, ProblemView} from './view.ts';

/** One part that the operator depends on: its state, one figure, and how old both are. */
export type PartRow = {
  /** `signer`, `chain`, `dispatcher`, and `worker KIND` for each kind. */
  id: string;
  state: CheckState;
  figure: string;
  /** Since when it is in this state; null: not known. Unix ms. */
  since: number | null;
  /** When the figure was measured; null: there is none. */
  at: number | null;
  next: NextStep | null;
};

/** A block this much older than now says that the chain, or the RPC, is behind. */
const BEHIND_MS = 120_000;

/** The parts, from the view alone. @param now Unix ms */
export function partRows(view: OperatorView, now: number): PartRow[] {
  const kinds = [...new Set([...(view.node?.workers ?? []), ...view.workers.map(({kind}) => kind)])];
  return [
    signerRow(view),
    chainRow(view, now),
    dispatcherRow(view),
    ...kinds.map((kind) => workerRow(view, kind)),
  ];
}

/** It works again at its first good signature, whatever failed in the ten minutes before. */
function signerRow(view: OperatorView): PartRow {
  const problem = problemOf(view, 'signer');
  const stats = view.signer;
  const figure =
    stats === null
      ? 'no signature yet'
      : `${stats.p95Ms === null ? 'no signature' : `p95 ${measured(stats.p95Ms)}`}, ${stats.errors} of ${stats.signatures + stats.errors} failed in ${measured(stats.windowMs)}`;
  const at = stats?.at ?? null;
  if (problem !== null) return failing('signer', problem, {figure, at});
  const state = stats === null || stats.signatures === 0 ? 'unknown' : 'ok';
  return {id: 'signer', state, figure, since: null, at, next: null};
}

function chainRow(view: OperatorView, now: number): PartRow {
  const problem = problemOf(view, 'chain');
  const {block, standing} = view;
  const figure = block === null ? 'no block yet' : `block ${block.number}, ${measured(block.rpcMs)}`;
  const at = block?.at ?? null;
  if (problem !== null) return failing('chain', problem, {figure, at});
  const failure = standing?.failure ?? null;
  if (failure !== null) {
    const {message, code, since, next} = failure;
    return {id: 'chain', state: 'warn', figure: `${figure}; ${message} (${code})`, since, at, next};
  }
  if (block === null) return {id: 'chain', state: 'unknown', figure, since: null, at, next: null};
  const behind = now - block.blockAt;
  const state = behind > BEHIND_MS ? 'warn' : 'ok';
  const old = state === 'ok' ? figure : `${figure}, ${measured(behind)} old`;
  return {id: 'chain', state, figure: old, since: null, at, next: null};
}

function dispatcherRow(view: OperatorView): PartRow {
  const {state, url, since, reason} = view.connection;
  const problem = problemOf(view, 'dispatcher');
  const figure = state === 'connected' ? (url ?? 'connected') : (reason ?? state);
  if (state === 'connected' && problem === null)
    return {id: 'dispatcher', state: 'ok', figure, since, at: view.at, next: null};
  if (problem !== null) return failing('dispatcher', problem, {figure, at: view.at});
  const wait = state === 'starting' || state === 'connecting';
  return {id: 'dispatcher', state: wait ? 'pending' : 'fail', figure, since, at: view.at, next: null};
}

function workerRow(view: OperatorView, kind: string): PartRow {
  const id = `worker ${kind}`;
  const worker = view.workers.find((one) => one.kind === kind);
  const facts = worker?.facts ?? null;
  const answer = worker?.answer ?? null;
  const at = Math.max(facts?.at ?? 0, answer?.at ?? 0) || null;
  const places =
    facts === null ? '' : `${facts.well} of ${facts.workers} well, ${facts.open} of ${facts.places} busy`;
  const last = answer === null ? '' : `last answer took ${measured(answer.ms)}`;
  const figure = [places, last].filter((text) => text !== '').join(', ') || 'not asked yet';
  // The part has one problem for all kinds; with one kind it is that kind's.
  const isOnly = (view.node?.workers.length ?? 0) === 1;
  const problem = isOnly ? problemOf(view, 'worker') : null;
  if (problem !== null) return failing(id, problem, {figure, at});
  if (facts !== null && facts.problem !== null) {
    const {message, code, next} = facts.problem;
    const state = facts.well === 0 ? 'fail' : 'warn';
    return {id, state, figure: `${figure}; ${message} (${code})`, since: null, at, next};
  }
  return {
    id,
    state: facts === null && answer === null ? 'unknown' : 'ok',
    figure,
    since: null,
    at,
    next: null,
  };
}

function failing(id: string, problem: ProblemView, {figure, at}: Pick<PartRow, 'figure' | 'at'>): PartRow {
  const {message, code, since, next} = problem;
  const state = isWarning(code) ? 'warn' : 'fail';
  return {id, state, figure: `${message} (${code}); ${figure}`, since, at, next};
}

function problemOf({problems}: OperatorView, part: OperatorPart): ProblemView | null {
  return problems.find((problem) => problem.part === part) ?? null;
}
