import {run, type NextStep} from '../../foundation/next-step/next-step.ts';
import type {Readiness} from '../../peers/chain/precondition.ts';
import type {Holding} from '../../node/journal/holding.ts';
import type {Mode} from './act.ts';
import type {RegisterReport} from './report.ts';

/** What comes after a registration that is done: to run, or to look where something runs for this node. */
const afterwards = ({lock}: Pick<Holding, 'lock'>): NextStep => run(lock === 'free' ? 'run' : 'status');

/**
 * The command after `aos register`; null where the steps say it themselves.
 * @param holding whether an operator runs for this node
 */
export function nextOf(
  {steps}: Pick<RegisterReport, 'steps'>,
  mode: Mode,
  holding: Pick<Holding, 'lock'>,
): NextStep | null {
  if (steps.every(({outcome}) => outcome === 'already' || outcome === 'done')) return afterwards(holding);
  const isPlanned = steps.every(({outcome}) => outcome === 'already' || outcome === 'planned');
  if (!isPlanned) return null;
  return mode === 'dry-run'
    ? run('register', [], 'Nothing was signed or sent. To do it, give the same flags without --dry-run to')
    : run('register', [], 'Once the calls are mined, what is left is done by');
}

/** The command after `aos register --check`; null where the preconditions say it. */
export function nextOfCheck(state: Readiness, holding: Pick<Holding, 'lock'>): NextStep | null {
  if (state === 'registered') return afterwards(holding);
  return state === 'ready' ? run('register') : null;
}
