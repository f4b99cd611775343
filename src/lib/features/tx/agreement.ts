import {isAosError, stoppedBy} from '../../foundation/errors/error.ts';
import type {Confirm, ConfirmSigning} from './confirm.ts';

type Asking = {confirm: Confirm; confirmSigning: ConfirmSigning; limits: {signal: AbortSignal}};

/**
 * Watches the answers of a command that sends transactions. Until the first yes a stop by a signal can say what a person wants
 * to know then: that nothing was sent.
 * @returns the options to continue with, and what makes an error that ends the command say so
 */
export function watchAgreement<O extends Asking>(
  given: O,
): {options: O; explained: (error: unknown) => unknown} {
  const {confirm, confirmSigning, limits} = given;
  let isAgreed = false;
  const noted = (isYes: boolean): boolean => {
    isAgreed ||= isYes;
    return isYes;
  };
  return {
    options: {
      ...given,
      confirm: async (...asked) => noted(await confirm(...asked)),
      confirmSigning: async (...asked) => noted(await confirmSigning(...asked)),
    },
    explained: (error) =>
      isAgreed || !isStop(error, limits.signal)
        ? error
        : stoppedBy(limits.signal.reason, 'stopped; no transaction was signed, and none was sent'),
  };
}

/** Whether a signal ended the work; it also causes network errors of the requests that it cuts off. */
function isStop(error: unknown, {aborted, reason}: AbortSignal): boolean {
  if (!aborted || (reason !== 'SIGINT' && reason !== 'SIGTERM')) return false;
  return !isAosError(error) || (error.category === 'network' && error.details['txHash'] === undefined);
}
