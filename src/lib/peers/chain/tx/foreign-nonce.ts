import {intentKey} from './plan.ts';
import type {TxAttempt} from './port.ts';

/** The intent of a cancellation by nonce, of a transaction that is not in this journal. */
export const cancelIntentOf = (nonce: number): string => intentKey('cancel-nonce', String(nonce));

/**
 * Whether all that this journal has of a nonce are cancellations that the node refused: the transaction there is still the one of
 * another program, and the nonce is not free.
 */
export function isRefusedCancel(group: readonly TxAttempt[]): boolean {
  return group.every(({intent, nonce, state}) => intent === cancelIntentOf(nonce) && state === 'abandoned');
}
