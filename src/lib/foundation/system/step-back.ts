import {getPriority, setPriority} from 'node:os';

/** Of the two, the event loop gets three quarters of a core when both want it; a check gets on beside other programs too. */
const NICE = 5;
const LOWEST = 19;

/**
 * Gives the calling thread a lower priority than the event loop beside it. On Linux a priority is the thread's own, and its threads
 * inherit it (setpriority(2), C library/kernel differences); elsewhere it would be the whole process's, and nothing is done.
 */
export function stepBackThread(): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(0, Math.min(LOWEST, getPriority(0) + NICE));
  } catch {
    // A system that forbids it: the check is made all the same.
  }
}
