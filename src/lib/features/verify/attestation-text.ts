import {checkLines, plainText, type ListedCheck, type ListStyle} from '../../cli/check-list.ts';
import type {CheckState} from '../../foundation/check/check.ts';
import {isCode, CODES} from '../../foundation/errors/table.ts';
import {wrap} from '../../foundation/text/cells.ts';
import type {VerifiedAttestation} from './attestation.ts';

const STATE: Readonly<Record<VerifiedAttestation['checks'][number]['verdict'], CheckState>> = {
  ok: 'ok',
  failed: 'fail',
  not_checked: 'skipped',
};

const VERDICT: Readonly<Record<VerifiedAttestation['verdict'], string>> = {
  valid: 'Valid: an enclave of that root and those registers attests this answer.',
  invalid: 'Not valid.',
  not_checked: 'Not checked: nothing failed, and something was not compared. It is no proof yet.',
};

/** Registers that are zero say nothing. */
const NOTHING = /^0+$/;

/** The verdict for people, with a line for each check, and what the document says. */
export function verifiedAttestationText(result: VerifiedAttestation, style: ListStyle): string {
  const {checks, document, root, verdict} = result;
  const listed = checks.map(({check, verdict: found, code, message}): ListedCheck => ({
    id: check,
    state: STATE[found],
    found: found === 'not_checked' ? `not checked: ${message}` : message,
    next: code !== null && isCode(code) ? CODES[code].next : null,
  }));
  const said =
    document === null
      ? []
      : [
          '',
          `document  sha256 ${document.sha256}`,
          `made      ${document.time} by ${document.moduleId}`,
          ...Object.entries(document.registers)
            .filter(([, value]) => !NOTHING.test(value))
            .map(([index, value]) => `${`PCR${index}`.padEnd(9)} ${value}`),
        ];
  const rootLine =
    root === null
      ? []
      : [
          `root      sha256 ${root.sha256}${root.isOfAws ? ' (that of AWS Nitro Enclaves)' : ''}, valid until ${root.validUntil}`,
        ];
  return [
    ...checkLines(listed, style),
    ...[...said, ...rootLine].map((line) => plainText(line, style)),
    '',
    ...wrap(VERDICT[verdict], style.width),
  ].join('\n');
}
