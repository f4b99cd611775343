import {AosError} from '../../foundation/errors/error.ts';
import type {SignerInLine} from './within.ts';

/** What becomes known of the signers; `use` is one matter, which ends by its own `worked`. Must not throw. */
export type LineReport = {failed(use: string, error: AosError): void; worked(use: string): void};

/** Failures of signers that were asked for one signature. */
export type Failures = ReadonlyMap<SignerInLine, AosError>;

/** Which of several signers signs; it is a matter of the report while that is not the first. */
export type ActiveSigner = {
  current(): SignerInLine;
  /** One has signed, after these did not. */
  signed(one: SignerInLine, failures: Failures): void;
  /** None has. @returns the failure of all of them */
  none(failures: Failures): AosError;
  /** The first signs again. */
  returned(): void;
};

/** The matter of which one signs. */
const ACTIVE = 'active';

/** @param line in their order */
export function createActiveSigner(
  line: readonly [SignerInLine, ...SignerInLine[]],
  report: LineReport,
): ActiveSigner {
  const [first] = line;
  let active = first;
  let standsIn: AosError | null = null;
  let isSilent = false;
  const sorted = (failures: Failures): readonly [SignerInLine, AosError][] =>
    [...failures].sort(([a], [b]) => line.indexOf(a) - line.indexOf(b));

  function returned(): void {
    [active, standsIn, isSilent] = [first, null, false];
    report.worked(ACTIVE);
  }

  return {
    current: () => active,
    signed(one, failures) {
      if (one === active) {
        if (isSilent && standsIn !== null) report.failed(ACTIVE, standsIn);
        isSilent = false;
        return;
      }
      if (one === first) {
        returned();
        return;
      }
      // Of two that stand in, the second is news of its own: the first one of them no longer signs.
      if (active !== first) report.worked(ACTIVE);
      [active, isSilent] = [one, false];
      const [why] = sorted(failures);
      if (why === undefined) return;
      standsIn = failedOver(one, ...why);
      report.failed(ACTIVE, standsIn);
    },
    none(failures) {
      const [main, ...others] = sorted(failures);
      if (main === undefined) return new AosError('BUG', 'there is no signer');
      const [, why] = main;
      if (others.length === 0) return why;
      const tail = others
        .map(([{name}, {code}]) => `${name} does not sign either${code === why.code ? '' : ` (${code})`}`)
        .join('; ');
      const failure = new AosError(why.code, `${why.message}; ${tail}`, {
        cause: why,
        next: why.next,
        details: why.details,
      });
      const own = failures.get(active);
      if (active !== first && own !== undefined && !isSilent)
        report.failed(
          ACTIVE,
          new AosError('SIGNER_STANDBY_DOWN', failure.message, {cause: own, next: own.next}),
        );
      isSilent = true;
      return failure;
    },
    returned,
  };
}

function failedOver(one: SignerInLine, failed: SignerInLine, why: AosError): AosError {
  const message = `${one.name} signs, because ${failed.name} does not: ${why.message}`;
  return new AosError('SIGNER_FAILED_OVER', message, {cause: why, next: why.next});
}
