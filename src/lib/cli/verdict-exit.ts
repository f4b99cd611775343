import {EXIT, type ExitCode} from '../foundation/errors/table.ts';

/** Returns the exit code of a list of checks: 3 after a failure, 4 after a warning. */
export function verdictExit(verdict: 'ok' | 'warn' | 'fail'): ExitCode {
  switch (verdict) {
    case 'ok':
      return EXIT.ok;
    case 'warn':
      return EXIT.warnings;
    case 'fail':
      return EXIT.negative;
  }
}
