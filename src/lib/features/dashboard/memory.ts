import {setFlagsFromString} from 'node:v8';

/**
 * Makes V8 keep the heap small. A dashboard runs for weeks, keeps little and makes much short-lived garbage; by default its
 * young generation grows to the largest size (187 MB resident after a day of events), and the parallel collection costs more
 * than the drawing. V8 reads both flags whenever it needs them, so a running process may set them; a V8 without them
 * ignores them.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-parallel-scavenge');
}
