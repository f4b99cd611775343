import type {Time} from '../time/time.ts';

/** Calls `work` every `ms`, the first time after one `ms`, until the signal aborts. `work` must not throw. */
export async function every(
  ms: number,
  {time, signal}: {time: Time; signal: AbortSignal},
  work: () => void,
): Promise<void> {
  while (await slept(ms, {time, signal})) work();
}

/** Sleeps; false when the signal aborted instead. */
export async function slept(ms: number, {time, signal}: {time: Time; signal: AbortSignal}): Promise<boolean> {
  await time.sleep(ms, signal).catch(() => undefined); // aborted: the answer says so
  return !signal.aborted;
}
