import {EXIT, type ExitCode} from '../foundation/errors/table.ts';

/** The exit code of what was looked at step by step: 3 when one failed, 4 when one warns. */
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
