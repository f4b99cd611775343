/**
 * Long work cut into slices: it yields where the event loop may turn, and returns its result. A slice takes some
 * milliseconds at most, so that nothing else waits long.
 */
export type Slices<T> = Generator<undefined, T, undefined>;

/** Does the work at once; for work so small that it is one slice. */
export function atOnce<T>(work: Slices<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/**
 * Does the work slice by slice, with a turn of the event loop between two.
 * @throws the signal's reason when it aborts between two slices
 */
export async function inTurns<T>(work: Slices<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  }
}
