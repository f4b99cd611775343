import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import type {JobsReport} from '../receipt/job-report.ts';
import {kindChecks} from '../receipt/kind-checks.ts';
import {verifyAll, verifyKept, verifyOne} from '../receipt/verify-jobs.ts';
import {keptReceipts} from '../../node/evidence/kept-receipts.ts';
import {chooseJobOrKept} from './forgotten.ts';
import type {OpenedJobs} from './journal.ts';
import {evidenceFacts} from './receipt.ts';
import type {JobChoice} from './show.ts';

/**
 * Checks again what the journal holds of one job, or of all.
 * @throws AosError USAGE | JOB_UNKNOWN | JOB_AMBIGUOUS | JOURNAL_* | CONFIG_*, or the signal's reason
 */
export async function verifyJobs(
  opened: OpenedJobs,
  {choice, all, signal}: {choice: JobChoice | null; all: boolean; signal: AbortSignal},
): Promise<JobsReport> {
  if (all === (choice !== null))
    throw new AosError('USAGE', all ? '--all and an ID are two things' : 'neither an ID nor --all is given', {
      next: run('job verify', ['--all']),
    });
  const {journal, config} = opened;
  const receipts = keptReceipts(config.evidence?.dir ?? null);
  const of = {journal, receipts, config, checks: kindChecks(config), signal};
  if (choice === null) return verifyAll({...of, facts: evidenceFacts(opened, {seq: 0})});
  const {row, kept} = chooseJobOrKept(journal, receipts, choice);
  if (row === null) return verifyKept({...of, facts: evidenceFacts(opened, {seq: 0})}, choice.id, kept);
  const {seq} = row;
  const record = journal.record(seq);
  if (record === undefined) throw new AosError('JOB_UNKNOWN', `job #${seq} was cleaned up in this moment`);
  return verifyOne({...of, facts: evidenceFacts(opened, {seq})}, record);
}
