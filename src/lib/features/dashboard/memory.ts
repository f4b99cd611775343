import {setFlagsFromString} from 'node:v8';

/**
 * Has V8 keep the heap small. A dashboard makes much short-lived garbage and holds little, for weeks; left alone, its young
 * generation grows to the largest size (187 MB resident after a day of events), and is then collected by threads that cost
 * more than the work. Both flags are read whenever they matter, so they may be set in a running process; a V8 without them
 * ignores them.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--no-parallel-scavenge');
}
