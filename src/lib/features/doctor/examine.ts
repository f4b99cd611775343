import {findConfig} from '../../config/file.ts';
import type {Env} from '../../config/user-path.ts';
import {sanitizeText} from '../../config/sanitize.ts';
import {usableConfig, type UsableConfig} from '../../config/usable.ts';
import type {CheckResult} from './check.ts';
import {shownResults, verdictOf, type DoctorReport} from './report.ts';
import {runProbes, type Probe} from './run.ts';
import type {Plan} from './select.ts';
import type {Time} from '../../foundation/time/time.ts';
import {chainProbes} from './chain.ts';
import {clockProbes} from './clock.ts';
import {alertsProbes} from './alerts.ts';
import {configProbes} from './config.ts';
import type {DiskFacts, DoctorContext, RunningReading} from './context.ts';
import {dispatcherProbes} from './dispatcher.ts';
import {filesProbes} from './files.ts';
import {readJournal, type JournalReading} from './journal-reading.ts';
import {journalProbes} from './journal.ts';
import {machineProbes} from './machine.ts';
import {metricsProbes} from './metrics.ts';
import {pingProbes} from './ping.ts';
import {doctorLimits} from './limits.ts';
import {readRow, type RowReading} from './row-reading.ts';
import {findOperator, operatorProbes} from './running.ts';
import {signerProbes} from './signer.ts';
import {workersProbes} from './workers.ts';

/** Where a doctor works, and with what. */
export type Surroundings = {
  /** The `-c` flag. */
  config: string | undefined;
  env: Env;
  cwd: string;
  uid: number;
  version: string;
  node: string;
  time: Time;
  disk: (path: string) => Promise<DiskFacts>;
  /** The script of the thread that checks proofs; absent for that of the build. */
  proofThread?: URL | undefined;
  /** The limit of all checks, and of each; absent for the usual ones. */
  timeoutMs?: number | undefined;
};

export type Examination = {report: DoctorReport; config: UsableConfig; file: string | null};

/**
 * Runs every check that the plan names. What is wrong with the node is in the report, never an error.
 * @throws the signal's reason
 */
export async function examine(where: Surroundings, plan: Plan, signal: AbortSignal): Promise<Examination> {
  const {env, cwd, time} = where;
  const started = time.monotonic();
  const found = findConfig({flag: where.config, env, cwd});
  const file = found?.path ?? null;
  const config = usableConfig({file, env, cwd});
  let running: Promise<RunningReading> | undefined;
  let journal: Promise<JournalReading> | undefined;
  let row: Promise<RowReading> | undefined;
  const limits = doctorLimits(where.timeoutMs);
  const context: DoctorContext = {
    ...where,
    limits,
    config,
    found,
    running: () => (running ??= findOperator(config, where)),
    journal: () => (journal ??= readJournal(config.storeDir)),
    row: () => (row ??= readRow(config, {now: time.now, ms: limits.answerMs, signal})),
  };
  const results = await runProbes(allProbes(context), {
    wanted: plan.run,
    time,
    limitMs: limits.checkMs,
    totalMs: limits.totalMs,
    signal,
  });
  const report = reportOf(shownResults(results, plan), {
    nodeId: config.nodeId,
    network: config.nodeId === null && config.error !== null ? null : config.network,
    config: file === null ? null : sanitizeText(file),
    tookMs: time.monotonic() - started,
  });
  return {report, config, file};
}

function reportOf(
  checks: readonly CheckResult[],
  about: Pick<DoctorReport, 'nodeId' | 'network' | 'config' | 'tookMs'>,
): DoctorReport {
  const repairs = checks.flatMap(({id, repairs: offered}) =>
    offered.map((repair) => ({...repair, id, state: 'offered' as const, why: null})),
  );
  return {...about, verdict: verdictOf(checks), checks, repairs};
}

function allProbes(context: DoctorContext): Probe[] {
  return [
    ...configProbes(context),
    ...filesProbes(context),
    ...clockProbes(context),
    ...signerProbes(context),
    ...chainProbes(context),
    ...dispatcherProbes(context),
    ...operatorProbes(context),
    ...pingProbes(context),
    ...workersProbes(context),
    ...alertsProbes(context),
    ...metricsProbes(context),
    ...journalProbes(context),
    ...machineProbes(context),
  ];
}
