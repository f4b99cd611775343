import type {Code} from '../../foundation/errors/table.ts';

/** Problems in spite of which the operator does its work. */
const WARNINGS: ReadonlySet<string> = new Set<Code>([
  'NO_JOBS',
  'JOBS_PILE_UP',
  'JOB_REFUSED',
  'CLOCK_WRONG',
  'PORT_CROWDED',
  'CALLBACK_FROM_OUTSIDE',
  'PROXY_NOT_TRUSTED',
  'PROBES_FROM_OTHERS',
  'DISK_LOW',
  'EVIDENCE_UNWRITABLE',
  'SIGNER_FAILED_OVER',
  'SIGNER_STANDBY_DOWN',
  'SIGNER_STANDBY_UNFIT',
  'WORKER_SLOW',
  'SECOND_NOT_COMPARED',
]);

/** Whether a problem with this code is a warning, in the log, the dashboard and an alert. */
export function isWarning(code: string): boolean {
  return WARNINGS.has(code);
}
