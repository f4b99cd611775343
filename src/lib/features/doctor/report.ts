import {octal, type CheckResult, type Repair} from './check.ts';
import {countStates} from '../../foundation/check/check.ts';
import {CHECKS, categoryOf, type Category, type CheckId} from './registry.ts';
import type {Plan} from './select.ts';

export type DoctorVerdict = 'ok' | 'warn' | 'fail';

/** A repair that `--fix` did, or would do. */
export type RepairReport = Repair & {id: CheckId; state: 'offered' | 'done' | 'failed'; why: string | null};

export type DoctorReport = {
  verdict: DoctorVerdict;
  /** What was examined; null where the configuration does not say. */
  nodeId: string | null;
  network: string | null;
  config: string | null;
  tookMs: number;
  checks: readonly CheckResult[];
  repairs: readonly RepairReport[];
};

/** Those results that the report shows: what was asked for, and what it needed and does not pass. */
export function shownResults(results: readonly CheckResult[], plan: Plan): CheckResult[] {
  return results.filter(
    ({id, state}) => plan.asked.has(id) || (plan.needed.has(id) && state !== 'ok' && state !== 'warn'),
  );
}

/** fail when a check fails; warn when one warns, is pending or unknown, or was kept from being made by another. */
export function verdictOf(checks: readonly CheckResult[]): DoctorVerdict {
  if (checks.some(({state}) => state === 'fail')) return 'fail';
  const isOdd = ({state, because}: CheckResult): boolean =>
    state === 'warn' ||
    state === 'pending' ||
    state === 'unknown' ||
    (state === 'skipped' && because !== null);
  return checks.some(isOdd) ? 'warn' : 'ok';
}

/** The tarball of `--bundle`. */
export type BundleJson = {path: string; bytes: number; files: readonly string[]};

/** The `result` of `--json`. */
export function doctorJson(report: DoctorReport) {
  const {verdict, nodeId, network, config, tookMs, checks, repairs} = report;
  return {
    verdict,
    nodeId,
    network,
    config,
    tookMs: Math.round(tookMs),
    counts: countStates(checks),
    checks: checks.map(({id, state, found, next, because, ms, repairs: own}) => ({
      id,
      category: categoryOf(id),
      state,
      found,
      next,
      because,
      fixable: own.length > 0,
      ms,
    })),
    repairs: repairs.map((repair) => ({
      id: repair.id,
      action: repair.kind,
      path: repair.path,
      mode: 'mode' in repair ? octal(repair.mode) : null,
      state: repair.state,
      why: repair.why,
    })),
  };
}

/** The `result` of `--list --json`. */
export function listJson(plan: Plan): {
  checks: {id: CheckId; category: Category; about: string; needs: string[]}[];
} {
  return {
    checks: CHECKS.filter(({id}) => plan.asked.has(id)).map(({id, about, needs}) => ({
      id,
      category: categoryOf(id),
      about,
      needs: [...needs],
    })),
  };
}
