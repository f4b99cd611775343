import {isAosError} from '../../foundation/errors/error.ts';
import type {Health} from './health.ts';

/**
 * Work that reads the journal and is repeated: a read that fails is a problem until the next one works, and ends no watch.
 * @param use what is read, beside the other problems with the journal
 */
export function whileReadable(
  health: Pick<Health, 'failed' | 'worked'>,
  use: string,
  work: () => void,
): () => void {
  return () => {
    try {
      work();
      health.worked('journal', use);
    } catch (error) {
      if (!isAosError(error, 'JOURNAL_UNREADABLE')) throw error;
      health.failed('journal', error, use);
    }
  };
}
