import {AosError} from '../../foundation/errors/error.ts';
import {run} from '../../foundation/next-step/next-step.ts';
import type {JobsReport} from '../receipt/job-report.ts';
import {kindChecks} from '../receipt/kind-checks.ts';
import {verifyAll, verifyKept, verifyOne} from '../receipt/verify-jobs.ts';
import {keptReceipts} from '../../node/evidence/kept-receipts.ts';
import {chooseJobOrKept} from './forgotten.ts';
import type {EvidenceFacts} from '../../node/evidence/job-evidence.ts';
import type {OpenedJobs} from './journal.ts';
import {evidenceFacts} from './receipt.ts';
import type {JobChoice} from './show.ts';

/** What is checked again, and what is known beside the configuration. */
type VerifyChoice = {
  choice: JobChoice | null;
  all: boolean;
  /** Beside those of the configuration. */
  formerDispatchers?: readonly string[];
  /** What the jobs of the journal were sampled with; undefined: as configured. */
  precision?: number | undefined;
  signal: AbortSignal;
};

/**
 * Checks again what the journal holds of one job, or of all.
 * @throws AosError USAGE | JOB_UNKNOWN | JOB_AMBIGUOUS | JOURNAL_* | CONFIG_*, or the signal's reason
 */
export async function verifyJobs(
  opened: OpenedJobs,
  {choice, all, formerDispatchers = [], precision, signal}: VerifyChoice,
): Promise<JobsReport> {
  if (all === (choice !== null))
    throw new AosError('USAGE', all ? '--all and an ID are two things' : 'neither an ID nor --all is given', {
      next: run('job verify', ['--all']),
    });
  const {journal, config} = opened;
  const receipts = keptReceipts(config.evidence?.dir ?? null);
  const {dispatcherAddress} = config;
  const dispatchers = {
    dispatcherAddress,
    formerDispatchers: [...formerDispatchers, ...config.formerDispatchers],
  };
  const checks = kindChecks(config);
  const of = {journal, receipts, config: dispatchers, checks, signal};
  const factsFor = (row: {seq: number}): EvidenceFacts => {
    const facts = evidenceFacts(opened, row);
    return {...facts, precision: precision ?? facts.precision};
  };
  try {
    if (choice === null) return await verifyAll({...of, facts: factsFor({seq: 0})});
    const {row, kept} = chooseJobOrKept(journal, receipts, choice);
    if (row === null) return await verifyKept({...of, facts: factsFor({seq: 0})}, choice.id, kept);
    const {seq} = row;
    const record = journal.record(seq);
    if (record === undefined) throw new AosError('JOB_UNKNOWN', `job #${seq} was cleaned up in this moment`);
    return await verifyOne({...of, facts: factsFor({seq})}, record);
  } finally {
    await checks.close();
  }
}
