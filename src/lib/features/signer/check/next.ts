import type {AosError} from '../../../foundation/errors/error.ts';
import type {ErrorCode} from '../../../foundation/errors/table.ts';
import {say, type NextStep} from '../../../foundation/next-step/next-step.ts';

const NEXT: Readonly<Partial<Record<ErrorCode, NextStep>>> = {
  SIGNER_WRONG_SIGNATURE: say(
    'Point signer_key at the Web3Signer with the key of node_id itself: another signer or a proxy answers there.',
  ),
  SIGNER_WRONG_TRANSACTION: say('Point signer_key at Web3Signer itself; a proxy changes what is signed.'),
  SIGNER_UNKNOWN_ACCOUNT: say('Load the operator’s key into Web3Signer, or correct node_id.'),
};

const READ_LOG = say('Read the log of Web3Signer, which names the cause.');

/**
 * Returns the next step after a failure inside `aos signer check`. The step of many signer errors is this very command,
 * which would lead in a circle.
 */
export function nextInCheck({code, next}: AosError): NextStep {
  const isCircular = next.run?.command === 'signer check' && next.say === '';
  return isCircular ? (NEXT[code] ?? READ_LOG) : next;
}
