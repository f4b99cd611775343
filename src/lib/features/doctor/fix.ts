import {chmodSync, realpathSync, rmSync, statSync} from 'node:fs';
import {repairCommand, type Repair} from './check.ts';
import type {DoctorReport, RepairReport} from './report.ts';
import {categoryOf} from './registry.ts';
import {planChecks} from './select.ts';
import {AosError, errorText} from '../../foundation/errors/error.ts';
import {count} from '../../foundation/text/words.ts';
import {safeText} from '../../foundation/text/safe-text.ts';
import {examine, type Examination, type Surroundings} from './examine.ts';
import {isDeadSocket} from './files.ts';
import {verdictOf} from './report.ts';
import {makeDirectory} from '../../foundation/system/make-directory.ts';
import {say} from '../../foundation/next-step/next-step.ts';

export type FixOptions = {
  yes: boolean;
  /** There is a person to ask. */
  canAsk: boolean;
  note: (line: string) => void;
  signal: AbortSignal;
};

/**
 * Shows what would be changed, asks, changes it, and checks again what was changed.
 * @throws AosError USAGE where there is no person to ask; INTERRUPTED
 */
export async function fixFindings(
  examination: Examination,
  where: Surroundings,
  {yes, canAsk, note, signal}: FixOptions,
): Promise<Examination> {
  const {report} = examination;
  if (report.repairs.length === 0) {
    note('There is nothing that --fix could repair.');
    return examination;
  }
  note(`--fix would make ${count(report.repairs.length, 'change')}:`);
  for (const repair of report.repairs) note(`  ${safeText(repairCommand(repair))}   (${repair.id})`);
  if (!yes) {
    if (!canAsk)
      throw new AosError(
        'USAGE',
        'nothing is changed without an answer, and there is no terminal to ask at',
        {
          next: say('Add --yes to make the changes named above.'),
        },
      );
    // The prompts are loaded only when something is asked.
    const {askConfirm} = await import('../../cli/prompt.ts');
    if (!(await askConfirm('Make them?'))) return examination;
  }
  const repairs: RepairReport[] = [];
  for (const repair of report.repairs) repairs.push(await tryRepair(repair, where.uid));
  const repaired = new Set(repairs.map(({id}) => categoryOf(id)));
  const touched = report.checks.filter(
    ({id, because}) =>
      repaired.has(categoryOf(id)) || (because !== null && repaired.has(categoryOf(because))),
  );
  const again = await examine(where, planChecks({only: touched.map(({id}) => id), skip: []}), signal);
  return {...examination, report: merged(report, again.report, repairs)};
}

function merged(before: DoctorReport, after: DoctorReport, repairs: readonly RepairReport[]): DoctorReport {
  const checks = before.checks.map((check) => after.checks.find(({id}) => id === check.id) ?? check);
  return {...before, tookMs: before.tookMs + after.tookMs, checks, verdict: verdictOf(checks), repairs};
}

async function tryRepair(repair: RepairReport, uid: number): Promise<RepairReport> {
  try {
    await applyRepair(repair, uid);
    return {...repair, state: 'done'};
  } catch (error) {
    return {...repair, state: 'failed', why: errorText(error)};
  }
}

/** Does what was shown, and only to what is ours. */
async function applyRepair(repair: Repair, uid: number): Promise<void> {
  switch (repair.kind) {
    case 'chmod': {
      const path = realpathSync(repair.path);
      const stat = statSync(path);
      if (stat.uid !== uid) throw new Error(`it belongs to user ${stat.uid}`);
      chmodSync(path, repair.mode);
      return;
    }
    case 'mkdir':
      makeDirectory(repair.path, repair.mode);
      return;
    case 'remove-socket':
      // Checked again, because an operator may have started in the meantime.
      if (!(await isDeadSocket(repair.path))) throw new Error('a process answers there by now');
      rmSync(repair.path);
  }
}
