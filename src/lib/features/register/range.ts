import type {RangeState} from '../../peers/chain/plans/range.ts';
import type {RangeRequest} from '../../peers/chain/plans/range-request.ts';
import {checksumAddress} from '../../protocol/wire/ethereum.ts';
import {say} from '../../foundation/next-step/next-step.ts';
import {step, type CallReport, type StepReport} from './report.ts';

/** The sampling range is given by the owner of its contract; without one, what the operator asks of the owner. */
export function rangeStep({range, max, owner, request}: RangeState): StepReport {
  if (range !== null) {
    const share =
      max === null
        ? ''
        : ` (${((Number(range.end - range.start) / Number(max)) * 100).toFixed(2)} % of ${max})`;
    return step('range', 'already', `${range.start} to ${range.end}${share}`);
  }
  const who = owner === null ? 'its owner' : `its owner ${owner}`;
  return step('range', 'waiting', `not set; only ${who} can set it, and no job is selected before`, {
    next: say('Send the owner this call, with the range you agree on in it.'),
    call: request === null ? null : requestReport(request),
  });
}

/** The owner's call as a report. */
export function requestReport({to, data, functionName}: RangeRequest): CallReport {
  return {title: functionName, to: checksumAddress(to), data, valueWei: 0n};
}
