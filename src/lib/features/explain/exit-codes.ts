import {EXIT, type ExitCode} from '../../foundation/errors/table.ts';

type ExitEntry = {
  means: string;
  /** What a script or a supervisor does with it. */
  then: string;
};

/** What each exit code says, the same with and without `--json`. */
export const EXIT_CODES: Readonly<Record<ExitCode, ExitEntry>> = {
  [EXIT.ok]: {means: 'yes, done, healthy', then: 'continue'},
  [EXIT.bug]: {means: 'a bug of aos', then: 'report it with the output of --json; restarting may help'},
  [EXIT.negative]: {
    means: 'the answer is no: a check failed',
    then: 'fix what failed; running again changes nothing',
  },
  [EXIT.warnings]: {means: 'warnings only', then: 'continue, but review the warnings'},
  [EXIT.pending]: {means: 'not yet: still pending', then: 'run the command again later'},
  [EXIT.usage]: {means: 'the command line is wrong', then: 'correct it; never restart'},
  [EXIT.data]: {means: 'bad data', then: 'correct what was given; never restart'},
  [EXIT.unavailable]: {means: 'a peer cannot be reached', then: 'restart, with pauses'},
  [EXIT.cannotWrite]: {means: 'cannot write', then: 'fix the directory, its permissions or free disk space'},
  [EXIT.io]: {means: 'I/O error', then: 'repair the disk'},
  [EXIT.tryLater]: {means: 'try again later', then: 'restart, with pauses'},
  [EXIT.protocol]: {
    means: 'the other side broke the protocol',
    then: 'check what the configuration points at',
  },
  [EXIT.refused]: {means: 'refused for safety', then: 'do not restart automatically; needs a human'},
  [EXIT.config]: {means: 'the configuration is missing or wrong', then: 'correct it; never restart'},
  [EXIT.sigint]: {means: 'ended by SIGINT (Ctrl-C)', then: 'a clean end'},
  [EXIT.sigterm]: {means: 'ended by SIGTERM', then: 'a clean end'},
};

/** `aos help exit-codes`. */
export function exitCodesText(): string {
  const rows = Object.entries(EXIT_CODES);
  const width = Math.max(...rows.map(([, {means}]) => means.length));
  return [
    'Exit codes, the same with and without --json.',
    '',
    ...rows.map(([code, {means, then}]) => `  ${code.padStart(3)}  ${means.padEnd(width)}  ${then}`),
    '',
    'For systemd:',
    '  SuccessExitStatus=130 143',
    '  RestartPreventExitStatus=64 65 77 78',
    '',
    'More about one: aos explain 77',
  ].join('\n');
}
